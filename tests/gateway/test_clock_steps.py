"""A clock that may be wrong: nothing leaves twice, nothing at a wrong hour, nothing is lost.

The loop is the real one, taken round by hand; the true time and the machine's own idea of it part as told.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from fakes import FakeClock, MemoryModem, counting_ids
from gateway import status, trust
from gateway.config import Appliance
from gateway.daemon.events import Minute, Night, Rung
from gateway.daemon.loop import Loop
from gateway.messages import lookup, outbox
from gateway.messages.outbox import Caller, Draft
from gateway.modems import alarms, budgets
from gateway.policy.budgets import Limits
from gateway.store import database
from gateway.store.models import Message, Part, Setting, SignIn, Sim, User
from gateway.store.upgrade import upgrade
from modem import api
from modem.errors import Advice, advising
from people import agree

PARIS, CAYENNE = ZoneInfo("Europe/Paris"), ZoneInfo("America/Cayenne")
ANNA, GUYANE = "+33612345678", "+594694201234"
BOOT_1970 = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
MONDAY_NIGHT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)  # 23:00 in Paris: no hour for marketing
MONDAY_NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
YEAR, DAY, HOUR, MINUTE = (timedelta(days=365), timedelta(days=1), timedelta(hours=1), timedelta(minutes=1))
SECONDS_1 = timedelta(seconds=1)
MENTION = " Rép. STOP"  # what an offer ends with


class World:
    """One appliance in true time: its clock, its modem, its loop, and when what left."""

    def __init__(self, site: Appliance, now: datetime) -> None:
        self.site, self.ids = site, counting_ids()
        self.clock = FakeClock(now)
        self.wrong = timedelta()  # the clock minus the truth
        self.server = False
        self.boot = "first"
        self.left: list[tuple[str, datetime]] = []
        self.tells, self.told = False, 0.0
        self.fates: list[str] = []  # what the network makes of the next parts; it takes all others
        self.start()

    # ---- the machine ---------------------------------------------------------------------------

    def start(self) -> None:
        self.modem = MemoryModem()
        self.loop = Loop(
            self.site, {"sim1": self.modem}, self.clock, self.ids, lambda: self.server, self.boot, features=()
        )
        self.loop._recover()
        self.modem.start(self.loop._hear)
        self.loop.inbox.put(api.Identified("sim1", api.Identity(iccid=self.modem.sim)))
        self.loop.inbox.put(api.LinkChanged("sim1", api.LinkState.READY))
        self.turn()

    def power_cut(self, off: timedelta, wakes_at: datetime | None = None) -> None:
        """Dark for a while; without a battery the clock begins at its own hour."""
        truth = self.truth + off
        self.boot += "'"
        self.server = self.tells = False
        self.clock.ticks = 60.0
        self.clock.wall = wakes_at or truth
        self.wrong = self.clock.wall - truth
        self.start()

    def believes(self) -> bool:
        """The gateway trusts its clock."""
        return self.loop.judge.trusted

    @property
    def truth(self) -> datetime:
        return self.clock.now() - self.wrong

    def set(self, wrong: timedelta) -> None:
        """The wall clock is set: to the truth, or that far from it."""
        self.clock.wall += wrong - self.wrong
        self.wrong = wrong

    def tell(self) -> None:
        """The modem tells the network's time, and from now on each hour."""
        self.tells, self.told = True, self.clock.ticks
        self.modem.tell(api.NetworkTime("sim1", self.truth))
        self.turn()

    def night(self) -> None:
        self.loop.inbox.put(Night())
        self.turn()

    def pass_by(self, span: timedelta, step: timedelta = MINUTE) -> None:
        end = self.clock.ticks + span.total_seconds()
        while self.clock.ticks < end:
            self.clock.move(step)
            self.loop.inbox.put(Minute())
            self.turn()
            if self.tells and self.clock.ticks - self.told >= 3600:
                self.tell()

    def turn(self) -> None:
        """What the loop does until nothing is left to do."""
        while True:
            while not self.loop.inbox.empty():
                event = self.loop.inbox.get()
                self.loop._insist(partial(self.loop._take, event), "it")
            self.loop._insist(partial(self.loop._see_to_what_is_due, None), "what is due")
            if not self._answer():
                return

    def _answer(self) -> bool:
        flight = self.loop.dispatcher.flights.get("sim1")
        if flight is None:
            return False
        fate = self.fates.pop(0) if self.fates else "takes"
        if fate == "refuses":
            self.loop.inbox.put(self.modem.refuses(advising(Advice.LATER, "cms_42")))
        elif fate == "silent":
            self.loop.inbox.put(self.modem.falls_silent(advising(Advice.UNCERTAIN, "silent")))
        else:
            self.left.append((self.modem.texts[-1].removesuffix(MENTION), self.truth))
            self.loop.inbox.put(self.modem.accepts())
        return True

    # ---- the people ----------------------------------------------------------------------------

    def submit(self, text: str, to: str = ANNA, **rest: object) -> str:
        """As the page and the API do: with what the gateway last said of the clock."""
        now = self.clock.now()
        self.loop.gauges.write(self.loop.hour.look())
        trusted = status.read(self.site.runtime_dir, now).trusted
        caller = Caller("test:me", self.site, ("sim1",), self.ids, trusted)
        if rest.get("category") == "marketing":
            agree(to, now)
        uid = outbox.submit(Draft(to, text, **rest), caller, now).uid  # type: ignore[arg-type]
        self.loop.inbox.put(Rung())
        self.turn()
        return uid

    def row(self, uid: str) -> Message:
        return lookup.message(uid)

    @property
    def texts(self) -> list[str]:
        return [text for text, _ in self.left]

    def when(self, text: str) -> datetime:
        """When it left, in true time; exactly once."""
        (at,) = [at for left, at in self.left if left == text]
        return at


@pytest.fixture
def ledger(site: Appliance) -> Iterator[Appliance]:
    site.runtime_dir.mkdir()
    upgrade(site.database_path, MONDAY_NOON)
    database.open(site.database_path)
    with database.connection():
        yield site


def world(site: Appliance, now: datetime = MONDAY_NOON, trusted: bool = True) -> World:
    made = World(site, now)
    if trusted:
        made.tell()
        assert made.believes()
    return made


# ---- the whole of it ----------------------------------------------------------------------------


def test_a_start_in_1970_and_a_time_server_after_ten_minutes(ledger: Appliance) -> None:
    here = world(ledger, MONDAY_NIGHT)
    here.submit("offer of before", category="marketing")
    here.submit("for the morning", send_at=MONDAY_NIGHT + 10 * HOUR)
    here.fates = ["refuses"]
    here.submit("refused before")
    here.power_cut(MINUTE, BOOT_1970)
    assert not here.believes()
    asked = here.truth
    code = here.submit("code", category="otp")
    news = here.submit("news", GUYANE)
    here.submit("offer", GUYANE, category="marketing")
    later = here.submit("reminder", GUYANE, send_at=asked + 2 * HOUR)
    assert {here.row(later).reason, here.row(later).until} == {"clock_untrusted", None}
    here.pass_by(10 * MINUTE)
    assert here.texts == ["code", "news"], "what has no hour leaves, all else waits"
    here.night()

    here.server = True
    here.set(timedelta())
    here.turn()
    assert here.believes()
    for uid in (code, news, later):
        assert abs(here.row(uid).created_at - asked) < SECONDS_1, "put right"
    part = Part.get(Part.message == here.row(code).id)
    assert abs(part.claimed_at - asked) < SECONDS_1
    assert abs(lookup.history(here.row(code))[0].at - asked) < SECONDS_1
    here.pass_by(DAY, 10 * MINUTE)
    assert asked + 2 * HOUR <= here.when("reminder") < asked + 2 * HOUR + 11 * MINUTE
    assert here.when("for the morning") >= MONDAY_NIGHT + 10 * HOUR
    assert here.when("refused before") < asked + 25 * MINUTE
    for offer, zone in (("offer of before", PARIS), ("offer", CAYENNE)):
        assert 8 <= here.when(offer).astimezone(zone).hour < 20
    assert len(here.left) == 7


def test_a_code_of_1970_that_could_not_leave_keeps_its_ten_minutes(ledger: Appliance) -> None:
    here = world(ledger)
    here.power_cut(MINUTE, BOOT_1970)
    here.loop.inbox.put(api.LinkChanged("sim1", api.LinkState.CLOSED))
    here.turn()
    code = here.submit("code", category="otp")
    here.pass_by(4 * MINUTE)
    here.server = True
    here.set(timedelta())
    here.pass_by(5 * MINUTE)
    assert here.row(code).state == "queued"
    here.pass_by(2 * MINUTE)
    assert here.row(code).state == "expired"


@pytest.mark.parametrize("years", [1, -1], ids=["ahead", "behind"])
def test_a_year_wrong_for_a_minute_and_back(ledger: Appliance, years: int) -> None:
    here = world(ledger)
    tomorrow = here.submit("tomorrow", send_at=here.truth + DAY)
    offer = here.submit("offer", GUYANE, category="marketing")  # 8:00 there: it leaves now
    here.fates = ["refuses", "silent"]
    retried = here.submit("retried", "+33612345601")
    unsure = here.submit("unsure", "+33612345602", category="alert")
    assert [here.row(uid).state for uid in (offer, retried, unsure)] == ["sent", "held", "uncertain"]
    before = {uid: here.row(uid) for uid in (tomorrow, retried, unsure)}
    here.set(years * YEAR)
    during = here.submit("during", "+33612345603")
    waits = here.submit("during, an hour", "+33612345603", send_at=here.truth + HOUR)
    second = here.submit("second offer", "+33612345604", category="marketing")
    here.loop.inbox.put(api.LinkChanged("sim1", api.LinkState.CLOSED))
    here.turn()
    kept = here.submit("kept", "+33612345605", validity=10 * MINUTE)
    here.pass_by(MINUTE, timedelta(seconds=10))
    here.night()
    assert not here.believes()
    assert here.row(tomorrow).state == "scheduled"
    assert {here.row(uid).reason for uid in (waits, second)} == {"clock_untrusted"}
    here.set(timedelta())
    here.loop.inbox.put(api.LinkChanged("sim1", api.LinkState.READY))
    here.turn()
    assert here.believes()
    assert here.row(tomorrow).until == before[tomorrow].until
    assert abs(here.row(unsure).until - before[unsure].until) < SECONDS_1
    assert abs(here.row(during).created_at - (here.truth - MINUTE)) < SECONDS_1
    assert abs(here.row(kept).expires_at - (here.truth + 9 * MINUTE)) < SECONDS_1
    here.pass_by(26 * HOUR, 10 * MINUTE)
    assert sorted(here.texts) == sorted(
        ["tomorrow", "offer", "retried", "unsure", "during", "during, an hour", "second offer", "kept"]
    )
    assert here.when("retried") < MONDAY_NOON + 20 * MINUTE, "a retry of seconds does not wait for a year"
    assert MONDAY_NOON + 10 * MINUTE <= here.when("unsure") < MONDAY_NOON + 25 * MINUTE
    assert here.when("tomorrow") >= MONDAY_NOON + DAY
    assert here.when("during, an hour") >= MONDAY_NOON + HOUR


NIGHTS = [
    ("Paris, an hour less", PARIS, ANNA, datetime(2028, 3, 25, 20, 0, tzinfo=PARIS)),
    ("Paris, an hour more", PARIS, ANNA, datetime(2028, 10, 28, 20, 0, tzinfo=PARIS)),
    ("Cayenne, when Paris has less", PARIS, GUYANE, datetime(2028, 3, 25, 20, 0, tzinfo=CAYENNE)),
    ("Cayenne, when Paris has more", PARIS, GUYANE, datetime(2028, 10, 28, 20, 0, tzinfo=CAYENNE)),
    ("Cayenne at home", CAYENNE, GUYANE, datetime(2028, 10, 28, 20, 0, tzinfo=CAYENNE)),
]


@pytest.mark.parametrize(("home", "to", "evening"), [n[1:] for n in NIGHTS], ids=[n[0] for n in NIGHTS])
def test_the_nights_in_which_the_clocks_change(
    ledger: Appliance, home: ZoneInfo, to: str, evening: datetime
) -> None:
    """Saturday evening to Monday: the offer waits for Monday 8:00 there, the rest leaves at its hour."""
    there = evening.tzinfo
    here = world(replace(ledger, timezone=home), evening.astimezone(UTC))
    here.server = True
    offer = here.submit("offer", to, category="marketing")
    hours = {f"at {n}": here.truth + timedelta(minutes=n) for n in (329, 390, 450, 510)}  # round 2:00, 3:00
    for text, at in hours.items():
        here.submit(text, to, send_at=at)
    here.pass_by(38 * HOUR, 20 * MINUTE)
    monday = (evening + 2 * DAY).replace(hour=8)
    assert monday.tzinfo is there
    assert timedelta() <= here.when("offer") - monday.astimezone(UTC) <= 20 * MINUTE
    for text, at in hours.items():
        assert timedelta() <= here.when(text) - at <= 20 * MINUTE
    assert len(here.left) == 5
    assert here.row(offer).state == "sent"


# ---- piece by piece ------------------------------------------------------------------------------


def test_a_person_says_that_the_clock_is_right_until_it_is_set(ledger: Appliance) -> None:
    here = world(ledger, trusted=False)
    waits = here.submit("later", send_at=here.truth + HOUR)
    assert here.row(waits).reason == "clock_untrusted"
    trust.confirm("cli:ana", here.boot, here.clock.now(), here.clock.monotonic(), here.loop.gauges.clock)
    here.clock.move(5 * SECONDS_1)
    here.turn()
    assert here.loop.gauges.clock.source == "person"
    assert here.row(waits).reason == "scheduled"
    here.set(HOUR)
    here.turn()
    assert not here.believes()
    here.set(timedelta())
    here.turn()
    assert here.believes()
    here.power_cut(MINUTE)
    assert not here.believes(), "a word is not kept over a restart of the machine"


def test_an_alarm_after_two_minutes_and_none_when_it_is_over(ledger: Appliance) -> None:
    here = world(ledger, trusted=False)
    here.pass_by(MINUTE)
    assert alarms.standing() == []
    here.pass_by(2 * MINUTE)
    assert [alarm.kind for alarm in alarms.standing()] == ["clock_untrusted"]
    here.tell()
    assert alarms.standing() == []


def test_nothing_is_purged_by_a_wrong_clock(ledger: Appliance) -> None:
    here = world(ledger)
    ana = User.create(name="ana", language="fr", created_at=here.truth)
    SignIn.create(user=ana, digest="x", created_at=here.truth, expires_at=here.truth + DAY)
    here.set(YEAR)
    here.night()
    assert SignIn.select().count() == 1
    here.set(2 * DAY)
    here.set(timedelta())
    here.pass_by(2 * DAY, 12 * HOUR)
    here.tell()
    here.night()
    assert SignIn.select().count() == 0


def test_a_pause_given_by_a_wrong_clock_ends_when_it_should(ledger: Appliance) -> None:
    here = world(ledger)
    here.set(YEAR)
    here.turn()
    Sim.update(paused_until=here.clock.now() + HOUR).execute()
    here.set(timedelta())
    here.turn()
    assert abs(Sim.get().paused_until - (here.truth + HOUR)) < SECONDS_1


def test_what_a_sim_sent_before_the_power_cut_counts_again_once_the_hour_is_known(ledger: Appliance) -> None:
    here = world(ledger)
    budgets.choose("sim1", Limits(day=2), "test:me", here.truth)
    here.submit("one")
    here.power_cut(MINUTE, BOOT_1970)
    here.submit("two", GUYANE)
    here.server = True
    here.set(timedelta())
    three = here.submit("three", "+33612345601")
    assert here.texts == ["one", "two"]
    assert here.row(three).state == "queued"
    here.pass_by(DAY, HOUR)
    assert here.texts == ["one", "two", "three"]


def test_rows_of_before_are_left_alone_where_the_clock_went_back(ledger: Appliance) -> None:
    """The clock of a machine without a battery begins at its last full hour: instants come twice."""
    here = world(ledger)
    old = here.submit("old")
    here.pass_by(10 * MINUTE)
    here.power_cut(HOUR, MONDAY_NOON - MINUTE)
    new = here.submit("new")
    here.pass_by(5 * MINUTE)
    truth = here.truth
    here.server = True
    here.set(timedelta())
    here.turn()
    assert here.row(old).created_at == MONDAY_NOON
    assert abs(here.row(new).created_at - (truth - 5 * MINUTE)) < SECONDS_1
    assert abs(Part.get(Part.message == here.row(old).id).claimed_at - MONDAY_NOON) < SECONDS_1


def test_a_step_while_the_gateway_was_down_is_found_when_it_starts(ledger: Appliance) -> None:
    here = world(ledger)
    here.power_cut(MINUTE, BOOT_1970)
    asked = here.truth
    news = here.submit("news")
    here.server = True
    here.set(timedelta())  # by the time server, between two runs of the gateway
    here.start()
    assert here.believes()
    assert abs(here.row(news).created_at - asked) < SECONDS_1


def test_the_hour_a_caller_named_stays_and_its_validity_keeps_its_length(ledger: Appliance) -> None:
    here = world(ledger)
    here.set(YEAR)
    hour = here.truth + DAY
    waits = here.submit("later", send_at=hour, validity=2 * HOUR)
    here.set(timedelta())
    here.turn()
    assert (here.row(waits).send_at, here.row(waits).expires_at) == (hour, hour + 2 * HOUR)


def test_an_offer_held_for_the_morning_and_found_two_days_later_is_for_a_person(ledger: Appliance) -> None:
    here = world(ledger, MONDAY_NIGHT)
    offer = here.submit("offer", category="marketing")
    here.power_cut(2 * DAY)
    here.tell()
    assert here.row(offer).reason == "too_late"
    assert here.left == []


def test_a_small_step_that_a_server_made_moves_only_what_waits_so_much_longer(ledger: Appliance) -> None:
    here = world(ledger)
    here.server = True
    here.turn()
    at = here.submit("at six", send_at=here.truth + HOUR)
    here.fates = ["refuses"]
    retried = here.submit("retried", "+33612345601")
    asked, until = here.row(retried).created_at, here.row(retried).until
    here.set(timedelta(minutes=-3))
    here.turn()
    assert here.believes()
    assert here.row(at).until == here.row(at).send_at
    assert here.row(retried).created_at == asked
    assert here.row(retried).until == until - 3 * MINUTE


def test_the_status_tells_who_vouches_and_when_the_clock_was_set(ledger: Appliance) -> None:
    here = world(ledger)
    seen = status.read(ledger.runtime_dir, here.clock.now()).clock
    assert (seen.trusted, seen.source, seen.stepped_at, seen.offset_s) == (True, "network", None, 0.0)
    here.set(YEAR)
    here.turn()
    seen = status.read(ledger.runtime_dir, here.clock.now()).clock
    assert (seen.trusted, seen.doubt) == (False, "contradicted")
    assert seen.stepped_at == here.clock.now().isoformat()
    assert seen.offset_s == pytest.approx(-YEAR.total_seconds())
    assert here.loop.gauges.modems["sim1"].clock_offset_s == pytest.approx(-YEAR.total_seconds())


def test_a_status_of_later_than_now_means_that_the_clock_was_set_back(ledger: Appliance) -> None:
    here = world(ledger)
    here.loop.gauges.write(here.clock.now())
    assert status.read(ledger.runtime_dir, here.truth).trusted
    assert not status.read(ledger.runtime_dir, here.truth - HOUR).trusted
    assert status.read(ledger.runtime_dir, here.truth + HOUR).trusted, "a silent gateway: nobody knows better"


def test_56_years_at_once_cost_neither_time_nor_memory(ledger: Appliance) -> None:
    here = world(ledger)
    here.power_cut(MINUTE, BOOT_1970)
    here.loop.heartbeat.start()
    here.server = True
    tracemalloc.start()
    began = time.process_time()
    here.set(timedelta())
    here.turn()
    spent, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    here.loop.heartbeat.stop()
    assert spent < 1.0
    assert peak < 4_000_000
    assert Setting.select().where(Setting.name == trust.KEPT).count() == 1
