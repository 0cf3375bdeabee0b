"""The figures: exact however the rows are dealt out, never counted twice, and right once the clock is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from fakes import MONDAY_NOON
from gateway.daemon.bookkeeper import Bookkeeper
from gateway.daemon.gauges import Gauges
from gateway.figures import signals, slots, tallies
from gateway.figures.outcomes import COUNTED, LOST, NAMES, Happened, outcomes
from gateway.figures.signals import Span
from gateway.messages import inbox, lifecycle, lookup
from gateway.messages.lifecycle import Event, State, Step
from gateway.store import database
from gateway.store.models import Message, Part, Signal, Tally
from modem import api

if TYPE_CHECKING:
    from conftest import Bench

PARIS = ZoneInfo("Europe/Paris")
THREE_PARTS = "a" * 153 + "b" * 153 + "c" * 10
A, D, U, F, R = Event.ACCEPT, Event.DELIVER, Event.UNDELIVER, Event.FAIL, Event.REPEAT
SENT = {"parts": 1, "sent": 1}
# What happens to a part, and how often; a part that is refused takes its whole message along.
CHANCES = {Event.CLAIM: 20, A: 20, D: 20, Event.LOSE: 4, F: 3, U: 3, R: 3, Event.LEFT: 3, Event.GIVE_UP: 2}


def happened(steps: Iterable[tuple[Event, int]], parts: int) -> list[Happened]:
    whole = parts == 1
    return [
        Happened(place, 1, None if whole else seq, MONDAY_NOON, event, parts, "sim1")
        for place, (event, seq) in enumerate(steps, 1)
    ]


LIVES = [
    (1, [(A, 1)], SENT),
    (1, [(A, 1), (D, 1)], {**SENT, "delivered": 1}),
    (1, [(A, 1), (U, 1)], {**SENT, "failed": 1}),
    (1, [(D, 1)], {**SENT, "delivered": 1}),  # it was uncertain, and its report came
    (1, [(Event.LEFT, 1), (D, 1)], {**SENT, "delivered": 1}),
    (1, [(F, 1)], {"failed": 1}),
    (1, [(Event.REJECT, 1)], {"failed": 1}),
    (1, [(A, 1), (U, 1), (Event.AGAIN, 1), (A, 1)], {"parts": 2, "sent": 2, "failed": 1}),
    (1, [(R, 1), (A, 1)], SENT),
    (2, [(A, 1), (A, 2), (D, 2)], {"parts": 2, "sent": 1}),
    (2, [(A, 1), (A, 2), (D, 2), (D, 1)], {"parts": 2, "sent": 1, "delivered": 1}),
    (2, [(A, 1), (A, 2), (U, 1), (U, 2)], {"parts": 2, "sent": 1, "failed": 1}),
    (2, [(A, 1), (F, 2), (Event.AGAIN, 2), (F, 2)], {"parts": 1, "sent": 1, "failed": 2}),
]


@pytest.mark.parametrize(("parts", "steps", "counted"), LIVES)
def test_what_a_life_adds_to_the_figures(
    parts: int, steps: list[tuple[Event, int]], counted: dict[str, int]
) -> None:
    life = happened(steps, parts)
    assert Counter(name for _, name in outcomes(life, 0)) == counted
    dealt: Counter[str] = Counter()
    for last in range(len(life)):  # one row at a time
        dealt.update(name for _, name in outcomes(life[: last + 1], life[last].id - 1))
    assert dealt == counted


def test_every_step_that_ends_a_message_badly_is_counted() -> None:
    bad = (State.FAILED, State.UNDELIVERED, State.EXPIRED, State.REJECTED)
    assert {event for (_, event), state in lifecycle.TRANSITIONS.items() if state in bad} == set(LOST)
    assert set(LOST) <= set(COUNTED)


# ---- over a real ledger --------------------------------------------------------------------------


class Walk:
    """Leads messages through random lives, and counts for itself what becomes of them."""

    def __init__(self, bench: Bench, seed: int) -> None:
        self.bench, self.luck = bench, random.Random(seed)
        self.seen: Counter[str] = Counter()

    def go(self, messages: int) -> None:
        for number in range(messages):
            text = self.luck.choice(("Bonjour", THREE_PARTS))
            message = self.bench.submit(f"{number} {text}", to=f"+336123456{number % 90 + 10}")
            for _ in range(self.luck.randrange(12)):
                self._step(message)

    def _step(self, message: Message) -> None:
        self.bench.clock.move(timedelta(minutes=self.luck.randrange(40)))
        parts = lookup.parts(message)
        if message.state in (State.FAILED, State.UNDELIVERED, State.EXPIRED):
            lost = [part for part in parts if lifecycle.allows(part.state, Event.AGAIN)]
            for part in lost:
                lifecycle.advance(message, [part], Step(Event.AGAIN, self.bench.now))
            return
        moves = [(part, event) for part in parts for event in CHANCES if lifecycle.allows(part.state, event)]
        if not moves:
            return
        (part, event), *_ = self.luck.choices(moves, [CHANCES[event] for _, event in moves])
        self._count(message, parts, part, event)
        lifecycle.advance(message, [part], Step(event, self.bench.now))

    def _count(self, message: Message, parts: list[Part], part: Part, event: Event) -> None:
        left = part.state in (State.SENDING, State.UNCERTAIN) and event in (A, Event.LEFT, D, U)
        self.seen["parts"] += left
        self.seen["sent"] += left and part.seq == 1
        others = [other.state for other in parts if other.id != part.id]
        self.seen["delivered"] += event == D and all(state == State.DELIVERED for state in others)
        bad = (State.FAILED, State.UNDELIVERED, State.EXPIRED, State.REJECTED)
        self.seen["failed"] += event in LOST and not any(state in bad for state in others)


def count_all(most: int = tallies.BATCH) -> None:
    while tallies.advance(PARIS, most):
        pass


def counted() -> Counter[str]:
    sums: Counter[str] = Counter()
    for row in Tally.select():
        sums[row.name] += row.count
    return sums


@pytest.mark.parametrize("most", [1, 3, 7, 200])
def test_figures_are_exact_however_the_rows_are_dealt_out(bench: Bench, most: int) -> None:
    walk = Walk(bench, seed=most)
    with database.transaction():
        walk.go(25)
        count_all(most)
        walk.go(15)
        count_all(most)
    assert counted() == +walk.seen
    assert min(walk.seen[name] for name in ("sent", "delivered", "failed", "parts")) > 3


def test_whoever_reads_counts_for_himself_what_nobody_has_counted(bench: Bench) -> None:
    walk = Walk(bench, seed=5)
    with database.transaction():
        walk.go(20)
    read = []
    for step in range(3):  # nothing counted, a little, all
        begins = slots.days(5, PARIS, bench.now)
        figures = tallies.over(begins, PARIS)
        read.append({name: sum(figures.counts[name]) for name in NAMES if sum(figures.counts[name])})
        assert not figures.behind
        tallies.advance(PARIS, 10) if step == 0 else count_all()
    assert read == [+walk.seen] * 3


def test_a_reader_does_not_count_a_million_rows(bench: Bench) -> None:
    message = bench.submit()
    for _ in range(tallies.AT_ONCE + 1):
        lifecycle.record(message, Step(Event.ACCEPT, bench.now), State.SENT)
    begins = slots.hours(24, PARIS, bench.now)
    assert tallies.over(begins, PARIS).behind
    count_all()
    assert not tallies.over(begins, PARIS).behind


def test_a_count_that_breaks_off_leaves_nothing_behind(bench: Bench) -> None:
    bench.submit()
    bench.ready()
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    database.db.execute_sql(
        "CREATE TRIGGER full BEFORE INSERT ON cursors BEGIN SELECT RAISE(ABORT, 'no room'); END"
    )
    with pytest.raises(Exception, match="no room"):
        count_all()
    assert not counted()
    database.db.execute_sql("DROP TRIGGER full")
    count_all()
    count_all()
    assert counted() == SENT


def test_each_figure_stands_in_its_hour_and_at_its_modem(bench: Bench) -> None:
    bench.submit()
    bench.ready()
    bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    bench.clock.move(timedelta(minutes=61))
    heard = api.InboundPart("+33611111111", "Oui", api.Alphabet.GSM7, bench.now)
    inbox.take(api.Heard("sim1", "8933", "07AA", heard, None), bench.caller, bench.now)
    count_all()
    assert {(row.hour, row.modem, row.name) for row in Tally.select()} == {
        (MONDAY_NOON, "sim1", "sent"),
        (MONDAY_NOON, "sim1", "parts"),
        (MONDAY_NOON + timedelta(hours=1), "sim1", "received"),
    }
    figures = tallies.over(slots.hours(3, PARIS, bench.now), PARIS)
    assert (figures.counts["sent"], figures.counts["received"]) == ([0, 1, 0], [0, 0, 1])


# ---- slots ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "at", "began"),
    [
        ("Europe/Paris", "2026-11-23T11:59:59", "2026-11-23T11:00:00"),
        ("Pacific/Marquesas", "2026-11-23T11:20:00", "2026-11-23T10:30:00"),  # nine and a half hours behind
        ("Europe/Paris", "2026-10-25T01:30:00", "2026-10-25T01:00:00"),  # the hour that comes twice
    ],
)
def test_an_hour_begins_when_its_people_say_so(zone: str, at: str, began: str) -> None:
    instant = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert slots.hour_of(instant, ZoneInfo(zone)) == datetime.fromisoformat(began).replace(tzinfo=UTC)


def test_days_begin_at_midnight_also_when_the_clocks_change() -> None:
    now = datetime(2026, 10, 26, 9, tzinfo=UTC)
    begins = slots.days(3, PARIS, now)
    assert [f"{day:%d %H:%M}" for day in begins] == ["24 00:00", "25 00:00", "26 00:00"]
    assert begins[2].astimezone(UTC) - begins[1].astimezone(UTC) == timedelta(hours=25)


# ---- signals -------------------------------------------------------------------------------------


def test_a_signal_is_noted_once_in_ten_minutes_and_kept_for_thirty_days(bench: Bench) -> None:
    for _ in range(25):
        signals.note({"sim1": -71, "sim2": -99}, bench.now)
        bench.clock.move(timedelta(minutes=1))
    assert Signal.select().count() == 2 * 3
    bench.clock.move(timedelta(days=31))
    signals.note({"sim1": -80}, bench.now)
    assert [sample.dbm for sample in Signal.select().where(Signal.modem == "sim1")] == [-80]


def test_a_signal_is_shown_by_its_lowest_mean_and_highest(bench: Bench) -> None:
    for dbm in (-70, -80, -99):
        signals.note({"sim1": dbm}, bench.now)
        bench.clock.move(timedelta(minutes=10))
    begins = slots.hours(2, PARIS, bench.now)
    assert signals.over("sim1", begins) == [None, Span(-99, -83, -70)]
    assert signals.over("sim2", begins) == [None, None]


@pytest.fixture
def books(bench: Bench) -> Bookkeeper:
    gauges = Gauges(bench.site.runtime_dir, ["sim1"])
    gauges.take(api.LinkChanged("sim1", api.LinkState.READY), bench.now)
    gauges.take(api.HealthRead("sim1", api.Health(signal_dbm=-71)), bench.now)
    return Bookkeeper(PARIS, gauges)


def test_a_modem_that_is_not_ready_leaves_a_gap(bench: Bench, books: Bookkeeper) -> None:
    books.minute(bench.now)
    books.gauges.take(api.LinkChanged("sim1", api.LinkState.SILENT), bench.now)
    bench.clock.move(timedelta(minutes=10))
    books.minute(bench.now)
    assert Signal.select().count() == 1


def test_figures_that_cannot_be_counted_hold_nothing_up(bench: Bench, books: Bookkeeper) -> None:
    bench.submit()
    database.db.execute_sql("ALTER TABLE cursors RENAME TO moved")
    with pytest.raises(database.Trouble):
        books.count()
    assert not books.more
    database.db.execute_sql("ALTER TABLE moved RENAME TO cursors")
    books.minute(bench.now)
    assert books.more
