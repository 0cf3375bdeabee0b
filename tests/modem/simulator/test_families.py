"""Each simulated family keeps its manners, and a link lives with every one of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.serving import FAMILIES as OFFERED
from modem.api import (
    Alphabet,
    Heard,
    Identified,
    InboundPart,
    LinkChanged,
    LinkState,
    OutboundPart,
    PartAccepted,
    Report,
)
from modem.link import Link, Options
from modem.session import Timings
from modem.simulator import power
from modem.simulator.families import FAMILIES
from modem.simulator.options import Options as Modem
from modem.simulator.run import Simulator
from scripted_modem import Told

MakeBench = Callable[..., Any]

QUICK = Options(
    sweep_again=0.05,
    register_every=0.05,
    sim_every=0.1,
    sim_patience=1.0,
    reopen_first=0.02,
    reopen_most=0.1,
    timings=Timings(factor=0.3, quiet=0.05, quiet_within=0.5, tries=2),
)
WITHOUT_REPORTS = {"a7670"}

SAID = [
    ("sim800", "AT+CCID", "8933010000000000998f\r\n\nOK"),
    ("sim800", "AT+SPIC", "+SPIC: 3,10,3,10\r\n\nOK"),
    ("sim800", "AT+CNMI=2,1,0,2,0", "+CMS ERROR: 302"),
    ("sim800", "AT+CNMI=?", "+CNMI: (0-3),(0-3),(0,2),(0,1),(0,1)\r\n\nOK"),
    ("sim800", 'AT+CPMS="ME"', "+CMS ERROR: 302"),
    ("sim7600", "AT+CICCID", "+ICCID: 8933010000000000998\n\nOK"),
    ("sim7600", "AT+CCID", "ERROR"),
    ("sim7600", "AT+CNMI=2,1,0,1,0", "+CMS ERROR: 302"),
    ("sim7600", "AT+CNMI=2,1,0,2,0", "OK"),
    ("a7670", "AT+CNMI=2,1,0,2,0", "+CMS ERROR: 302"),
    ("a7670", "AT+CNMI=2,1,0,0,0", "OK"),
    ("a7670", "AT+CMMS=2", "+CMS ERROR: 302"),
    ("ec25", 'AT+QPINC="SC"', "+QPINC: SC,3,10\n\nOK"),
    ("ec25", "AT+QCCID", "+QCCID: 8933010000000000998\n\nOK"),
    ("huawei", "AT+CCID", "COMMAND NOT SUPPORT"),
    ("huawei", "AT+NONSENSE", "COMMAND NOT SUPPORT"),
    ("huawei", "AT^NONSENSE", "COMMAND NOT SUPPORT"),
    ("huawei", "AT^ICCID?", "^ICCID:8933010000000000998F\n\nOK"),
    ("huawei", "AT^CPIN?", "^CPIN:READY,,10,3,10,3\n\nOK"),
    ("huawei", "AT+CMMS=2", "+CMS ERROR: 500"),
    ("huawei", "AT+CSMS=0", "+CMS ERROR: 302"),
    ("huawei", "AT+CREG?", "+CREG:0,1\n\nOK"),
    ("huawei", "AT+CCLK?", "+CCLK:26/03/04,12:00:00+04\n\nOK"),
    ("huawei", 'AT+CPMS="ME","ME","ME"', "+CPMS:0,50,0,50,0,50\n\nOK"),
    ("huawei", "AT+CNMI=2,1,0,1,0", "+CMS ERROR: 302"),
    ("huawei", "AT+CNMI=1,1,0,1,0", "OK"),
    ("zte", "AT+CNMI=2,1,0,2,0", "+CMS ERROR: 302"),
    ("zte", "AT+CNMI=1,1,0,2,0", "OK"),
    ("zte", "AT+ZPINPUK=?", "+ZPINPUK: 3,10\n\nOK"),
]


@pytest.mark.parametrize(("family", "typed", "answer"), SAID)
def test_a_family_answers_in_its_own_way(bench: MakeBench, family: str, typed: str, answer: str) -> None:
    assert bench(family=family).say(typed) == answer


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_says_after_a_restart_what_it_says(bench: MakeBench, family: str) -> None:
    modem = bench(family=family, boot_seconds=10, noise_seconds=0)
    said = modem.say("AT+CFUN=1,1")
    assert modem.say("AT") == ""
    said += modem.wait(6)
    assert modem.say("AT").endswith("OK")
    modem.say("ATE0;+CMEE=1")
    assert modem.say("AT+CPIN?") in ("+CME ERROR: 14", "+CME ERROR:14")
    said += modem.wait(5)
    for _share, line in FAMILIES[family].boot:
        assert line.replace(": ", ":") in said.replace(": ", ":")
    assert "^BOOT" in said
    assert "READY" in modem.say("AT+CPIN?")


@pytest.mark.parametrize("family", [name for name, row in FAMILIES.items() if row.noise])
def test_a_family_murmurs_until_it_is_hushed(bench: MakeBench, family: str) -> None:
    modem = bench(family=family, noise_seconds=5)
    row = FAMILIES[family]
    heard = [modem.wait(5).strip() for _ in row.noise]
    assert [line.replace(" ", "") for line in heard] == [line.replace(" ", "") for line in row.noise]
    if row.quiet:
        assert modem.say(f"AT{row.quiet}") == "OK"
        assert modem.wait(20) == ""


def test_a_stored_message_is_shown_with_or_without_the_field_for_a_name(bench: MakeBench) -> None:
    shown = {}
    for family in ("generic", "huawei"):
        modem = bench(family=family)
        modem.network.inject("+33612345678", "bonjour")
        shown[family] = modem.say("AT+CMGL=4").split("\n")[0]
    assert shown == {"generic": "+CMGL: 1,0,,26", "huawei": "+CMGL:0,0,26"}


def test_a_firmware_may_want_all_three_storages(bench: MakeBench) -> None:
    modem = bench(family="huawei", storage_names=3)
    assert modem.say('AT+CPMS="ME","ME"') == "+CMS ERROR: 302"
    assert modem.say('AT+CPMS="ME","ME","ME"').startswith("+CPMS:0,50,")


def test_the_command_line_offers_every_family() -> None:
    assert tuple(FAMILIES) == OFFERED


def test_what_comes_in_is_stored_twice_by_the_family_that_does(bench: MakeBench) -> None:
    modem = bench(family="a7670")
    modem.say("AT+CNMI=2,1,0,0,0")
    modem.network.inject("+33612345678", "bonjour")
    assert modem.wait(0) == '+CMTI: "ME",0\n\n+CMTI: "ME",1'


def test_a_report_is_announced_in_the_wrong_storage_by_the_family_that_does(bench: MakeBench) -> None:
    modem = bench(family="ec25")
    modem.say("AT+CNMI=2,1,0,2,0")
    assert '+CDSI: "SM",0' in modem.send("+33639980001")
    assert modem.say('AT+CPMS="SR"').startswith("+CPMS: 1,10,")


def test_packed_codes_are_answered_in_ucs_2(bench: MakeBench) -> None:
    modem = bench(family="huawei")
    assert modem.say('AT+CUSD=1,"*100#",15') == "+CME ERROR: 50"
    answer = modem.say('AT+CUSD=1,"AA180C3602",15')
    shown = "Solde: 12,34".encode("utf-16-be").hex().upper()
    assert answer.startswith(f'OK\n\n+CUSD:0,"{shown}')
    assert answer.endswith('",72')


def test_power_off_is_for_good(bench: MakeBench) -> None:
    modem = bench(family="sim800")
    modem.say("AT+CPOWD=1")
    modem.wait(1000)
    assert modem.say("AT") == ""
    power.cycle(modem.device)
    assert "OK" in modem.say("AT")


@pytest.mark.parametrize("modem", [1, 2, 3, 20])
def test_the_names_of_several_modems_differ_and_are_well_formed(modem: int) -> None:
    first, other = Modem(), Modem().numbered(modem)
    assert (other == first) is (modem == 1)
    for digits in (other.imei, *([] if modem == 1 else [other.iccid])):
        doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
        assert sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0
    assert len({Modem().numbered(each).number for each in range(1, 21)}) == 20


@pytest.mark.parametrize("family", FAMILIES)
def test_a_link_sends_hears_and_is_reported_to_with_every_family(tmp_path: Path, family: str) -> None:
    told = Told()
    times = {"network_seconds": 0.0, "delivery_seconds": 0.0, "noise_seconds": 0.02}
    with Simulator(tmp_path, family=family, **times) as simulator:
        simulator.do("pace", seconds=0.0001, octets=7)
        link = Link("m1", str(simulator.port), options=QUICK)
        link.start(told)
        try:
            told.wait(LinkChanged, state=LinkState.READY)
            identity = told.wait(Identified).identity
            assert identity.imei == "490154203237518"
            assert identity.sim in ("8933010000000000998", "208010000000099")
            for job in range(3):
                link.send(job, OutboundPart("+33639980001", f"out {job}", Alphabet.GSM7))
                assert told.wait(PartAccepted, job=job).reference == job
            simulator.inject("+33639980011", "OUI")
            told.until(lambda: "OUI" in [item.text for item in heard(told, InboundPart)])
            assert identity.reports is (family not in WITHOUT_REPORTS)
            if identity.reports:
                told.until(lambda: {item.reference for item in heard(told, Report)} == {0, 1, 2})
        finally:
            link.stop()


def heard(told: Told, kind: type) -> list[Any]:
    return [event.item for event in told.of(Heard) if isinstance(event.item, kind)]
