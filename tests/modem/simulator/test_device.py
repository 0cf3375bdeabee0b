"""The AT line: what is typed and what is said, to the byte where it matters."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.simulator.commands import VOCABULARY
from modem.simulator.options import Options
from modem.simulator.simulation import Simulation
from modem.simulator.tpdu import Submit
from modem.simulator.user_data import split

MakeBench = Callable[..., Any]

SUBMIT = Submit("+33639980001", split("bonjour")[0], report=True).encode()
PDU = f"00{SUBMIT.hex()}"


def fresh() -> Simulation:
    options = Options(network_seconds=0, delivery_seconds=0)
    return Simulation(options, lambda: datetime(2026, 3, 4, tzinfo=UTC), 0.0)


def test_the_framing_of_answers_is_that_of_the_standard() -> None:
    modem = fresh()
    assert modem.feed(b"AT\r", 0) == b"AT\r\r\nOK\r\n"
    assert modem.feed(b"ATE0\r", 0) == b"ATE0\r\r\nOK\r\n"
    assert modem.feed(b"AT+CSQ\r", 0) == b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n"
    assert modem.feed(b"ATV0\r", 0) == b"0\r"
    assert modem.feed(b"AT+CSQ\r", 0) == b"+CSQ: 20,99\r\n0\r"
    assert modem.feed(b"ATV1Q1\r", 0) == b""
    assert modem.feed(b"ATQ0\r", 0) == b"\r\nOK\r\n"
    assert modem.feed(b"AT+CMGS=%d\r" % len(SUBMIT), 0) == b"\r\n> "
    assert modem.feed(PDU.encode() + b"\x1a", 0) == b"\r\n+CMGS: 0\r\n\r\nOK\r\n"


CONVERSATION = (
    "AT\rATE1\rATI\rAT+CMEE=2\rAT+NONSENSE\rAT^NONSENSE?\rATE0;+CMEE=1;+CNMI=2,1,0,1,0\rAT+CPMS?\r"
    f'AT+CMGS={len(SUBMIT)}\r{PDU}\x1aAT+CMGS=99\r{PDU}\x1aAT+CMGF=1;+CSCS="GSM"\r'
    'AT+CMGS="+33639980008"\rsalut\x1aAT+CMGL="ALL"\rat+cmgf=0;+cmgl=4\rAT+CMGW=20\r\x1bAT+CUSD=1,"*100#",15\r'
    "garbage\rATX\x08Z\rA/\r\r\n\nAT+COPS=?\rAT+CREG=2;+CREG?\r"
)


def test_one_byte_at_a_time_or_in_bursts_the_answers_are_the_same() -> None:
    whole = fresh()
    expected = whole.feed(CONVERSATION.encode(), 0)
    assert expected.count(b"+CMGS: ") == 2
    assert b"+CDS: " in expected
    source = random.Random(7)
    for longest in (1, 2, 3, 8, 64):
        modem, said, rest = fresh(), b"", CONVERSATION.encode()
        while rest:
            size = source.randint(1, longest)
            said += modem.feed(rest[:size], 0)
            rest = rest[size:]
        assert said == expected


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("AT+CGMI", "Chappe\n\nOK"),
        ("AT+CGSN", "490154203237518\n\nOK"),
        ("AT+CIMI", "208010000000099\n\nOK"),
        ("AT+CCID", "+CCID: 8933010000000000998\n\nOK"),
        ("AT+CPIN?", "+CPIN: READY\n\nOK"),
        ("AT+CREG?", "+CREG: 0,1\n\nOK"),
        ("AT+CEREG=2;+CEREG?", '+CEREG: 2,1,"1A2B","0C3D4E5F",7\n\nOK'),
        ("AT+COPS=3,0;+COPS?", '+COPS: 0,0,"Simulated",7\n\nOK'),
        ("AT+COPS=3,2;+COPS?", '+COPS: 0,2,"20801",7\n\nOK'),
        ("AT+CSCA?", '+CSCA: "+33609001390",145\n\nOK'),
        ("AT+CNUM", '+CNUM: ,"+33639980099",145\n\nOK'),
        ("AT+CPMS?", '+CPMS: "SM",0,20,"SM",0,20,"SM",0,20\n\nOK'),
        ('AT+CPMS="ME","ME","ME"', "+CPMS: 0,50,0,50,0,50\n\nOK"),
        ('AT+CPMS="ME";+CPMS?', '+CPMS: 0,50,0,20,0,20\n\n+CPMS: "ME",0,50,"SM",0,20,"SM",0,20\n\nOK'),
        ("AT+CNMI=2,1,0,1,0;+CNMI?", "+CNMI: 2,1,0,1,0\n\nOK"),
        ("AT+CNMI=?", "+CNMI: (0-3),(0-2),(0),(0-2),(0-1)\n\nOK"),
        ("AT+CCLK?", '+CCLK: "26/03/04,12:00:00+04"\n\nOK'),
        ("AT+CMGF=?", "+CMGF: (0,1)\n\nOK"),
        ("ATS0=3;S0?", "003\n\nOK"),
        ("AT&F&C1&D2X4", "OK"),
        ("AT+CFUN?", "+CFUN: 1\n\nOK"),
        ("AT+CMGR=3", "+CMS ERROR: 321"),
        ("AT+CMGR=99", "+CMS ERROR: 321"),
        ("AT+CMGD=99", "+CMS ERROR: 321"),
        ("AT+CMGS=0", "+CMS ERROR: 304"),
        ("AT+CMGS=165", "+CMS ERROR: 304"),
        ("AT+CNMI=2,3", "+CMS ERROR: 302"),
        ('AT+CPMS="XX"', "+CMS ERROR: 302"),
        ("AT+CNMA", "+CMS ERROR: 340"),
        ("AT+CMEE=7", "+CME ERROR: 50"),
        ("AT+NONSENSE", "+CME ERROR: 4"),
        ("AT+CSQ=1", "+CME ERROR: 3"),
        ("AT^SYSINFO", "ERROR"),
        ("AT$QCPWRDN", "ERROR"),
        ("AT%IPSYS?", "ERROR"),
        ("AT+CSQ?extra", "ERROR"),
        ("AT@", "ERROR"),
        ("AT+CMEE=0;+NONSENSE", "ERROR"),
        ("AT+CMEE=2;+NONSENSE", "+CME ERROR: Operation not supported"),
        ("AT+CMEE=2;+CMGR=3", "+CMS ERROR: Invalid memory index"),
        ("no command here", ""),
        ("#+noiseAT+CSQ", "+CSQ: 20,99\n\nOK"),
    ],
)
def test_a_command_answers_what_the_standard_says(bench: MakeBench, typed: str, answer: str) -> None:
    assert bench().say(typed) == answer


def test_an_error_ends_the_line(bench: MakeBench) -> None:
    modem = bench()
    assert modem.say("AT+CMEE=1;+NONSENSE;+CMEE=2") == "+CME ERROR: 4"
    assert modem.say("AT+CMEE?") == "+CMEE: 1\n\nOK"


def test_every_command_of_the_vocabulary_answers_every_form_with_one_final_result(bench: MakeBench) -> None:
    for name in VOCABULARY:
        for tail in ("", "?", "=?", "=", "=1", '="x"', "=,,,,,,", "=999999", "=-1", "=1,2,3,4,5,6"):
            modem = bench()
            answer = modem.say(f"AT{name}{tail}")
            if answer == ">":
                answer = modem.type("\x1b").strip()
            final = answer.split("\n\n+CUSD")[0].split("\n")[-1]
            assert final == "OK" or final == "0" or "ERROR" in final or name == "Q", (name, tail, answer)
            assert modem.say("ATE0Q0V1").endswith("OK"), (name, tail)


@pytest.mark.parametrize(
    "typed",
    ["zz", PDU[:-2], PDU + "00", PDU[1:], "", "00" + "04" + PDU[4:], f"AT+CSQ\r{PDU}"],
)
def test_what_is_no_submit_of_the_announced_length_is_refused(bench: MakeBench, typed: str) -> None:
    modem = bench()
    modem.type(f"AT+CMGS={len(SUBMIT)}\r")
    assert modem.type(typed + "\x1a").strip() == "+CMS ERROR: 304"
    assert not modem.network.submitted


def test_escape_gives_a_message_up(bench: MakeBench) -> None:
    modem = bench()
    modem.type(f"AT+CMGS={len(SUBMIT)}\r{PDU[:20]}")
    assert modem.type("\x1b") == "\r\nOK\r\n"
    assert modem.say("AT") == "OK"
    assert not modem.network.submitted


def test_nothing_is_said_into_a_prompt_and_everything_after_it(bench: MakeBench) -> None:
    modem = bench()
    modem.say("AT+CNMI=2,1")
    modem.type(f"AT+CMGS={len(SUBMIT)}\r")
    modem.network.inject("+33612345678", "bonjour")
    assert modem.wait(1) == ""
    assert modem.type(PDU + "\x1a") == '\r\n+CMTI: "SM",1\r\n\r\n+CMGS: 0\r\n\r\nOK\r\n'


def test_while_the_network_takes_its_time_typing_waits(bench: MakeBench) -> None:
    modem = bench(network_seconds=2)
    assert modem.send("+33639980001") == ""
    assert modem.type("AT+CSQ\r") == ""
    assert modem.wait(1.9) == ""
    assert modem.wait(0.2) == "+CMGS: 0\n\nOK\n\n+CSQ: 20,99\n\nOK"


def test_text_mode_sends_and_lists_in_each_character_set(bench: MakeBench) -> None:
    modem = bench()
    modem.say('AT+CMGF=1;+CSCS="GSM";+CSMP=49,167,0,0;+CNMI=2,1,0,1')
    modem.type('AT+CMGS="+33639980001"\r')
    said = modem.type("d\x05j\x7f \x02\x1a").strip()
    assert said.startswith('+CMGS: 0\r\n\r\nOK\r\n\r\n+CDS: 6,0,"+33639980001",145,')
    assert modem.network.submitted[0].text == "déjà $"
    modem.say('AT+CSCS="UCS2"')
    modem.type('AT+CMGS="002B00330033003600330039003900380030003000300031"\r')
    modem.type("00E900E8\x1a")
    assert modem.network.submitted[1].text == "éè"
    modem.network.inject("+33612345678", "déjà")
    modem.wait(0)
    answer = modem.say('AT+CMGL="ALL"').split("\n")
    assert answer[0].startswith('+CMGL: 1,"REC UNREAD","002B00330033')
    assert answer[1] == "006400E9006A00E0"
    modem.say('AT+CSCS="IRA"')
    assert modem.say("AT+CMGR=1").split("\n")[:2] == [
        '+CMGR: "REC READ","+33612345678",,"26/03/04,12:00:00+04"',
        "d?j?",
    ]


def test_a_written_message_is_listed_and_sent_from_storage(bench: MakeBench) -> None:
    modem = bench()
    modem.type(f"AT+CMGW={len(SUBMIT)}\r")
    assert modem.type(PDU + "\x1a").strip() == "+CMGW: 1\r\n\r\nOK"
    assert modem.say("AT+CMGL=2") == f"+CMGL: 1,2,,{len(SUBMIT)}\n{PDU.upper()}\n\nOK"
    assert modem.say('AT+CMSS=1,"+33639980002"') == "+CMSS: 0\n\nOK"
    assert modem.say("AT+CMSS=1") == "+CMSS: 1\n\nOK"
    assert [part.recipient for part in modem.network.submitted] == ["+33639980002", "+33639980001"]
    assert modem.say("AT+CMGR=1").startswith("+CMGR: 3,,")
    assert modem.say("AT+CMSS=2") == "+CMS ERROR: 321"


def test_the_pin_opens_the_sim_and_three_wrong_ones_ask_for_the_puk(bench: MakeBench) -> None:
    modem = bench(pin="1234")
    assert modem.say("AT+CPIN?") == "+CPIN: SIM PIN\n\nOK"
    assert modem.say("AT+CIMI") == "+CME ERROR: 11"
    assert modem.say("AT+CMGL=4") == "+CMS ERROR: 311"
    assert modem.say("AT+CREG?") == "+CREG: 0,0\n\nOK"
    assert modem.say('AT+CPIN="0000"') == "+CME ERROR: 16"
    assert modem.say("AT+CPINR").startswith("+CPINR: SIM PIN,2,3\n+CPINR: SIM PUK,10,10")
    assert modem.say("AT+CPIN=0000") == "+CME ERROR: 16"
    assert modem.say("AT+CPIN=0000") == "+CME ERROR: 16"
    assert modem.say("AT+CPIN?") == "+CPIN: SIM PUK\n\nOK"
    assert modem.say("AT+CMGL=4") == "+CMS ERROR: 316"
    assert modem.say("AT+CPIN=11111111,4321") == "+CME ERROR: 16"
    assert modem.say("AT+CPIN=12345678,4321") == "OK"
    assert modem.say("AT+CPIN?;+CREG?") == "+CPIN: READY\n\n+CREG: 0,1\n\nOK"
    assert modem.say("AT+CPIN=4321") == "+CME ERROR: 3"
    assert modem.say("AT+CFUN=1,1") == "OK"
    modem.say("ATE0")
    assert modem.say("AT+CPIN?") == "+CPIN: SIM PIN\n\nOK"
    assert modem.say("AT+CPIN=4321") == "OK"


def test_without_a_sim_the_modem_says_so(bench: MakeBench) -> None:
    modem = bench(sim_inserted=False)
    assert modem.say("AT+CPIN?") == "+CME ERROR: 10"
    assert modem.say("AT+CMGS=20") == "+CMS ERROR: 310"
    assert modem.say("AT+CGSN").endswith("OK")


scraps = st.sampled_from(
    [b"AT", b"+CMGS=", b"+CMGW=", b"20", b"\r", b"\x1a", b"\x1b", PDU.encode(), b'"', b",", b";", b"="]
)
names = st.sampled_from([name.encode() for name in VOCABULARY])
typing = st.lists(st.one_of(st.binary(max_size=4), scraps, names), max_size=40).map(b"".join)


@given(typing)
def test_whatever_was_typed_the_modem_still_answers(typed: bytes) -> None:
    modem = fresh()
    modem.feed(typed, 0)
    modem.feed(b"\x1b\r", 0)
    modem.feed(b"ATE0Q0V1\r", 0)
    assert modem.feed(b"AT\r", 1).endswith(b"\r\nOK\r\n")
