"""What a modem says unasked, as a table."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem import urc

TABLE = [
    ('+CMTI: "SM",3', urc.MessageStored("SM", 3)),
    ('+CMTI: "ME", 0', urc.MessageStored("ME", 0)),
    ("+CMTI:SM,12", urc.MessageStored("SM", 12)),
    ('+CDSI: "SR",255', urc.ReportStored("SR", 255)),
    ("+CREG: 1", urc.Registration("CREG", 1)),
    ('+CREG: 5,"00C3","0000D2F1",7', urc.Registration("CREG", 5)),
    ("+CEREG: 11", urc.Registration("CEREG", 11)),
    ('+CGREG: 2,"0000"', urc.Registration("CGREG", 2)),
    ("+CREG: 1,5", urc.Noise("+CREG: 1,5")),
    ("+CPIN: READY", urc.SimState("READY")),
    ("+CPIN: NOT INSERTED", urc.SimState("NOT INSERTED")),
    ("^SIMST:255", urc.SimState("NOT INSERTED")),
    ("^SIMST:1", urc.Noise("^SIMST:1")),
    ("+ZUSIMR:0", urc.SimState("NOT INSERTED")),
    ("RING", urc.Ring()),
    ("+CRING: VOICE", urc.Ring()),
    ('+CLIP: "+33639980001",145,"",0,"",0', urc.Ring("+33639980001")),
    ('+CLIP: "",128', urc.Ring("")),
    ("+CLIP:36180,129", urc.Ring("36180")),
    ("RDY", urc.Restarted("RDY")),
    ("*ATREADY: 1", urc.Restarted("*ATREADY: 1")),
    ("^SYSSTART", urc.Restarted("^SYSSTART")),
    ("SMS Ready", urc.MessagesReady()),
    ("SMS DONE", urc.MessagesReady()),
    ("PB DONE", urc.MessagesReady()),
    ("+QIND: SMS DONE", urc.MessagesReady()),
    ("Call Ready", urc.Noise("Call Ready")),
    ("^BOOT:21975435,0,0,0,75", urc.Noise("^BOOT:21975435,0,0,0,75")),
    ("OFFRE SPRING", urc.Noise("OFFRE SPRING")),
    ("+CMTI: ", urc.Noise("+CMTI: ")),
    ("+ZPASR: 12", urc.Noise("+ZPASR: 12")),
]


@pytest.mark.parametrize(("line", "event"), TABLE, ids=[row[0] for row in TABLE])
def test_a_line_means(line: str, event: urc.Urc) -> None:
    assert urc.read(line) == event


@pytest.mark.parametrize(
    ("line", "kind", "length"),
    [
        ("+CDS: 25", urc.ReportArrived, 25),
        ("+CDS: ,25", urc.ReportArrived, 25),
        ("+CDS:25", urc.ReportArrived, 25),
        ("+CMT: ,26", urc.MessageArrived, 26),
        ('+CMT: "Ana, 7",26', urc.MessageArrived, 26),
        ("+CMT: 26", urc.MessageArrived, 26),
        ("+CBM: 88", urc.BroadcastArrived, 88),
    ],
)
def test_a_header_announces_its_tpdu(line: str, kind: Any, length: int) -> None:
    assert urc.header(line) == urc.Header(kind, length)


@pytest.mark.parametrize("line", ['+CMTI: "SM",3', '+CDSI: "SM",3', "+CMT:", "+CDS: x"])
def test_other_lines_are_no_header(line: str) -> None:
    assert urc.header(line) is None


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ('+CUSD: 0,"Solde",15', urc.UssdArrived(0, "Solde", 15)),
        ('+CUSD: 0,"dit "oui""', urc.UssdArrived(0, 'dit "oui"', None)),
        ('+CUSD: 1,"",72', urc.UssdArrived(1, "", 72)),
        ("+CUSD: 0,AA180C3602,15", urc.UssdArrived(0, "AA180C3602", 15)),
        ("+CUSD: 2", urc.UssdArrived(2, "", None)),
        ('+CUSD: 0,"Solde', None),
        ("+CUSD:", None),
    ],
)
def test_a_ussd_answer_means(line: str, event: urc.UssdArrived | None) -> None:
    assert urc.ussd(line) == event


@given(st.text(st.characters(max_codepoint=255), max_size=60))
def test_no_line_is_an_error(line: str) -> None:
    urc.read(line), urc.header(line), urc.ussd(line), urc.known(line), urc.opens_text(line)
