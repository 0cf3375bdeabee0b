"""Which line belongs to whom: every known confusion as a row, fed in every way, then storms."""

from __future__ import annotations

import random
from typing import Any

import pytest

from modem import commands, urc
from modem.commands import Command
from modem.dialogue import Dialogue, Reply
from modem.lines import Prompt
from modem.urc import (
    LateReference,
    MessageArrived,
    MessageStored,
    Noise,
    Registration,
    ReportArrived,
    ReportStored,
    Ring,
    UssdArrived,
)

MESSAGE = "07913306091093F0040B913336998010F0000062118011000040075474D82D2ECB01"
REPORT = "07913306091093F006070B913336998010F0621180110000406211801100104000"
CMTI = '\r\n+CMTI: "SM",3\r\n'
CDS = f"\r\n+CDS: 25\r\n{REPORT}\r\n"
CMT = f"\r\n+CMT: ,26\r\n{MESSAGE}\r\n"
OK = "\r\nOK\r\n"
STORED = MessageStored("SM", 3)
SUBMIT = commands.submit("0011000B913336998010F00000AA03C2F03C", 60)

Case = tuple[str, Command[Any], str, Any, list[Any]]
CASES: list[Case] = [
    ("1a", commands.SIGNAL, f"{CMTI}\r\n+CSQ: 20,99\r\n{OK}", -73, [STORED]),
    ("1b", commands.SIGNAL, f"\r\n+CSQ: 20,99\r\n{CMTI}{OK}", -73, [STORED]),
    ("1c", commands.SIGNAL, f"\r\n+CSQ: 20,99\r\n{OK}{CMTI}", -73, [STORED]),
    (
        "1c2",
        commands.IMEI,
        f"\r\n+CREG: 1\r\n\r\n490154203237518\r\n{OK}",
        "490154203237518",
        [Registration("CREG", 1)],
    ),
    (
        "1c2 manufacturer",
        commands.MANUFACTURER,
        f"\r\n+CREG: 1\r\n\r\nACME\r\n{OK}",
        "ACME",
        [Registration("CREG", 1)],
    ),
    ("1d", SUBMIT, f"{CMTI}\r\n+CMGS: 9\r\n{OK}", 9, [STORED]),
    ("1e", SUBMIT, f"{CDS}\r\n+CMGS: 9\r\n{OK}", 9, [ReportArrived(REPORT)]),
    ("1f", commands.announce(20), f"{CMTI}\r\n> ", None, [STORED]),
    ("1j", commands.AT, f"{CMTI * 3}{OK}", None, [STORED] * 3),
    ("1k", commands.AT, f"{CMTI}{CDS}{OK}", None, [STORED, ReportArrived(REPORT)]),
    ("1l", commands.AT, f"{CMT}{OK}", None, [MessageArrived(MESSAGE)]),
    ("1m", commands.AT, f'\r\n+CDSI: "SM", 1\r\n{OK}', None, [ReportStored("SM", 1)]),
    (
        "1n RING",
        commands.AT,
        f'\r\n+CUSD: 0,"OFFRE SPRING",15\r\n{OK}',
        None,
        [UssdArrived(0, "OFFRE SPRING", 15)],
    ),
    (
        "1n lines",
        commands.AT,
        f'\r\n+CUSD: 1,"OK, choisir:\r\n1. Solde\r\n> 2. Fin",15\r\n{OK}',
        None,
        [UssdArrived(1, "OK, choisir:\n1. Solde\n> 2. Fin", 15)],
    ),
    ("1n bare", commands.AT, f"\r\n+CUSD: 4\r\n{OK}", None, [UssdArrived(4, "", None)]),
    (
        "1n never closed",
        commands.AT,
        f'\r\n+CUSD: 0,"Votre solde\r\n{CMTI}{OK}',
        None,
        [UssdArrived(0, "Votre solde", None), STORED],
    ),
    ("1o", commands.SIGNAL, f"\r\nRING\r\n\r\n+CSQ: 20,99\r\n{OK}", -73, [Ring()]),
    (
        "1o hang-up",
        commands.SIGNAL,
        f"\r\nRING\r\n\r\nNO CARRIER\r\n\r\n+CSQ: 20,99\r\n{OK}",
        -73,
        [Ring(), Noise("NO CARRIER")],
    ),
    ("1p text", commands.SIGNAL, "\r\n+CME ERROR: SIM not inserted\r\n", "cme_10", []),
    ("1p no blank", commands.SIGNAL, "\r\n+CMS ERROR:500\r\n", "cms_500", []),
    ("1p no carrier", commands.SIGNAL, "\r\nNO CARRIER\r\n", "no_carrier", []),
    ("1p Huawei", commands.SIGNAL, "\r\nCOMMAND NOT SUPPORT\r\n", "unsupported", []),
    ("1p many", commands.SIGNAL, "\r\nTOO MANY PARAMETERS\r\n", "unsupported", []),
    ("1p modem", commands.SIGNAL, "\r\nMODEM ERROR: 3\r\n", "modem_error", []),
    ("1w", commands.SIGNAL, f"\r\n^RSSI:20\r\n\r\n+CSQ: 20,99\r\n{OK}", -73, [Noise("^RSSI:20")]),
    ("2i", SUBMIT, f"\r\n+CMGS:123\r\n{OK}", 123, []),
    ("4k", commands.IMEI, f"\r\n+CSQ: 11,0\r\n{OK}\r\n490154203237518\r\n{OK}", "490154203237518", None),
    ("4k late reference", commands.SIGNAL, f"\r\n+CMGS: 5\r\n{OK}\r\n+CSQ: 20,99\r\n{OK}", -73, None),
    ("4o", commands.IMEI, f"AT+CGSN\r\r\n490154203237518\r\n{OK}", "490154203237518", []),
    ("4o prompt", SUBMIT, f"{SUBMIT.text}\x1a\r\n+CMGS: 4\r\n{OK}", 4, []),
    ("4j", commands.OPERATOR, f'\r\n\xff\xfe\r\n+COPS: 0,0,"T\xe9l\xe9",7\r\n{OK}', "T\xe9l\xe9", None),
    ("5e", commands.SIM_STATE, f"\r\n+CPIN:READY\r\n{OK}", "READY", []),
    ("NWTIME", commands.SIGNAL, "\r\n^NWTIME: 26/11/22\r\n" * 9 + f"\r\n+CSQ: 99,99\r\n{OK}", None, None),
    (
        "form of +CREG",
        commands.REGISTRATIONS[0],
        f'\r\n+CREG: 2,"00C3","0D2F"\r\n\r\n+CREG: 2,5,"00C3","0D2F",7\r\n\r\n+CREG: 3\r\n{OK}',
        5,
        [Registration("CREG", 2), Registration("CREG", 3)],
    ),
]


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def converse(command: Command[Any], said: list[bytes]) -> tuple[Reply | None, list[Any]]:
    dialogue, replies, urcs = Dialogue(), [], []
    dialogue.begin(command)
    for data in said:
        for outcome in dialogue.feed(data):
            (replies if isinstance(outcome, Reply) else urcs).append(outcome)
    assert len(replies) <= 1
    return (replies[0] if replies else None), urcs


@pytest.mark.parametrize("size", [1, 2, 7, 8, 4096])
@pytest.mark.parametrize(
    ("command", "said", "value", "urcs"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_each_line_finds_its_owner(
    command: Command[Any], said: str, value: Any, urcs: Any, size: int
) -> None:
    reply, heard = converse(command, pieces(said.encode("latin-1"), size))
    assert reply is not None
    assert (reply.error.code if reply.error else command.read(reply.answers)) == value
    if urcs is not None:
        assert heard == urcs


def test_a_late_reference_is_an_event_and_never_an_answer() -> None:
    reply, heard = converse(commands.PDU_MODE, [f"\r\n+CMGS: 5\r\n{OK}".encode()])
    assert heard == [LateReference(5)]
    assert reply is not None
    assert not reply.answers
    reply, heard = converse(commands.announce(20), [f"\r\n+CMGS: 5\r\n{OK}\r\n> ".encode()])
    assert heard[0] == LateReference(5)
    assert reply is not None
    assert reply.error is None


def test_an_ok_without_the_promised_data_is_somebody_elses() -> None:
    reply, heard = converse(commands.SIGNAL, [OK.encode()])
    assert reply is None
    assert heard == [Noise("OK")]


@pytest.mark.parametrize("size", [1, 4096])
def test_a_header_whose_tpdu_never_comes_swallows_no_line(size: int) -> None:
    said = f"\r\n+CDS: 25\r\n\r\n490154203237518\r\n{OK}"
    reply, _ = converse(commands.IMEI, pieces(said.encode(), size))
    assert reply is not None
    assert commands.IMEI.read(reply.answers) == "490154203237518"
    said = f'\r\n+CMT: ,26\r\n\r\n+CCID: "89330100000000000012"\r\n{OK}'
    reply, _ = converse(commands.iccid("AT+CCID"), pieces(said.encode(), size))
    assert reply is not None
    assert commands.iccid("AT+CCID").read(reply.answers) == "89330100000000000012"


@pytest.mark.parametrize("size", [1, 5, 4096])
def test_a_report_between_a_listed_header_and_its_tpdu_takes_its_own_line(size: int) -> None:
    said = (
        f"\r\n+CMGL: 1,0,,26\r\n{CDS}{CMTI}{MESSAGE}\r\n"
        f"+CMGL: 17,3,26\r\n{MESSAGE}\r\n+CDS: 25\r\n"
        f'+CMGL: 0,1,"Ana, \u00e9",25\r\n{REPORT}\r\n{REPORT}\r\n{OK}'
    )
    reply, heard = converse(commands.LIST_ALL, pieces(said.encode("latin-1"), size))
    assert reply is not None
    assert heard == [ReportArrived(REPORT), STORED, ReportArrived(REPORT)]
    listed = commands.LIST_ALL.read(reply.answers)
    assert [(item.index, item.status, item.tpdu, item.whole) for item in listed] == [
        (1, 0, MESSAGE, True),
        (17, 3, MESSAGE, True),
        (0, 1, REPORT, True),
    ]


@pytest.mark.parametrize("size", [1, 4096])
def test_a_tpdu_of_another_length_is_not_the_one_a_report_announced(size: int) -> None:
    said = f"\r\n+CMGL: 1,0,,26\r\n+CDS: 25\r\n{MESSAGE}\r\n{OK}"
    reply, heard = converse(commands.LIST_ALL, pieces(said.encode(), size))
    assert reply is not None
    assert commands.LIST_ALL.read(reply.answers) == [commands.Listed(1, 0, 26, MESSAGE)]
    assert heard == []


def test_a_listed_header_without_its_tpdu_is_seen_as_not_whole() -> None:
    reply, _ = converse(commands.LIST_ALL, [f"\r\n+CMGL: 1,0,,26\r\n{OK}".encode()])
    assert reply is not None
    assert [item.whole for item in commands.LIST_ALL.read(reply.answers)] == [False]


def test_a_prompt_nobody_asked_for_is_only_seen_by_who_watches() -> None:
    dialogue = Dialogue()
    assert dialogue.feed(b"\r\n> ") == []
    assert dialogue.prompt_waits
    assert dialogue.feed(b"", watch_prompt=True) == [Prompt.PROMPT]
    assert not dialogue.prompt_waits


# ---- storms ---------------------------------------------------------------------------------------

ANSWERED: list[tuple[Command[Any], list[str], Any]] = [
    (commands.SIGNAL, ["+CSQ: 20,99", "OK"], -73),
    (commands.IMEI, ["490154203237518", "OK"], "490154203237518"),
    (commands.IMSI, ["208010000000001", "OK"], "208010000000001"),
    (commands.MANUFACTURER, ["ACME Modems", "OK"], "ACME Modems"),
    (commands.REGISTRATIONS[0], ['+CREG: 2,5,"00C3","0D2F"', "OK"], 5),
    (commands.REGISTRATIONS[1], ["+CEREG: 0,1", "OK"], 1),
    (commands.iccid("AT+QCCID"), ["+QCCID: 8933010000000000001F", "OK"], "8933010000000000001"),
    (commands.OPERATOR, ['+COPS: 0,0,"Fiction",7', "OK"], "Fiction"),
    (commands.delete(0), ["OK"], None),
    (commands.select("SM"), ["+CPMS: 1,10,1,10,1,10", "OK"], (1, 10)),
    (SUBMIT, ["+CMGS: 255", "OK"], 255),
    (commands.read(3), ["+CMGR: 0,,26", MESSAGE, "OK"], commands.Listed(3, 0, 26, MESSAGE)),
    (
        commands.LIST_ALL,
        ["+CMGL: 0,1,,26", MESSAGE, '+CMGL: 9,0,"",25', REPORT, "OK"],
        [commands.Listed(0, 1, 26, MESSAGE), commands.Listed(9, 0, 25, REPORT)],
    ),
    (commands.SIGNAL, ["+CME ERROR: 14"], "cme_14"),
]
UNASKED: list[tuple[list[str], Any]] = [
    (['+CMTI: "ME",12'], MessageStored("ME", 12)),
    (['+CDSI: "SR", 0'], ReportStored("SR", 0)),
    (["+CDS: 25", REPORT], ReportArrived(REPORT)),
    ([f"+CMT: ,{26}", MESSAGE], MessageArrived(MESSAGE)),
    (["+CREG: 5"], Registration("CREG", 5)),
    (['+CEREG: 1,"00C3","0D2F01",7'], Registration("CEREG", 1)),
    (["^RSSI:18"], Noise("^RSSI:18")),
    (["RING"], Ring()),
    (["SMS DONE"], urc.MessagesReady()),
    (["*ATREADY: 1"], urc.Restarted("*ATREADY: 1")),
    (
        ['+CUSD: 0,"Solde : 3 EUR', 'OK jusqu au 12/12",15'],
        UssdArrived(0, "Solde : 3 EUR\nOK jusqu au 12/12", 15),
    ),
]


def woven(rng: random.Random, lines: list[str]) -> tuple[str, list[Any]]:
    """The lines with URCs before any of them, and what those mean."""
    said, meant = "", []
    for line in lines:
        for unasked, meaning in rng.choices(UNASKED, k=rng.choice((0, 0, 1, 1, 3))):
            said += "".join(f"\r\n{each}\r\n" for each in unasked)
            meant.append(meaning)
        said += f"\r\n{line}\r\n"
    return said, meant


def in_bursts(rng: random.Random, data: bytes) -> list[bytes]:
    cuts = sorted(rng.sample(range(len(data)), min(len(data), rng.randint(1, 12))))
    return [data[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(data)], strict=True)]


@pytest.mark.parametrize("seed", range(20))
def test_a_storm_of_urcs_loses_none_and_spoils_no_value(seed: int) -> None:
    rng, dialogue = random.Random(seed), Dialogue()
    for _ in range(100):
        command, lines, value = rng.choice(ANSWERED)
        said, meant = woven(rng, lines)
        dialogue.begin(command)
        data = said.encode("latin-1")
        fed = pieces(data, 1) if rng.random() < 0.2 else in_bursts(rng, data)
        outcomes = [outcome for piece in fed for outcome in dialogue.feed(piece)]
        replies = [outcome for outcome in outcomes if isinstance(outcome, Reply)]
        assert len(replies) == 1
        assert (replies[0].error.code if replies[0].error else command.read(replies[0].answers)) == value
        assert [outcome for outcome in outcomes if not isinstance(outcome, Reply)] == meant
