"""What the gateway remembers of its modems: whose SIM, what went wrong, what was asked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gateway import settings, status
from gateway.daemon.gauges import Gauges
from gateway.daemon.modem_desk import ModemDesk
from gateway.errors import Invalid, NotFound
from gateway.messages import inbox, lookup
from gateway.messages.dispatcher import Dispatcher
from gateway.messages.gathering import Judge
from gateway.messages.why import explain
from gateway.modems import alarms, calls, incidents, requests, selftest, sims
from gateway.modems.meters import Meters
from gateway.settings import SelfTestSetting
from gateway.store.models import Incident, SelfTest
from modem import api
from modem.error_table import cms_error
from modem.errors import Advice, advising

if TYPE_CHECKING:
    from conftest import Bench

SIM, OTHER = "8933010000000000998", "8933010000000000774"
ANNA, BOB, CARL = "+33612345678", "+33698765432", "+33611111111"


class Desk(ModemDesk):
    """The loop's desk over the bench's modem in memory."""

    def __init__(self, bench: Bench) -> None:
        bench.site.runtime_dir.mkdir(exist_ok=True)
        modems = {bench.modem.name: bench.modem}
        bench.dispatcher = Dispatcher(modems, Judge(bench.site), sims.Refusals())
        gauges = Gauges(bench.site.runtime_dir, modems)
        super().__init__(modems, bench.site, bench.dispatcher, gauges, Meters(bench.site.timezone), bench.ids)
        self.bench = bench

    def up(self, sim: str = SIM) -> None:
        """The modem is ready with this SIM in it."""
        self.identified(api.Identified("sim1", api.Identity(iccid=sim, number=ANNA)))
        self.changed(api.LinkChanged("sim1", api.LinkState.READY), self.bench.now)
        self.bench.fill()

    def ask(self, kind: str, argument: str = "") -> str:
        request = requests.ask("sim1", kind, argument, "page:ana", ["sim1"], self.bench.now, self.bench.ids)
        self.look_at_requests(self.bench.now)
        self.bench.fill()
        return request.uid

    def kinds(self) -> set[str]:
        return {alarm.kind for alarm in alarms.standing()}


@pytest.fixture
def desk(bench: Bench) -> Desk:
    return Desk(bench)


# ---- whose SIM ----------------------------------------------------------------------------------


def test_the_first_sim_is_the_modems_own(bench: Bench, desk: Desk) -> None:
    bench.submit()
    desk.up()
    assert len(bench.modem.jobs) == 1


def test_another_sim_holds_the_queue_until_a_person_confirms_it(bench: Bench, desk: Desk) -> None:
    desk.up()
    desk.changed(api.LinkChanged("sim1", api.LinkState.CLOSED), bench.now)
    bench.submit()
    desk.up(OTHER)
    assert (bench.modem.jobs, desk.kinds()) == ([], {"sim_changed"})
    desk.gauges.write(bench.now)
    seen = status.read(bench.site.runtime_dir, bench.now)
    assert seen.modems[0].hold == "sim_changed"
    desk.ask("confirm")
    assert (len(bench.modem.jobs), desk.kinds()) == (1, set())
    desk.up(SIM)
    assert desk.kinds() == {"sim_changed"}, "now the first one is the stranger"


def test_the_message_says_that_the_sim_is_what_it_waits_for(bench: Bench) -> None:
    message = bench.submit()
    held = status.ModemStatus("sim1", "ready", hold="sim_paused", hold_until="2026-11-23T13:00:00+01:00")
    for modem, answer, reason in (
        (held, "wait", "sim_paused"),
        (status.ModemStatus("sim1", "ready"), "allow", None),
        (status.ModemStatus("sim1", "silent"), "wait", "modem_not_ready"),
    ):
        seen = status.Status(True, bench.now, (modem,))
        why = {one.code: one for one in explain(message, seen, bench.site, bench.now)}
        assert (why["modem"].answer, why["modem"].reason) == (answer, reason)


def test_the_own_sim_put_back_needs_no_confirmation(bench: Bench, desk: Desk) -> None:
    for sim in (SIM, OTHER, SIM):
        desk.up(sim)
    bench.submit()
    bench.fill()
    assert (len(bench.modem.jobs), desk.kinds()) == (1, set())


@pytest.mark.parametrize("code", ["8", "21", "50"])
def test_refusals_for_one_number_after_the_other_pause_the_sim(bench: Bench, desk: Desk, code: str) -> None:
    for number in (ANNA, BOB, CARL, "+33622222222"):
        bench.submit(to=number)
    desk.up()
    for _ in range(sims.REFUSALS):
        bench.dispatcher.refused(bench.modem.refuses(cms_error(code)), bench.now)
    assert len(bench.modem.jobs) == sims.REFUSALS, "the fourth is not burnt"
    assert desk.kinds() == {"sim_paused"}
    desk.minute(bench.now)
    assert desk.gauges.modems["sim1"].hold == "sim_paused"
    bench.clock.move(sims.PAUSE)
    desk.minute(bench.now)
    bench.fill()
    assert len(bench.modem.jobs) == sims.REFUSALS + 1
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert desk.kinds() == set()


def test_one_number_refused_again_and_again_pauses_nothing(bench: Bench, desk: Desk) -> None:
    bench.submit(validity=timedelta(days=30))
    desk.up()
    for _ in range(sims.REFUSALS + 1):
        bench.dispatcher.refused(bench.modem.refuses(cms_error("21")), bench.now)
        bench.clock.move(timedelta(hours=2))
        bench.release()
    assert desk.kinds() == set()


def test_a_person_ends_the_pause(bench: Bench, desk: Desk) -> None:
    for number in (ANNA, BOB, CARL, "+33622222222"):
        bench.submit(to=number)
    desk.up()
    for _ in range(sims.REFUSALS):
        bench.dispatcher.refused(bench.modem.refuses(cms_error("8")), bench.now)
    desk.ask("resume")
    assert (len(bench.modem.jobs), desk.kinds()) == (sims.REFUSALS + 1, set())


# ---- what went wrong ----------------------------------------------------------------------------


def test_an_incident_is_a_row_from_the_trouble_to_the_readiness(bench: Bench, desk: Desk) -> None:
    desk.up()
    lost = advising(Advice.AGAIN, "port_lost", "unplugged")
    desk.changed(api.LinkChanged("sim1", api.LinkState.CLOSED, lost), bench.now)
    began = bench.now
    bench.clock.move(timedelta(seconds=7))
    desk.told(api.Tried("sim1", api.Rung.REOPEN, lost), bench.now)
    desk.told(api.Tried("sim1", api.Rung.RESTART, lost), bench.now)
    bench.clock.move(timedelta(seconds=20))
    desk.up()
    (incident,) = incidents.recent()
    assert (incident.error, incident.detail) == ("port_lost", "unplugged")
    assert [rung for rung, _ in incident.tried["rungs"]] == ["reopen", "restart"]
    assert (incident.began_at, incident.ended_at) == (began, bench.now)
    assert incidents.current("sim1") is None


def test_a_long_incident_becomes_an_alarm_and_its_end_clears_it(bench: Bench, desk: Desk) -> None:
    desk.up()
    desk.changed(api.LinkChanged("sim1", api.LinkState.SILENT, advising(Advice.RESET, "silent")), bench.now)
    desk.minute(bench.now)
    assert desk.kinds() == set()
    bench.clock.move(incidents.LONG)
    for _ in range(3):
        desk.minute(bench.now)
    assert [alarm.kind for alarm in alarms.standing()] == ["modem_down"]
    desk.up()
    assert desk.kinds() == set()


def test_what_was_uncertain_meanwhile_is_counted(bench: Bench, desk: Desk) -> None:
    desk.changed(api.LinkChanged("sim1", api.LinkState.SILENT, advising(Advice.RESET, "silent")), bench.now)
    lost = api.PartUncertain("sim1", SIM, 1, advising(Advice.UNCERTAIN, "silent"))
    desk.told(lost, bench.now)
    assert Incident.get().uncertain == 1


def test_a_start_of_the_gateway_ends_what_was_open(bench: Bench, desk: Desk) -> None:
    desk.changed(api.LinkChanged("sim1", api.LinkState.SILENT, advising(Advice.RESET, "silent")), bench.now)
    incidents.forget_open(bench.now)
    assert incidents.current("sim1") is None


def test_a_nearly_full_storage_is_said_once_and_taken_back(bench: Bench, desk: Desk) -> None:
    for used, kinds in (
        (13, set()),
        (14, {"storage_nearly_full"}),
        (20, {"storage_nearly_full"}),
        (2, set()),
    ):
        health = api.Health(storage_used=used, storage_total=20)
        desk.told(api.HealthRead("sim1", health), bench.now)
        assert desk.kinds() == kinds


def test_a_part_that_stays_in_a_modems_hands_is_an_alarm(bench: Bench, desk: Desk) -> None:
    bench.submit()
    desk.up()
    bench.clock.move(timedelta(minutes=6))
    desk.minute(bench.now)
    assert "nothing_leaves" in desk.kinds()
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    desk.minute(bench.now)
    assert "nothing_leaves" not in desk.kinds()


def test_calls_are_noted(bench: Bench, desk: Desk) -> None:
    for number in (ANNA, ""):
        desk.told(api.Called("sim1", number), bench.now)
    assert [call.number for call in calls.recent()] == ["", ANNA]


# ---- what was asked -----------------------------------------------------------------------------


def test_a_ussd_code_is_dialed_once_and_its_answer_kept(bench: Bench, desk: Desk) -> None:
    desk.up()
    uid = desk.ask("ussd", "*#100#")
    desk.look_at_requests(bench.now)
    ((job, code),) = bench.modem.dialed
    assert (code, requests.look(uid).state) == ("*#100#", "asked")
    desk.told(api.UssdAnswered("sim1", job, "Solde 12,50 €", more=False), bench.now)
    assert (requests.look(uid).state, requests.look(uid).answer) == ("done", "Solde 12,50 €")
    last = requests.last("sim1", "ussd")
    assert last is not None
    assert last.uid == uid


def test_a_refused_code_says_why(bench: Bench, desk: Desk) -> None:
    uid = desk.ask("ussd", "*100#")
    ((job, _),) = bench.modem.dialed
    desk.told(api.UssdFailed("sim1", job, advising(Advice.LATER, "no_answer")), bench.now)
    assert (requests.look(uid).state, requests.look(uid).error) == ("failed", "no_answer")


def test_nobody_waits_for_ever(bench: Bench, desk: Desk) -> None:
    uid = desk.ask("ussd", "*100#")
    bench.clock.move(requests.PATIENCE)
    desk.minute(bench.now)
    assert (requests.look(uid).state, requests.look(uid).error) == ("failed", "no_answer")


def test_a_person_restarts_a_modem(bench: Bench, desk: Desk) -> None:
    uid = desk.ask("reset")
    assert (bench.modem.resets, requests.look(uid).state) == (1, "done")


@pytest.mark.parametrize("code", ["", "0612", "*100#;AT", "abc", "*" * 41])
def test_what_is_no_code_is_not_dialed(bench: Bench, desk: Desk, code: str) -> None:
    if code == "0612":
        assert desk.ask("ussd", code)
        return
    with pytest.raises(Invalid):
        desk.ask("ussd", code)
    assert bench.modem.dialed == []


def test_an_unknown_modem_is_named(bench: Bench) -> None:
    with pytest.raises(NotFound):
        requests.ask("sim9", "reset", "", "page:ana", ["sim1"], bench.now, bench.ids)


# ---- the daily test message ---------------------------------------------------------------------


def come_back(bench: Bench, text: str) -> None:
    part = api.InboundPart(ANNA, text, api.Alphabet.GSM7, None)
    inbox.take(api.Heard("sim1", SIM, "07AA", part, None), bench.caller, bench.now)


def test_it_is_sent_once_a_day_from_the_chosen_hour_on(bench: Bench, desk: Desk) -> None:
    desk.up()
    desk.minute(bench.now)
    assert SelfTest.select().count() == 0, "nobody chose it"
    settings.choose_self_test("sim1", SelfTestSetting(hour=13))
    desk.minute(bench.now)  # it is noon
    assert SelfTest.select().count() == 0
    bench.clock.move(timedelta(hours=1))
    for _ in range(3):
        desk.minute(bench.now)
    assert SelfTest.select().count() == 1
    bench.clock.move(timedelta(days=1))
    desk.minute(bench.now)
    assert SelfTest.select().count() == 2


def test_it_passes_when_the_text_comes_back(bench: Bench, desk: Desk) -> None:
    desk.up()
    desk.ask("selftest")
    test = selftest.newest("sim1")
    assert test is not None
    assert bench.modem.jobs[0][1].recipient == ANNA
    bench.clock.move(timedelta(seconds=9))
    come_back(bench, test.text)
    desk.minute(bench.now)
    test = selftest.newest("sim1")
    assert test is not None
    assert (test.result, test.seconds, desk.kinds()) == ("passed", 9, set())


def test_it_fails_with_an_alarm_when_nothing_comes_back(bench: Bench, desk: Desk) -> None:
    desk.up()
    desk.ask("selftest")
    bench.clock.move(selftest.PATIENCE + timedelta(seconds=1))
    desk.minute(bench.now)
    assert "self_test_failed" in desk.kinds()


def test_without_a_number_it_says_so(bench: Bench, desk: Desk) -> None:
    desk.up()
    desk.identities["sim1"] = api.Identity(iccid=SIM)
    uid = desk.ask("selftest")
    assert requests.look(uid).error == "number_missing"
    settings.choose_self_test("sim1", SelfTestSetting(hour=None, number="06 12 34 56 78"))
    assert requests.look(desk.ask("selftest")).state == "done"


def test_the_quarantine_can_be_looked_at(bench: Bench) -> None:
    assert lookup.quarantine() == []
