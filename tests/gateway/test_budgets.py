"""What a SIM may send, at the claim: real rows, modems in memory, a clock that is told."""

from __future__ import annotations

import dataclasses
import json
import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from fakes import MemoryModem, NoWatch
from gateway import audit, settings, status
from gateway.cli import main
from gateway.daemon.gauges import Gauges
from gateway.daemon.modem_desk import ModemDesk
from gateway.errors import Invalid
from gateway.messages import inbox, lookup, outbox, routing, waiting
from gateway.messages.dispatcher import LOOKED_AT, Dispatcher
from gateway.messages.gathering import Judge
from gateway.messages.outbox import Draft
from gateway.messages.why import explain
from gateway.modems import alarms, budgets
from gateway.modems.meter import Meter
from gateway.modems.meters import Meters
from gateway.policy.budgets import LIMITS, Limits
from gateway.settings import RouteSetting
from gateway.store import usage
from gateway.store.database import db
from gateway.store.models import Message
from modem import api
from people import agree

if TYPE_CHECKING:
    from conftest import Bench

ANNA, BOB, CARL = "+33612345678", "+33698765432", "+33611111111"
THREE_PARTS = "a" * 153 + "b" * 153 + "c" * 10
SIM1, SIM2 = "8933010000000000998", "8944"


class Office:
    """The bench with two modems, a desk and the meters: time passes, modems accept."""

    def __init__(self, bench: Bench, *names: str) -> None:
        self.bench = bench
        sims = {"sim1": SIM1, "sim2": SIM2}
        self.modems = {name: MemoryModem(name, sims[name]) for name in names}
        bench.site.runtime_dir.mkdir(exist_ok=True)
        self.meters = Meters(bench.site.timezone)
        self.dispatcher = Dispatcher(self.modems, Judge(bench.site), NoWatch(), self.meters)
        self.gauges = Gauges(bench.site.runtime_dir, self.modems)
        self.desk = ModemDesk(self.modems, bench.site, self.dispatcher, self.gauges, self.meters, bench.ids)
        for name, modem in self.modems.items():
            self.desk.identified(api.Identified(name, api.Identity(iccid=modem.sim)))
            event = api.LinkChanged(name, api.LinkState.READY)
            self.gauges.take(event, bench.now)
            self.desk.changed(event, bench.now)

    def limit(self, modem: str = "sim1", **limits: int) -> None:
        budgets.choose(modem, Limits(**limits), "page:ana", self.bench.now)

    def submit(self, text: str = "Bonjour", to: str = ANNA, source: str = "", **rest: Any) -> Message:
        if rest.get("category") == "marketing":
            agree(to, self.bench.now)
        caller = dataclasses.replace(self.bench.caller, modems=tuple(self.modems))
        caller = dataclasses.replace(caller, source=source or caller.source)
        return outbox.submit(Draft(to, text, **rest), caller, self.bench.now)

    def crowd(self, count: int, **rest: Any) -> list[Message]:
        """So many messages, each to somebody else."""
        return [self.submit(to=f"+3360000{number:04}", **rest) for number in range(count)]

    def run(self, most: int = 1000) -> int:
        """Give and accept until nothing more leaves at this instant; returns how many parts left."""
        self.fill()
        left = 0
        for _ in range(most):
            flying = [*self.dispatcher.flights]
            if not flying and not self.dispatcher.more:
                return left
            for name in flying:
                self.dispatcher.accepted(self.modems[name].accepts(), self.bench.now)
            left += len(flying)
            self.fill()
        raise AssertionError("it never ends")

    def fill(self) -> None:
        waiting.release(Judge(self.bench.site), self.bench.now)
        self.dispatcher.fill(self.bench.now)

    def pass_(self, minute: bool = True, **time: float) -> None:
        self.bench.clock.move(timedelta(**time))
        if minute:
            self.desk.minute(self.bench.now)

    def texts(self, modem: str = "sim1") -> list[str]:
        return self.modems[modem].texts

    def status(self) -> status.Status:
        self.gauges.write(self.bench.now)
        return status.read(self.bench.site.runtime_dir, self.bench.now)

    def hold(self, modem: str = "sim1") -> tuple[str | None, datetime | None]:
        seen = next(one for one in self.status().modems if one.name == modem)
        return seen.hold, datetime.fromisoformat(seen.hold_until) if seen.hold_until else None

    def states(self) -> list[str]:
        """The messages' states, the oldest first."""
        return [message.state for message in Message.select().order_by(Message.id)]

    def alarms(self) -> list[tuple[str, str, int]]:
        return [(one.kind, one.facts["limit"], one.facts["used"]) for one in alarms.standing()]


@pytest.fixture
def office(bench: Bench) -> Office:
    return Office(bench, "sim1")


@pytest.fixture
def two(bench: Bench) -> Office:
    return Office(bench, "sim1", "sim2")


# ---- a limit of the whole SIM ----------------------------------------------------------------


def test_without_a_budget_everything_leaves(office: Office) -> None:
    office.crowd(30)
    assert office.run() == 30
    assert (budgets.of("sim1"), office.hold()) == (budgets.NOT_CHOSEN, (None, None))


def test_a_minute_paces_and_the_queue_goes_on_by_itself(office: Office) -> None:
    office.limit(minute=4)
    office.crowd(10)
    began = office.bench.now
    left = []
    for _ in range(13):
        left.append(office.run())
        office.pass_(seconds=10, minute=False)
    assert left == [4, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 2]
    assert office.bench.now - began == timedelta(seconds=130)


@pytest.mark.parametrize(
    ("limits", "until"),
    [
        ({"minute": 2}, datetime(2026, 11, 23, 11, 1, tzinfo=UTC)),
        ({"hour": 2}, datetime(2026, 11, 23, 12, 0, tzinfo=UTC)),
        ({"day": 2}, datetime(2026, 11, 23, 23, 0, tzinfo=UTC)),  # midnight in Paris
        ({"month": 2}, datetime(2026, 11, 30, 23, 0, tzinfo=UTC)),
        ({"minute": 2, "month": 2}, datetime(2026, 11, 30, 23, 0, tzinfo=UTC)),
        ({"ratio": 20}, None),
    ],
)
def test_a_sim_that_is_over_rests_and_says_until_when(
    office: Office, limits: dict[str, int], until: datetime | None
) -> None:
    if "ratio" in limits:
        hear(office, "sim1", BOB)  # one received: one may be sent
        hear(office, "sim1", CARL)
    office.limit(**limits)
    messages = office.crowd(3)
    assert office.run() == 2
    assert office.hold() == ("budget", until)
    last = lookup.message(messages[2].uid)
    why = explain(last, office.status(), office.bench.site, office.bench.now)
    told = next(one for one in why if one.code == "modem")
    assert (last.state, told.answer, told.reason, told.until) == ("queued", "wait", "budget", until)


def test_it_goes_on_when_the_time_has_come(office: Office) -> None:
    office.limit(day=2)
    office.crowd(3)
    office.run()
    office.pass_(hours=11, minutes=59)
    assert (office.run(), office.hold()[0]) == (0, "budget")
    office.pass_(minutes=1)
    assert (office.run(), office.hold()) == (1, (None, None))


def test_a_higher_limit_counts_at_once(office: Office) -> None:
    office.limit(day=2)
    office.crowd(4)
    office.run()
    office.limit(day=3)
    assert office.run() == 1
    office.limit()
    assert office.run() == 1


def test_codes_and_alerts_leave_all_the_same_and_count(office: Office) -> None:
    office.limit(day=2)
    office.crowd(3)
    office.run()
    code = office.submit("123456", to=BOB, category="otp")
    office.submit("Alarm", to=CARL, category="alert")
    why = explain(code, office.status(), office.bench.site, office.bench.now)
    assert next(one for one in why if one.code == "modem").answer == "allow"
    assert office.run() == 2
    assert office.texts()[2:] == ["123456", "Alarm"]
    used = {use.limit: use.used for use in budgets.uses("sim1", office.bench.site.timezone, office.bench.now)}
    assert (used["day"], office.alarms()) == (4, [("budget_over", "day", 2)])
    office.pass_(minutes=1)
    assert office.alarms() == [("budget_over", "day", 4)]


def test_what_has_begun_is_finished(office: Office) -> None:
    """The rest of a message is not left until tomorrow behind another source's turn."""
    office.limit(day=4, minute=60)
    office.submit(THREE_PARTS, source="key:shop")
    office.submit("one", to=BOB, source="page:ana")
    office.submit("two", to=CARL, source="page:ana")
    office.run()
    assert sorted(office.texts()) == sorted(["a" * 153, "b" * 153, "c" * 10, "one"])


def test_a_long_message_waits_for_room_for_all_of_it(office: Office) -> None:
    office.limit(day=4)
    office.submit("one")
    office.submit("two")
    long = office.submit(THREE_PARTS, to=BOB)
    assert office.run() == 2
    assert lookup.message(long.uid).state == "queued"
    office.pass_(days=1)
    assert office.run() == 3


# ---- two SIMs --------------------------------------------------------------------------------


def test_what_is_meant_for_a_sim_that_is_over_goes_to_one_with_room(two: Office) -> None:
    settings.choose_route("sim1", RouteSetting(("+33",)))
    settings.choose_route("sim2", RouteSetting(("+590",)))
    two.limit("sim1", day=3)
    two.crowd(8)
    two.run()
    two.pass_(seconds=6)
    two.run()
    assert (len(two.texts("sim1")), len(two.texts("sim2"))) == (3, 5)


def test_a_short_rest_hands_nothing_over(two: Office) -> None:
    settings.choose_route("sim1", RouteSetting(("+33",)))
    settings.choose_route("sim2", RouteSetting(("+590",)))
    two.limit("sim1", minute=3)
    two.crowd(5)
    two.run()
    assert (len(two.texts("sim1")), len(two.texts("sim2"))) == (3, 0)
    assert two.hold("sim1")[0] == "budget"
    two.status()
    assert routing.able(two.bench.site.runtime_dir, two.bench.now) == ["sim1", "sim2"]


def test_a_wanted_modem_is_waited_for(two: Office) -> None:
    two.limit("sim1", day=1)
    two.crowd(2, modem="sim1")
    two.run()
    two.pass_(minutes=2)
    two.run()
    assert (len(two.texts("sim1")), two.texts("sim2")) == (1, [])
    assert two.states() == ["sent", "queued"]


def test_where_both_are_over_nothing_is_lost(two: Office) -> None:
    two.limit("sim1", day=2)
    two.limit("sim2", day=3)
    two.crowd(9)
    for _ in range(3):
        two.run()
        two.pass_(minutes=1)
    assert (len(two.texts("sim1")), len(two.texts("sim2"))) == (2, 3)
    two.pass_(days=1)
    two.run()
    assert len(two.texts("sim1")) + len(two.texts("sim2")) == 9


# ---- a limit of recipients ---------------------------------------------------------------------


def hear(office: Office, modem: str, sender: str) -> None:
    part = api.InboundPart(sender, f"Bonjour de {sender}", api.Alphabet.GSM7, None)
    event = api.Heard(modem, office.modems[modem].sim, f"07{sender[1:]}", part, None)
    inbox_take(event, office)


def inbox_take(event: api.Heard, office: Office) -> None:
    caller = dataclasses.replace(office.bench.caller, modems=tuple(office.modems))
    inbox.take(event, caller, office.bench.now)


def test_only_new_people_are_held_and_the_known_are_written_to(office: Office) -> None:
    office.limit(recipients_month=3)
    office.crowd(3)
    office.run()
    new = office.submit("new", to=ANNA)
    known = office.submit("known", to="+33600000001")
    office.run()
    held = lookup.message(new.uid)
    assert (held.state, held.reason) == ("held", "budget_recipients_month")
    assert held.facts == {"used": 3, "most": 3, "modem": "sim1"}
    assert held.until == office.bench.now + timedelta(days=30)
    assert lookup.message(known.uid).state == "sent"
    assert office.hold() == (None, None)


def test_a_new_person_is_written_to_by_another_sim_that_may(two: Office) -> None:
    two.limit("sim1", recipients_day=2)
    two.crowd(6)
    two.run()
    people = {name: {part.recipient for _, part in modem.jobs} for name, modem in two.modems.items()}
    assert len(people["sim1"]) == 2
    assert len(people["sim2"]) == 4


def test_a_sim_that_rests_for_a_moment_is_waited_for_in_the_queue(two: Office) -> None:
    two.limit("sim1", recipients_day=1)
    two.limit("sim2", minute=2)
    messages = two.crowd(7)
    two.run()
    assert two.states().count("queued") == 4
    for _ in range(3):
        two.pass_(minutes=1)
        two.run()
    assert (len(two.texts("sim1")), len(two.texts("sim2"))) == (1, 6)
    steps = [len(lookup.history(lookup.message(message.uid))) for message in messages]
    assert max(steps) == 3  # submitted, claimed, accepted


def test_replies_to_the_known_do_not_starve_behind_many_new_people(office: Office) -> None:
    office.limit(recipients_day=1)
    office.submit("first", to=ANNA)
    office.run()
    office.crowd(3 * LOOKED_AT)
    office.submit("reply", to=ANNA)
    assert office.run() == 1
    assert office.texts() == ["first", "reply"]


def test_those_who_wait_are_let_in_as_there_is_room_each_in_turn(office: Office) -> None:
    office.limit(recipients_day=2)
    messages = office.crowd(5, validity=timedelta(days=6))
    office.run()
    midnight = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    untils = [lookup.message(message.uid).until for message in messages[2:]]
    assert untils == [midnight, midnight, midnight + timedelta(days=1)]
    office.pass_(hours=12)
    assert office.run() == 2
    office.pass_(days=1)
    assert office.run() == 1


def test_those_who_wait_are_looked_at_again_when_there_is_room_earlier(two: Office) -> None:
    two.limit("sim1", recipients_month=1)
    two.limit("sim2", recipients_month=1)
    wanted = two.submit("wanted", to=CARL, modem="sim1")
    two.crowd(4)
    two.run()
    assert two.states().count("held") == 3
    two.limit("sim2", recipients_month=3)
    two.pass_(minutes=1)
    assert two.run() == 2
    steps = len(lookup.history(lookup.message(wanted.uid)))
    two.limit("sim2")
    for _ in range(3):
        two.pass_(minutes=1)
        two.run()
    assert len(lookup.history(lookup.message(wanted.uid))) == steps
    assert two.states().count("held") == 0


# ---- alarms -----------------------------------------------------------------------------------


def test_near_and_over_are_told_once_and_end(office: Office) -> None:
    office.limit(day=10, minute=5)
    told = []
    for message in range(10):
        office.submit(str(message))
        office.run()
        told.append(office.alarms())
        office.pass_(minute=False, minutes=2)
    assert told[:8] == [[]] * 8
    assert told[8:] == [[("budget_near", "day", 9)], [("budget_over", "day", 10)]]
    office.pass_(days=1)
    assert office.alarms() == []


# ---- the meter and the rows --------------------------------------------------------------------


def test_a_restart_forgets_nothing(office: Office) -> None:
    office.limit(day=3, recipients_month=2)
    office.crowd(2)
    office.run()
    again = Office(office.bench, "sim1")
    again.submit("new", to=ANNA)
    again.submit("known", to="+33600000001")
    again.submit("known too", to="+33600000001")
    again.run()
    assert again.texts() == ["known"]


def test_a_clock_that_is_put_back_neither_blocks_nor_breaks(office: Office) -> None:
    office.limit(minute=2, day=4)
    office.crowd(2)
    office.run()
    office.bench.clock.wall -= timedelta(days=3)
    office.crowd(3, category="notification", text="again")
    assert office.run() == 2
    office.pass_(minutes=1)
    assert office.run() == 1


STORM = random.Random(2026)


@pytest.mark.parametrize("seed", [STORM.randrange(10**6) for _ in range(3)])
def test_never_more_in_any_minute_or_hour_than_the_limit(two: Office, seed: int) -> None:
    rolls = random.Random(seed)
    limits = {name: {"minute": rolls.randint(1, 4), "hour": rolls.randint(5, 12)} for name in two.modems}
    for name, chosen in limits.items():
        two.limit(name, **chosen, recipients_day=rolls.randint(3, 9))
    left: dict[str, list[datetime]] = {name: [] for name in two.modems}
    for _ in range(80):
        if rolls.random() < 0.5:
            text = "a" * rolls.choice((20, 200, 400))
            two.submit(text, to=f"+3360000{rolls.randint(0, 20):04}", source=rolls.choice("abc"))
        before = {name: len(modem.jobs) for name, modem in two.modems.items()}
        two.run()
        for name, modem in two.modems.items():
            left[name] += [two.bench.now] * (len(modem.jobs) - before[name])
        two.pass_(seconds=rolls.choice((1, 7, 30, 60, 61, 400)), minute=rolls.random() < 0.3)
    assert sum(map(len, left.values())) > 10
    for name, instants in left.items():
        for at in instants:
            for limit, window in (("minute", 60), ("hour", 3600)):
                since = at - timedelta(seconds=window)
                assert sum(since < other <= at for other in instants) <= limits[name][limit]


def test_the_meter_counts_what_the_rows_say(two: Office) -> None:
    """Two ways to one number: the gateway's memory and the page's questions."""
    rolls, compared = random.Random(5), 0
    for name in two.modems:
        two.limit(name, minute=50, hour=500, day=5000, month=9000, recipients_day=99, recipients_month=99,
                  ratio=1000)  # fmt: skip
        for sender in range(3):
            hear(two, name, f"+3361234{sender:04}")
    for _ in range(30):
        two.submit("a" * rolls.choice((20, 400)), to=f"+3360000{rolls.randint(0, 30):04}")
        two.run()
        two.pass_(minute=False, hours=rolls.choice((0.01, 0.5, 20)))
        for name, modem in two.modems.items():
            if modem.sim not in two.meters.meters:
                continue  # nobody asked for it yet
            compared += 1
            used = budgets.uses(name, two.bench.site.timezone, two.bench.now)
            told = two.meters.meters[modem.sim].uses(budgets.of(name).limits, 3, two.bench.now)
            assert [*told] == used
    assert compared >= 30


def plan(sql: str) -> str:
    filled = sql.replace("?", "1")
    return " ".join(row[3] for row in db.execute_sql(f"EXPLAIN QUERY PLAN {filled}"))


@pytest.mark.parametrize(
    "question", ["_PARTS", "_MESSAGES", "_CLAIMS", "_RECIPIENTS", "_RECEIVED", "_WAITING"]
)
def test_no_question_reads_more_than_a_sims_own_rows(office: Office, question: str) -> None:
    told = plan(getattr(usage, question))
    assert "SCAN parts" not in told
    assert "SCAN inbound" not in told
    assert "parts_claimed" in told or "inbound_received" in told or "messages_over_budget" in told


# ---- choosing, looking ahead, the notice ---------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "field"),
    [({"minute": 0}, "minute"), ({"day": -1}, "day"), ({"month": 10**7}, "month"), ({"ratio": -1}, "ratio")],
)
def test_a_limit_that_makes_no_sense_changes_nothing(
    office: Office, limits: dict[str, int], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        office.limit(**limits)
    assert (refused.value.code, refused.value.field) == ("out_of_range", field)
    assert budgets.of("sim1") == budgets.NOT_CHOSEN


@pytest.mark.parametrize("preset", budgets.PRESETS)
def test_a_preset_is_known_by_its_limits_and_the_choice_is_audited(office: Office, preset: str) -> None:
    budgets.choose("sim1", budgets.PRESETS[preset], "page:ana", office.bench.now)
    assert budgets.of("sim1") == budgets.Budget(preset, budgets.PRESETS[preset])
    (row,) = audit.recent(action="modem_budget")
    assert (row.written_by, row.shown, row.facts["preset"]) == ("page:ana", "sim1", preset)


def test_a_campaign_is_told_what_it_would_make_of_the_limits(office: Office) -> None:
    office.limit(day=100, recipients_month=25)
    office.crowd(20)
    office.run()
    people = [f"+3360000{number:04}" for number in range(10, 30)]
    told = budgets.forecast("sim1", people, 2, office.bench.site.timezone, office.bench.now)
    shown = {one.limit: (one.used, one.would_be, one.most) for one in told.expected}
    assert shown["day"] == (20, 60, 100)
    assert shown["recipients_month"] == (20, 30, 25)
    assert shown["ratio"] == (20, 40, None)
    assert (told.today, told.days) == (10, 31)
    assert [*shown] == [*LIMITS]


NUMBERS = [("+33612345678", True), ("+33712345678", True), ("+33162345678", False), ("+447911123456", False),
           ("+590690123456", False), ("", False)]  # fmt: skip


@pytest.mark.parametrize(("number", "concerned"), NUMBERS)
def test_the_notice_is_for_french_mobile_numbers(office: Office, number: str, concerned: bool) -> None:
    assert (budgets.notice("sim1", number, office.bench.now) is not None) is concerned


def test_the_notice_counts_and_is_read_once(office: Office) -> None:
    now = office.bench.now
    office.crowd(5)
    office.run()
    first = budgets.notice("sim1", ANNA, now)
    assert first is not None
    assert (first.recipients, first.sent, first.received, first.is_within) == (5, 5, 0, True)
    office.submit("one more")
    office.run()
    assert not budgets.notice("sim1", ANNA, now).is_within  # type: ignore[union-attr]
    for sender in range(5):
        hear(office, "sim1", f"+3361234{sender:04}")
    assert budgets.notice("sim1", ANNA, now).is_within  # type: ignore[union-attr]
    for by in ("page:ana", "page:bob"):
        budgets.accept_notice("sim1", ANNA, by, now)
    read = budgets.notice("sim1", ANNA, now)
    assert read is not None
    assert (read.accepted_by, read.accepted_at) == ("page:ana", now)
    assert [row.written_by for row in audit.recent(action="modem_notice")] == ["page:ana"]
    other = budgets.notice("sim1", BOB, now)
    assert other is not None
    assert other.accepted_by is None


def test_a_meter_forgets_what_is_long_over(office: Office) -> None:
    meter = Meter(office.bench.site.timezone)
    for hour in range(24 * 200):
        meter.add(office.bench.now + timedelta(hours=hour), f"+336{hour:08}", True)
    assert len(meter.parts) < 24 * 32 + 1002
    list(meter.uses(Limits(recipients_month=1), 0, office.bench.now + timedelta(hours=24 * 200)))
    assert len(meter.people) <= 24 * 30


# ---- the command -----------------------------------------------------------------------------------


class Shell:
    """`chappe modem budget`, on a ledger of its own."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "gateway.toml"
        self.file.write_text(
            f'[appliance]\nlanguage = "en"\ndata_dir = "{folder}"\nruntime_dir = "{folder}"\n'
            '[[modems]]\nname = "sim1"\nport = "/dev/null"\n',
            encoding="utf-8",
        )
        assert self.run("migrate").exit_code == 0

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(main, ["--config", str(self.file), *words])

    def budget(self, *words: str) -> str:
        done = self.run("modem", "budget", "sim1", *words)
        assert done.exit_code == 0, done.output
        return done.stdout

    def limits(self) -> tuple[str | None, dict[str, int]]:
        told = json.loads(self.budget("--json"))
        return told["preset"], {
            one["limit"]: one["most"] for one in told["budgets"] if one["most"] is not None
        }


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_the_command_tells_and_chooses(shell: Shell) -> None:
    assert shell.budget().startswith("No budget yet.")
    shell.budget("--preset", "careful", "--parts-per-day", "150", "--above-received", "20")
    chosen = {"minute": 20, "day": 150, "recipients_month": 200, "ratio": 0}  # nothing was received yet
    assert shell.limits() == ("own", chosen)
    shell.budget("--parts-per-hour", "60")
    assert shell.limits() == ("own", {**chosen, "hour": 60})
    shell.budget("--preset", "careful")
    assert shell.limits()[0] == "careful"
    assert re.search(r"Parts per day +0 +200", shell.budget())
    shell.budget("--preset", "none")
    assert re.search(r"Parts per day +0 +no limit", shell.budget())


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("sim9", "--preset", "none"), 1),
        (("sim1", "--parts-per-day", "0"), 2),
        (("sim1", "--preset", "huge"), 2),
    ],
)
def test_a_wrong_word_changes_nothing(shell: Shell, words: tuple[str, ...], code: int) -> None:
    assert shell.run("modem", "budget", *words).exit_code == code
    assert shell.limits() == (None, {})
