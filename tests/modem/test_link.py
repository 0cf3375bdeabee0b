"""A link over a real pseudo-terminal, with a modem that is not ours."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modem.api import (
    Alphabet,
    HealthRead,
    Heard,
    Identified,
    InboundPart,
    LateAnswer,
    LinkChanged,
    LinkState,
    OutboundPart,
    PartAccepted,
    PartRefused,
    PartUncertain,
    Report,
    Undecodable,
)
from modem.errors import Advice
from modem.link import Link, Options
from modem.session import Timings
from scripted_modem import OK, SILENCE, ScriptedModem, Told, length_of

PART = OutboundPart("+33639980001", "Bonjour", Alphabet.GSM7)
MESSAGE = "07913306091093F0040B913336998010F0000062118011000040075474D82D2ECB01"  # SMS-DELIVER
REPORT = "07913306091093F006070B913336998010F06211801100004062118011001040 00".replace(" ", "")
QUICK = Options(
    sweep_every=60,
    sweep_again=0.05,
    register_every=0.05,
    sim_every=0.1,
    sim_patience=0.5,
    reopen_first=0.02,
    reopen_most=0.1,
    send_first=10,
    send_least=5,
    send_most=20,
    timings=Timings(factor=0.1, quiet=0.03, quiet_within=0.3, tries=2),
)


@pytest.fixture
def modem(tmp_path: Path) -> Iterator[ScriptedModem]:
    with ScriptedModem(tmp_path) as modem:
        yield modem


class Running:
    """A started link and what it told."""

    def __init__(self, modem: ScriptedModem, pin: str = "", options: Options = QUICK) -> None:
        self.told = Told()
        self.link = Link("m1", modem.path, pin=pin, options=options)

    def __enter__(self) -> Running:
        self.link.start(self.told)
        return self

    def __exit__(self, *_: object) -> None:
        self.link.stop()

    def ready(self, times: int = 1) -> Running:
        self.told.wait(LinkChanged, times, state=LinkState.READY)
        return self


@pytest.fixture
def running(modem: ScriptedModem) -> Iterator[Running]:
    with Running(modem) as running:
        yield running.ready()


def states(told: Told) -> list[str]:
    return [event.state.value for event in told.of(LinkChanged)]


def test_it_becomes_ready_by_the_table_and_says_who_it_is(running: Running) -> None:
    assert states(running.told) == ["opening", "sim", "registering", "ready"]
    identity = running.told.wait(Identified).identity
    assert (identity.imei, identity.iccid, identity.imsi) == (
        "490154203237518",
        "8933010000000000001",
        "208010000000001",
    )
    assert (identity.manufacturer, identity.model, identity.revision) == ("Scripted", "PTY-1", "1.0")
    assert identity.reports
    assert identity.smsc == "+33600000000"
    health = running.told.wait(HealthRead).health
    assert (health.signal_dbm, health.registration, health.operator) == (-73, 1, "Fiction")
    assert (health.storage_used, health.storage_total) == (0, 50)


def test_what_the_storages_hold_is_handed_over_before_ready(modem: ScriptedModem) -> None:
    modem.stored = {("SM", 0): MESSAGE, ("ME", 7): MESSAGE, ("SR", 1): REPORT}
    with Running(modem) as running:
        running.ready()
        kinds = [type(event) for event in running.told.events]
        heard = running.told.of(Heard)
        assert {(event.place.storage, event.place.index) for event in heard} == set(modem.stored)
        last_heard = max(at for at, kind in enumerate(kinds) if kind is Heard)
        assert running.told.events.index(running.told.of(LinkChanged, state=LinkState.READY)[0]) > last_heard
        assert {type(event.item) for event in heard} == {InboundPart, Report}
        for event in heard:
            running.link.forget(event.place)
        modem.wait_typed("AT+CMGD=1")
        modem.wait_typed("AT+CMGD=7")
        modem.wait_typed("AT+CMGD=0")
        running.link.sweep()
        modem.wait_typed("AT+CMGL=4", 6)
    assert not modem.stored


def test_a_part_leaves_and_its_reference_comes_back(modem: ScriptedModem, running: Running) -> None:
    for job in (1, 2, 3):
        running.link.send(job, PART)
    assert [running.told.wait(PartAccepted, job=job).reference for job in (1, 2, 3)] == [1, 2, 3]
    assert len(modem.submitted) == 3
    assert not modem.garbled
    assert running.told.wait(PartAccepted).sim == "8933010000000000001"


@pytest.mark.parametrize("answer", ["+CMGS:123", "+CMGS: 123", '+CMGS: 123,"26/11/22,10:00:00+04"'])
def test_the_reference_is_read_in_all_its_forms(modem: ScriptedModem, running: Running, answer: str) -> None:
    modem.next("Ctrl-Z", f"\r\n{answer}\r\n{OK}")
    running.link.send(1, PART)
    assert running.told.wait(PartAccepted).reference == 123


def test_an_accepted_part_may_have_no_reference(modem: ScriptedModem, running: Running) -> None:
    modem.next("Ctrl-Z", OK, f"\r\n+CMGS: -1\r\n{OK}")
    running.link.send(1, PART)
    running.link.send(2, PART)
    assert running.told.wait(PartAccepted, job=2).reference is None
    assert running.told.wait(PartAccepted, job=1).reference is None


@pytest.mark.parametrize(
    ("answer", "code", "advice"),
    [
        ("+CMS ERROR: 38", "cms_38", Advice.LATER),
        ("+CMS ERROR:38", "cms_38", Advice.LATER),
        ("+CMS ERROR: SIM busy", "cms_314", Advice.AGAIN),
        ("+CME ERROR: 14", "cme_14", Advice.AGAIN),
        ("+CMS ERROR: 304", "cms_304", Advice.GIVE_UP),
        ("ERROR", "error", Advice.LATER),
    ],
)
def test_a_refused_part_certainly_did_not_leave(
    modem: ScriptedModem, running: Running, answer: str, code: str, advice: Advice
) -> None:
    modem.next("Ctrl-Z", f"\r\n{answer}\r\n")
    running.link.send(1, PART)
    error = running.told.wait(PartRefused, job=1).error
    assert (error.code, error.advice) == (code, advice)


@pytest.mark.parametrize("answer", ["+CMS ERROR: 332", "+CMS ERROR: 500", "+CMS ERROR: 197", "NO CARRIER"])
def test_some_refusals_leave_it_uncertain(modem: ScriptedModem, running: Running, answer: str) -> None:
    modem.next("Ctrl-Z", f"\r\n{answer}\r\n")
    running.link.send(1, PART)
    assert running.told.wait(PartUncertain, job=1).error.advice is Advice.UNCERTAIN
    running.link.send(2, PART)
    running.told.wait(PartAccepted, job=2)


def test_before_ctrl_z_even_an_unknown_error_is_a_certain_one(modem: ScriptedModem, running: Running) -> None:
    modem.next("AT+CMGS=20", "\r\n+CMS ERROR: 500\r\n")
    running.link.send(1, PART)
    assert running.told.wait(PartRefused, job=1).error.advice is Advice.LATER
    assert not modem.submitted


def test_a_part_that_fits_no_tpdu_is_refused_and_nothing_typed(
    modem: ScriptedModem, running: Running
) -> None:
    running.link.send(1, OutboundPart("+33639980001", "日本", Alphabet.GSM7))
    assert running.told.wait(PartRefused, job=1).error.advice is Advice.GIVE_UP
    assert not any(line.startswith("AT+CMGS") for line in modem.typed)


def test_silence_after_ctrl_z_is_uncertain_and_the_late_answer_resolves_it(
    modem: ScriptedModem, running: Running
) -> None:
    modem.next("Ctrl-Z", SILENCE)
    running.link.send(1, PART)
    running.told.wait(PartUncertain, job=1, seconds=30)
    running.told.wait(LinkChanged, state=LinkState.SILENT)
    running.ready(2)
    modem.say(f"\r\n+CMGS: 77\r\n{OK}")
    late = running.told.wait(LateAnswer)
    assert (late.job, late.reference) == (1, 77)
    running.link.send(2, PART)
    assert running.told.wait(PartAccepted, job=2).reference == 1


def test_without_a_prompt_nothing_was_sent_and_a_late_prompt_is_left_by_esc(
    modem: ScriptedModem, running: Running
) -> None:
    running.told.wait(HealthRead)
    modem.next("AT+CMGS=20", SILENCE)
    running.link.send(1, PART)
    modem.wait_typed("AT+CMGS=20")
    error = running.told.wait(PartRefused, job=1).error
    assert (error.code, error.advice) == ("no_prompt", Advice.AGAIN)
    running.told.wait(HealthRead, 2)
    modem._prompted = True
    modem.say("\r\n> ")
    running.link.send(2, PART)
    running.told.wait(PartAccepted, job=2)
    assert not modem.garbled


def test_a_hung_modem_is_found_again_by_opening_the_port_anew(modem: ScriptedModem, running: Running) -> None:
    running.told.wait(HealthRead)
    modem.hang()
    running.link.send(1, PART)
    assert running.told.wait(PartRefused, job=1).error.code == "no_prompt"
    running.told.wait(LinkChanged, state=LinkState.RESETTING)
    assert states(running.told)[4:6] == ["silent", "resetting"]
    running.link.send(2, PART)
    refused = running.told.wait(PartRefused, job=2).error
    assert (refused.code, refused.advice) == ("not_ready", Advice.AGAIN)
    modem.recover()
    running.ready(2)
    running.link.send(3, PART)
    running.told.wait(PartAccepted, job=3)


def test_an_unplugged_modem_is_opened_again_when_it_is_back(modem: ScriptedModem, running: Running) -> None:
    modem.unplug()
    assert running.told.wait(LinkChanged, state=LinkState.CLOSED).error.code == "port_lost"
    running.told.wait(LinkChanged, 2, state=LinkState.CLOSED)
    assert running.told.of(LinkChanged)[-1].error.code == "port_missing"
    modem.plug()
    running.ready(2)
    running.link.send(1, PART)
    running.told.wait(PartAccepted, job=1)


def test_a_part_that_waits_behind_a_silent_one_is_refused_as_certainly_not_sent(
    modem: ScriptedModem, running: Running
) -> None:
    modem.next("Ctrl-Z", SILENCE)
    running.link.send(1, PART)
    modem.wait_typed("Ctrl-Z")
    running.link.send(2, PART)
    assert running.told.wait(PartRefused, job=2).error.code == "not_ready"
    running.told.wait(PartUncertain, job=1)
    assert len(modem.submitted) == 1


def test_unplugged_after_ctrl_z_the_part_is_uncertain(modem: ScriptedModem, running: Running) -> None:
    modem.next("Ctrl-Z", SILENCE)
    running.link.send(1, PART)
    modem.wait_typed("Ctrl-Z")
    modem.unplug()
    error = running.told.wait(PartUncertain, job=1).error
    assert (error.code, error.advice) == ("port_lost", Advice.UNCERTAIN)


def test_stopping_with_a_part_on_the_wire_leaves_it_uncertain(modem: ScriptedModem) -> None:
    with Running(modem) as running:
        running.ready()
        modem.next("Ctrl-Z", SILENCE)
        running.link.send(1, PART)
        modem.wait_typed("Ctrl-Z")
        running.link.stop(0.05)
    running.told.wait(PartUncertain, job=1)
    assert states(running.told)[-1] == "closed"


def test_a_link_that_never_started_sends_nothing_and_can_be_stopped(modem: ScriptedModem) -> None:
    link = Link("m1", modem.path, options=QUICK)
    link.send(1, PART)
    link.stop()
    assert not modem.typed


@pytest.mark.parametrize("urc", ['+CMTI: "SM",3', '+CMTI:"SM", 3', '+CDSI: "SM",3'])
def test_an_announced_message_is_read_from_the_storage_that_was_named(
    modem: ScriptedModem, running: Running, urc: str
) -> None:
    modem.stored[("SM", 3)] = MESSAGE
    modem.stored[("ME", 3)] = REPORT
    modem.say(f"\r\n{urc}\r\n")
    heard = running.told.wait(Heard)
    assert (heard.tpdu, heard.place.storage, heard.place.index) == (MESSAGE, "SM", 3)
    running.link.forget(heard.place)
    modem.wait_typed("AT+CMGD=3")
    assert ("ME", 3) in modem.stored


def test_a_message_announced_too_early_is_found_by_the_next_sweep(
    modem: ScriptedModem, running: Running
) -> None:
    modem.say('\r\n+CMTI: "ME",4\r\n')
    modem.wait_typed("AT+CMGR=4")
    modem.stored[("ME", 4)] = MESSAGE
    assert running.told.wait(Heard).place.index == 4


def test_a_report_comes_directly_and_a_report_announced_in_the_wrong_storage_is_found(
    modem: ScriptedModem, running: Running
) -> None:
    modem.say(f"\r\n+CDS: {length_of(REPORT)}\r\n{REPORT}\r\n")
    heard = running.told.wait(Heard)
    assert heard.place is None
    assert heard.item.reference == 7
    assert heard.item.status == 0
    modem.stored[("SR", 0)] = REPORT
    modem.say('\r\n+CDSI: "SM", 0\r\n')
    assert running.told.wait(Heard, 2).place.storage == "SR"


def test_a_tpdu_no_rule_understands_is_handed_over_as_it_is(modem: ScriptedModem, running: Running) -> None:
    modem.stored[("SM", 0)] = "0004FFFF"
    modem.say('\r\n+CMTI: "SM",0\r\n')
    heard = running.told.wait(Heard)
    assert isinstance(heard.item, Undecodable)
    assert heard.tpdu == "0004FFFF"
    assert heard.place.index == 0


def test_a_report_without_a_time_is_a_report(modem: ScriptedModem, running: Running) -> None:
    timeless = REPORT[:-30] + "0" * 28 + "00"
    modem.say(f"\r\n+CDS: {length_of(timeless)}\r\n{timeless}\r\n")
    heard = running.told.wait(Heard)
    assert (heard.item.reference, heard.item.sent_at, heard.item.discharged_at) == (7, None, None)


def test_a_report_that_comes_before_the_sim_is_known_is_told_with_its_sim(modem: ScriptedModem) -> None:
    modem.always("AT+CPIN?", f"\r\n+CPIN: NOT READY\r\n{OK}")
    with Running(modem) as running:
        running.told.wait(LinkChanged, 2, state=LinkState.SIM)
        modem.say(f"\r\n+CDS: {length_of(REPORT)}\r\n{REPORT}\r\n")
        modem.wait_typed("AT+CPIN?", modem.count("AT+CPIN?") + 2)
        assert not running.told.of(Heard)
        modem.always("AT+CPIN?", f"\r\n+CPIN: READY\r\n{OK}")
        assert running.told.wait(Heard).sim == "8933010000000000001"


def test_a_listener_that_fails_does_not_end_the_link(modem: ScriptedModem, caplog: Any) -> None:
    told = Told()

    def fragile(event: object) -> None:
        told(event)
        raise RuntimeError("the listener fell over")

    link = Link("m1", modem.path, options=QUICK)
    link.start(fragile)
    told.wait(LinkChanged, state=LinkState.READY)
    link.send(1, PART)
    told.wait(PartAccepted)
    link.stop()
    assert "the listener fell over" in caplog.text


def test_an_idle_link_types_nothing(modem: ScriptedModem, running: Running) -> None:
    running.told.wait(HealthRead)
    typed = len(modem.typed)
    modem.say("\r\n^RSSI:20\r\n")
    running.link.send(1, PART)
    running.told.wait(PartAccepted)
    assert modem.typed[typed:] == ["AT+CMGS=20"]


def test_a_refusal_that_blames_the_settings_sets_the_modem_up_again(
    modem: ScriptedModem, running: Running
) -> None:
    modem.next("Ctrl-Z", "\r\n+CMS ERROR: 330\r\n")
    running.link.send(1, PART)
    assert running.told.wait(PartRefused).error.advice is Advice.RECONFIGURE
    running.ready(2)


def test_a_storm_of_messages_reports_and_parts_loses_none_and_mixes_up_no_storage(
    modem: ScriptedModem, running: Running
) -> None:
    for index in range(40):
        storage = ("SM", "ME")[index % 2]
        modem.stored[(storage, index // 2)] = MESSAGE[:-2] + f"{index:02X}"
        modem.say(f'\r\n+CMTI: "{storage}",{index // 2}\r\n+CDS: {length_of(REPORT)}\r\n{REPORT}\r\n')
        running.link.send(index, PART)
        if index % 10 == 9:
            running.link.sweep()
            running.told.wait(PartAccepted, job=index)
            for heard in running.told.of(Heard)[-6:]:
                if heard.place:
                    running.link.forget(heard.place)
    running.told.wait(PartAccepted, 40)
    running.told.wait(Heard, 40, place=None)
    seen = {
        (event.place.storage, event.place.index): event.tpdu
        for event in running.told.of(Heard)
        if event.place
    }
    assert seen == {
        (("SM", "ME")[index % 2], index // 2): MESSAGE[:-2] + f"{index:02X}" for index in range(40)
    }
    assert not modem.garbled
    assert not running.told.of(PartUncertain)


def test_a_place_forgotten_twice_keeps_the_newer_message_that_lies_there(
    modem: ScriptedModem, running: Running
) -> None:
    newer = MESSAGE[:-2] + "02"
    modem.stored[("ME", 1)] = MESSAGE
    running.link.sweep()
    first = running.told.wait(Heard).place
    running.link.sweep()
    second = running.told.wait(Heard, 2).place
    assert first == second
    running.link.forget(first)
    modem.wait_typed("AT+CMGD=1")
    modem.stored[("ME", 1)] = newer
    modem.say('\r\n+CMTI: "ME",1\r\n')
    third = running.told.wait(Heard, tpdu=newer).place
    running.link.forget(second)
    running.link.send(1, PART)
    running.told.wait(PartAccepted, job=1)
    assert modem.stored == {("ME", 1): newer}
    running.link.forget(third)
    modem.wait_typed("AT+CMGD=1", 2)


def test_a_place_of_an_earlier_opening_is_not_deleted(modem: ScriptedModem, running: Running) -> None:
    modem.stored[("SM", 3)] = MESSAGE
    modem.say('\r\n+CMTI: "SM",3\r\n')
    old = running.told.wait(Heard).place
    modem.say("\r\nRDY\r\n")
    running.ready(2)
    running.link.forget(old)
    running.link.sweep()
    again = running.told.wait(Heard, 3).place
    assert again.opening == old.opening + 1
    assert ("SM", 3) in modem.stored


def test_a_modem_that_started_anew_is_set_up_anew(modem: ScriptedModem, running: Running) -> None:
    modem.say("\r\n+CPIN: READY\r\n")
    running.ready(2)
    assert modem.count("AT+CNMI=2,1,0,1,0") == 2


def test_it_waits_for_the_network_and_hears_meanwhile(modem: ScriptedModem) -> None:
    modem.always("AT+CREG?", "\r\n+CREG: 1,2\r\n" + OK)
    modem.always("AT+CEREG?", "\r\n+CEREG: 1,0\r\n" + OK)
    with Running(modem) as running:
        running.told.wait(LinkChanged, state=LinkState.REGISTERING)
        modem.say(f"\r\n+CDS: {length_of(REPORT)}\r\n{REPORT}\r\n")
        running.told.wait(Heard)
        assert "ready" not in states(running.told)
        modem.always("AT+CEREG?", "\r\n+CEREG: 1,6\r\n" + OK)
        modem.say("\r\n+CEREG: 6\r\n")
        running.ready()


def test_a_lost_network_ends_ready_and_a_denial_is_told_once(modem: ScriptedModem, running: Running) -> None:
    modem.always("AT+CREG?", "\r\n+CREG: 1,3\r\n" + OK)
    modem.say('\r\n+CREG: 3,"00C3","0D2F"\r\n')
    running.told.wait(LinkChanged, 2, state=LinkState.REGISTERING)
    denied = running.told.wait(LinkChanged, 3, state=LinkState.REGISTERING)
    assert denied.error.code == "registration_denied"
    asked = modem.count("AT+CREG?")
    modem.wait_typed("AT+CREG?", asked + 3)
    assert len(running.told.of(LinkChanged, state=LinkState.REGISTERING)) == 3
    modem.always("AT+CREG?", "\r\n+CREG: 1,1\r\n" + OK)
    running.ready(2)


def test_a_puk_stops_at_the_sim_and_says_so(modem: ScriptedModem) -> None:
    modem.always("AT+CPIN?", "\r\n+CPIN: SIM PUK\r\n" + OK)
    with Running(modem, pin="1234") as running:
        error = running.told.wait(LinkChanged, 2, state=LinkState.SIM).error
        assert (error.code, error.advice) == ("sim_puk", Advice.STOP_SIM)
        modem.wait_typed("AT+CPIN?", 3)
        assert not any(line.startswith("AT+CPIN=") for line in modem.typed)
        modem.always("AT+CPIN?", "\r\n+CPIN: READY\r\n" + OK)
        running.ready()


def test_a_held_port_names_its_holder(modem: ScriptedModem, running: Running) -> None:
    with Running(modem) as second:
        error = second.told.wait(LinkChanged, state=LinkState.CLOSED).error
        assert error.code == "port_busy"
        assert f"({os.getpid()})" in error.detail
    running.link.send(1, PART)
    running.told.wait(PartAccepted)
