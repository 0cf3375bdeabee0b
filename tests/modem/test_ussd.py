"""USSD codes and answers: what is typed, what comes back, in every spelling the field has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem import commands, ussd
from modem.dialogue import Dialogue, Reply
from modem.driver import Driver
from modem.errors import ModemError
from modem.port import Port
from modem.session import Session, Timings
from modem.urc import MessageStored, Noise, UssdArrived
from scripted_modem import OK, SILENCE, ScriptedModem


@pytest.mark.parametrize(
    ("code", "style", "typed"),
    [
        ("#123#", "plain", "#123#"),
        ("1", "plain", "1"),
        ("*100#", "packed", "AA180C3602"),
        ("#123#", "packed", "A3986C3602"),
        ("1234567", "packed", "31D98C56B3DD1A"),  # seven spare bits: a CR fills them
        ("12345678", "packed", "31D98C56B3DD70"),
    ],
)
def test_a_code_is_typed(code: str, style: str, typed: str) -> None:
    assert ussd.typed(code, style) == typed


@pytest.mark.parametrize("code", ["", '#1"', "#123#\r", "solde", "é", "1" * 183])
def test_what_is_no_code_is_not_typed(code: str) -> None:
    with pytest.raises(ModemError) as seen:
        ussd.typed(code, "plain")
    assert seen.value.code == "ussd_invalid"


@given(st.text("0123456789*#+", min_size=1, max_size=182))
def test_a_packed_code_reads_as_it_was(code: str) -> None:
    assert ussd.unpacked(bytes.fromhex(ussd.typed(code, "packed"))) == code


@pytest.mark.parametrize(
    ("given", "scheme", "style", "text"),
    [
        ("Solde : 3 EUR", 15, "plain", "Solde : 3 EUR"),
        ("00430072006500640069007400200035", 72, "plain", "Credit 5"),
        ("00430072006500640069007400200035", 15, "plain", "Credit 5"),  # a wrong label
        ("00430072006500640069007400200035", 17, "plain", "Credit 5"),
        ("20AC0020", 72, "packed", "€ "),
        ("AA180C3602", 15, "packed", "*100#"),
        ("AA180C3602", 0, "packed", "*100#"),
        ("AA180C3602", None, "packed", "*100#"),
        ("AA180C3602", 15, "plain", "AA180C3602"),
        ("Votre solde", 15, "packed", "Votre solde"),
        ("12345678", 15, "plain", "12345678"),
        ("Solde", 72, "plain", "Solde"),
        ("123", 72, "plain", "123"),
        ("D83DDE00", 72, "plain", "\U0001f600"),
        ("D83D", 72, "plain", "\ufffd"),
        ("", 15, "plain", ""),
    ],
)
def test_an_answer_is_read(given: str, scheme: int | None, style: str, text: str) -> None:
    assert ussd.read(given, scheme, style) == text


@pytest.mark.parametrize(
    ("mode", "text", "means"),
    [
        (0, "Solde", ("Solde", False)),
        (1, "1. Solde", ("1. Solde", True)),
        (1, "", ("", True)),
        (2, "Solde", ("Solde", False)),
        (3, "Solde", ("Solde", False)),
        (0, "", "ussd_ended"),
        (2, "", "ussd_ended"),
        (3, "", "ussd_ended"),
        (4, "", "ussd_unsupported"),
        (5, "", "ussd_timeout"),
    ],
)
def test_each_mode_means(mode: int, text: str, means: Any) -> None:
    said = UssdArrived(mode, text, 15)
    if isinstance(means, tuple):
        assert ussd.answer(said, "plain") == means
    else:
        with pytest.raises(ModemError) as seen:
            ussd.answer(said, "plain")
        assert seen.value.code == means


# ---- in the dialogue --------------------------------------------------------------------------------

DIAL = commands.dial("#123#")
ANSWER = '\r\n+CUSD: 0,"Solde",15\r\n'
CASES = [
    ("after OK", OK + ANSWER, UssdArrived(0, "Solde", 15), []),
    ("before OK", ANSWER + OK, UssdArrived(0, "Solde", 15), []),
    (
        "a session that was open",
        f"\r\n+CUSD: 2\r\n{OK}{ANSWER}",
        UssdArrived(0, "Solde", 15),
        [UssdArrived(2, "", None)],
    ),
    (
        "an OK and an ERROR in the text",
        f'{OK}\r\n+CUSD: 1,"1\r\nOK\r\nERROR\r\n2",15\r\n',
        UssdArrived(1, "1\nOK\nERROR\n2", 15),
        [],
    ),
    (
        "URCs between",
        f'{OK}\r\n+CMTI: "SM",3\r\n\r\n^RSSI:9\r\n{ANSWER}',
        UssdArrived(0, "Solde", 15),
        [MessageStored("SM", 3), Noise("^RSSI:9")],
    ),
    (
        "a text cut by a URC",
        f'{OK}\r\n+CUSD: 0,"Solde\r\n\r\n+CMTI: "SM",3\r\n',
        UssdArrived(0, "Solde", None),
        [],
    ),
    ("refused", "\r\n+CME ERROR: 30\r\n", "cme_30", []),
]


@pytest.mark.parametrize("size", [1, 7, 4096])
@pytest.mark.parametrize(("said", "means", "heard"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_the_answer_of_a_code_is_found(said: str, means: Any, heard: list[Any], size: int) -> None:
    dialogue, outcomes = Dialogue(), []
    dialogue.begin(DIAL)
    for start in range(0, len(said), size):
        outcomes += dialogue.feed(said[start : start + size].encode("latin-1"))
    [reply] = [outcome for outcome in outcomes if isinstance(outcome, Reply)]
    assert (reply.error.code if reply.error else DIAL.read(reply.answers)) == means
    unasked = [outcome for outcome in outcomes if not isinstance(outcome, Reply)]
    assert unasked == heard or means == UssdArrived(0, "Solde", None)


# ---- on a modem -------------------------------------------------------------------------------------


@pytest.fixture
def modem(tmp_path: Path) -> Iterator[ScriptedModem]:
    with ScriptedModem(tmp_path) as modem:
        yield modem


def test_a_code_without_an_answer_is_cancelled_and_the_modem_goes_on(modem: ScriptedModem) -> None:
    port = Port(modem.path)
    port.open()
    session = Session(port, lambda event: None, Timings(factor=0.005, quiet=0.02, quiet_within=0.2))
    driver = Driver(session)
    modem.always('AT+CUSD=1,"#123#",15', OK)
    with pytest.raises(ModemError) as seen:
        driver.ussd("#123#")
    assert seen.value.code == "ussd_timeout"
    assert modem.count("AT+CUSD=2") == 1
    modem.always('AT+CUSD=1,"#123#",15', SILENCE)
    with pytest.raises(ModemError) as seen:
        driver.ussd("#123#")
    assert seen.value.code == "ussd_timeout"
    port.dispose()
