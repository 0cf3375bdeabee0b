"""The wire log: whole lines, nothing private, rotating; and played again."""

from __future__ import annotations

import re
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem import codec
from modem.api import Alphabet, Concat, InboundPart, OutboundPart, Report
from modem.masking import Masks, tpdu
from modem.replay import NotATrace, Step, script, steps
from modem.trace import Trace

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
AT = "2026-11-22T06:00:00.000+00:00"
MESSAGE = "07913306091093F0040B913336998010F0000062118011000040075474D82D2ECB01"
REPORT = "07913306091093F006070B913336998010F0621180110000406211801100104000"


def traced(folder: Path, *passed: tuple[str, bytes], **options: Any) -> list[str]:
    path = folder / "wire.log"
    trace = Trace(path, lambda: NOW, **options)
    for direction, data in passed:
        trace(direction, data)
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ('AT+CPIN="1234"', 'AT+CPIN="0000"'),
        ("AT+CPIN=123456", 'AT+CPIN="0000"'),
        ('AT+CPIN="12345678","4711"', 'AT+CPIN="0000"'),
        ("490154203237518", "490000000000018"),
        ('+CCID: "8933010000000000001F"', '+CCID: "8900000000000000001F"'),
        ('+CSCA: "+33600000042",145', '+CSCA: "+33000000042",145'),
        ('+CNUM: "Marie","+33639980042",145', '+CNUM: "xxxxx","+33000000042",145'),
        ('+CLIP: "+33639980042",145,"",0,"Léa",0', '+CLIP: "+33000000042",145,"",0,"xxx",0'),
        ('+CMT: "Ana",26', '+CMT: "xxx",26'),
        ('AT+CUSD=1,"*123*99887766#",15', 'AT+CUSD=1,"*000*00000000#",15'),
        ('AT+CUSD=1,"AA180C3602",15', 'AT+CUSD=1,"0000000000",15'),
        ('+CUSD: 0,"Solde : 12,50 EUR",15', '+CUSD: 0,"xxxxx : 00,00 xxx",15'),
        ('+CUSD: 0,"00430072006500640069",72', '+CUSD: 0,"00000000000000000000",72'),
        ("+CMGS: 123", "+CMGS: 123"),
        ("AT+CMGS=17", "AT+CMGS=17"),
        ('+CMTI: "SM",3', '+CMTI: "SM",3'),
        ('+CPMS: "SM",1,10,"SM",1,10', '+CPMS: "SM",1,10,"SM",1,10'),
        ('+COPS: 0,0,"Fiction",7', '+COPS: 0,0,"Fiction",7'),
        ('+CREG: 2,"00C3","0000D2F1"', '+CREG: 2,"00C3","0000D2F1"'),
        ("+CMS ERROR: 500", "+CMS ERROR: 500"),
    ],
)
def test_a_line_is_masked(line: str, masked: str) -> None:
    assert Masks().line(line) == masked


def test_a_ussd_text_is_masked_to_its_last_line() -> None:
    masks = Masks()
    lines = ['+CUSD: 1,"Solde Marie', "06 39 98 00 42", '1. Recharge",15', "+CSQ: 20,99"]
    assert [masks.line(line) for line in lines] == [
        '+CUSD: 1,"xxxxx xxxxx',
        "00 00 00 00 00",
        '0. xxxxxxxx",00',
        "+CSQ: 20,99",
    ]


@pytest.mark.parametrize("alphabet", [Alphabet.GSM7, Alphabet.UCS2])
@pytest.mark.parametrize("concat", [None, Concat(7, 3, 2)])
def test_a_masked_part_has_its_form_and_says_nothing(alphabet: Alphabet, concat: Concat | None) -> None:
    part = OutboundPart("+33639980142", "Rendez-vous", alphabet, concat)
    plain, masked = codec.encode(part).hex, tpdu(codec.encode(part).hex)
    assert len(masked) == len(plain)
    assert plain[:12] == masked[:12]
    assert "0B913300000000F0" in masked
    assert plain[-16:] not in masked
    assert ("050003070302" in masked) is (concat is not None)


def test_a_masked_message_and_report_still_decode() -> None:
    heard = codec.decode(tpdu(MESSAGE))
    assert isinstance(heard, InboundPart)
    assert (heard.sender, set(heard.text)) == ("+33000000000", {"@"})
    assert heard.sent_at == codec.decode(MESSAGE).sent_at  # type: ignore[union-attr]
    report = codec.decode(tpdu(REPORT))
    assert isinstance(report, Report)
    assert (report.reference, report.status, report.recipient) == (7, 0, "+33000000000")


@given(st.binary(min_size=8, max_size=180))
def test_no_octets_are_too_strange_to_mask(octets: bytes) -> None:
    assert len(tpdu(octets.hex())) == 2 * len(octets)


@pytest.mark.parametrize("size", [1, 3, 4096])
def test_lines_are_noted_whole_however_they_came(tmp_path: Path, size: int) -> None:
    said = f"\r\n490154203237518\r\n\r\nOK\r\n\r\n+CDS: 25\r\n{REPORT}\r\nAT+X\r\r\nERR\\OR\r\n".encode()
    pieces = [("<", said[start : start + size]) for start in range(0, len(said), size)]
    assert traced(tmp_path, (">", b"AT+CGSN\r"), *pieces) == [
        f"{AT} > AT+CGSN\\r",
        f"{AT} < \\r\\n490000000000018\\r\\n",
        f"{AT} < \\r\\nOK\\r\\n",
        f"{AT} < \\r\\n+CDS: 25\\r\\n",
        f"{AT} < {tpdu(REPORT)}\\r\\n",
        f"{AT} < AT+X\\r\\r\\n",
        f"{AT} < ERR\\\\OR\\r\\n",
    ]


def test_nothing_private_passes_in_any_pieces(tmp_path: Path) -> None:
    said = f'\r\n+CNUM: "Ana","+33639980142",145\r\n\r\n{MESSAGE}\r\nAT+CPIN="4711"\r\r\n'.encode()
    for size in (1, 2, 5, 11, 400):
        folder = tmp_path / str(size)
        folder.mkdir()
        pieces = [("<", said[start : start + size]) for start in range(0, len(said), size)]
        log = "\n".join(traced(folder, (">", b'AT+CPIN="4711"\r'), *pieces))
        assert not re.search("Ana|6399801|4711|3336998010|5474D8", log)


def test_the_prompt_and_what_is_typed_into_it(tmp_path: Path) -> None:
    passed = [(">", b"AT+CMGS=17\r"), ("<", b"\r\n> "), (">", f"{MESSAGE}\x1a".encode()), (">", b"\x1b")]
    lines = traced(tmp_path, *passed)
    assert [line.split(" ", 2)[1:] for line in lines] == [
        [">", "AT+CMGS=17\\r"],
        ["<", "\\r\\n> "],
        [">", f"{tpdu(MESSAGE)}\\x1a"],
        [">", "\\x1b"],
    ]


def test_a_flood_without_an_end_is_not_kept(tmp_path: Path) -> None:
    assert (
        traced(tmp_path, *[("<", b"U" * 5000)] * 3, ("<", b"\r\n\r\nOK\r\n"))[-1] == f"{AT} < \\r\\nOK\\r\\n"
    )


def test_old_logs_go_and_the_new_one_is_ours_alone(tmp_path: Path) -> None:
    for _ in range(12):
        traced(tmp_path, (">", b"AT+CSQ\r"), limit=100, kept=2)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["wire.log", "wire.log.1", "wire.log.2"]
    assert all(path.stat().st_size <= 100 for path in tmp_path.iterdir())
    assert stat.S_IMODE((tmp_path / "wire.log").stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_disturbs_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert traced(tmp_path / "nowhere", (">", b"AT\r"), (">", b"AT\r")) == []
    assert len(caplog.records) == 1


# ---- played again -----------------------------------------------------------------------------------


def test_a_trace_becomes_steps(tmp_path: Path) -> None:
    passed = [
        ("<", b"\r\nRDY\r\n"),
        (">", b"\x1b"),
        (">", b"AT\r"),
        ("<", b"\r\nOK\r\n"),
        (">", b"AT+CMGS=17\r"),
        ("<", b"\r\n> "),
        (">", f"{MESSAGE}\x1a".encode()),
        ("<", b"\r\n+CMGS: 7\r\n\r\nOK\r\n"),
        (">", b"AT\r"),
    ]
    conversation = steps(traced(tmp_path, *passed))
    assert conversation == [
        Step("", "\r\nRDY\r\n"),
        Step("AT", "\r\nOK\r\n"),
        Step("AT+CMGS=17", "\r\n> "),
        Step("Ctrl-Z", "\r\n+CMGS: 7\r\n\r\nOK\r\n"),
        Step("AT", ""),
    ]
    assert script(conversation)["AT"] == ["\r\nOK\r\n", ""]


@pytest.mark.parametrize("line", ["hello", "2026 x AT", ""])
def test_what_is_no_trace_is_said(line: str) -> None:
    with pytest.raises(NotATrace):
        steps([line])
