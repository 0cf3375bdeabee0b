"""Which messages are shown: every filter alone and together, both ways, without a gap or a repetition."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from fakes import MONDAY_NOON, counting_ids
from gateway.config import Appliance
from gateway.errors import Invalid
from gateway.messages import filtering, outbox
from gateway.messages.filtering import Filter, Sheet
from gateway.messages.outbox import Caller, Draft
from gateway.store import database
from gateway.store.models import Message
from gateway.store.upgrade import upgrade

if TYPE_CHECKING:
    from conftest import Bench

ANNA, BOB = "+33612345678", "+33698765432"
STATES = ("failed", "expired", "delivered", "canceled", "scheduled")
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty messages, an hour apart, of every state, to two people, by two sources."""
    folder = tmp_path_factory.mktemp("ledger")
    site = Appliance("shop", "fr", "FR", ZoneInfo("Europe/Paris"), folder, folder / "run", "")
    ids, now = counting_ids(), MONDAY_NOON
    upgrade(site.database_path, now)
    database.open(site.database_path)
    with database.connection(), database.transaction():
        for number in range(60):
            now += timedelta(hours=1)
            caller = Caller(("page:ana", "key:shop", "page:ana")[number % 3], site, ("sim1",), ids)
            category = "notification" if number % 4 == 0 else "alert"
            message = outbox.submit(Draft((ANNA, BOB)[number % 2], f"Number {number}", category), caller, now)
            message.state, message.modem = STATES[number % 5], ("sim1", "sim2")[number % 7 == 0]
            message.until = now + 3 * DAY if message.state == "scheduled" else None
            message.save()
    return site.database_path


@pytest.fixture
def rows(written: Path) -> Iterator[list[Message]]:
    database.open(written)
    with database.connection():
        yield list(Message.select().order_by(Message.id))


WANTED = [
    Filter(),
    Filter(states=("failed",)),
    Filter(states=("failed", "expired", "scheduled")),
    Filter(numbers=[ANNA]),
    Filter(numbers=[ANNA, BOB], states=("failed", "delivered")),
    Filter(numbers=[]),
    Filter(category="notification"),
    Filter(source="key:shop"),
    Filter(source="page:ana", category="alert", states=("canceled", "expired")),
    Filter(modem="sim2"),
    Filter(text="number 1"),
    Filter(text="100%"),
    Filter(since=MONDAY_NOON + DAY, until=MONDAY_NOON + 2 * DAY),
    Filter(since=MONDAY_NOON + DAY, states=("failed", "expired")),
    Filter(until=MONDAY_NOON - DAY),
    Filter(leaves=(MONDAY_NOON + 4 * DAY, MONDAY_NOON + 5 * DAY)),
    Filter(leaves=(MONDAY_NOON + 4 * DAY, MONDAY_NOON + 5 * DAY), source="key:shop"),
]


def fits(wanted: Filter, message: Message) -> bool:
    """The same, said of one message in memory."""
    begin, end = wanted.leaves or (None, None)
    return (
        (not wanted.states or message.state in wanted.states)
        and (wanted.numbers is None or message.recipient in wanted.numbers)
        and wanted.category in (None, message.category)
        and wanted.source in (None, message.source)
        and wanted.modem in (None, message.modem)
        and (wanted.text is None or wanted.text.lower() in message.text.lower())
        and (wanted.since is None or message.created_at >= wanted.since)
        and (wanted.until is None or message.created_at < wanted.until)
        and (begin is None or (message.until is not None and begin <= message.until < end))
    )


def backwards(wanted: Filter, limit: int) -> Iterator[Sheet]:
    sheet = filtering.older(wanted, None, limit)
    yield sheet
    while sheet.older is not None:
        sheet = filtering.older(wanted, sheet.older, limit)
        yield sheet


@pytest.mark.parametrize("wanted", WANTED, ids=str)
def test_what_is_shown_is_exactly_what_fits_newest_first(rows: list[Message], wanted: Filter) -> None:
    shown = [message.uid for sheet in backwards(wanted, 7) for message in sheet.items]
    assert shown == [message.uid for message in reversed(rows) if fits(wanted, message)]
    assert filtering.count(wanted, 1000) == len(shown)


@pytest.mark.parametrize("wanted", [wanted for wanted in WANTED if wanted.numbers != []], ids=str)
def test_the_way_back_shows_the_same_pages(rows: list[Message], wanted: Filter) -> None:
    pages = [[message.uid for message in sheet.items] for sheet in backwards(wanted, 5)]
    sheet = [*backwards(wanted, 5)][-1]
    back = [[message.uid for message in sheet.items]]
    while sheet.newer is not None:
        sheet = filtering.newer(wanted, sheet.newer, 5)
        back.append([message.uid for message in sheet.items])
    assert back[::-1] == pages


def test_the_newest_page_knows_that_there_is_nothing_newer(rows: list[Message]) -> None:
    assert filtering.older(Filter(), None, 50).newer is None
    assert filtering.newer(Filter(), str(rows[-3].id), 50) == filtering.older(Filter(), None, 50)


@pytest.mark.parametrize("wanted", WANTED, ids=str)
@pytest.mark.parametrize("most", [3, 11])
def test_a_page_that_may_look_at_few_rows_only_loses_none(
    rows: list[Message], wanted: Filter, most: int
) -> None:
    shown: list[str] = []
    cursor = None
    for looked in itertools.count(1):
        assert looked <= 60
        sheet = filtering.older(wanted, cursor, 4, most)
        shown += [message.uid for message in sheet.items]
        if (cursor := sheet.older) is None:
            break
        assert len(sheet.items) == 4 or sheet.cut
    assert shown == [message.uid for message in reversed(rows) if fits(wanted, message)]


def test_what_fits_rarely_ends_the_page_early_and_says_so(rows: list[Message]) -> None:
    sheet = filtering.older(Filter(text="Number 0"), None, 5, most=10)
    assert (sheet.items, sheet.cut) == ([], True)
    assert sheet.older is not None
    assert int(sheet.older) == rows[-11].id


def test_a_count_goes_no_further_than_it_may(rows: list[Message]) -> None:
    assert filtering.count(Filter(states=STATES), 7) == 7
    assert filtering.count(Filter(text="Number 0"), 7, looked=10) == 0


def test_a_clock_that_was_set_back_hides_nothing(bench: Bench) -> None:
    """The ids rise, the instants do not: a filter by days goes by the instants."""
    bench.submit("before")
    bench.clock.move(-5 * DAY)
    early = bench.submit("five days early")
    bench.clock.move(6 * DAY)
    bench.submit("after")
    span = Filter(since=MONDAY_NOON - 6 * DAY, until=MONDAY_NOON - 4 * DAY)
    assert [message.uid for message in filtering.older(span).items] == [early.uid]


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.5", "9" * 19, "²"])
def test_a_cursor_that_nobody_gave_is_refused(bench: Bench, cursor: str) -> None:
    for look in (filtering.older, filtering.newer):
        with pytest.raises(Invalid) as caught:
            look(Filter(), cursor)
        assert caught.value.code == "cursor_unknown"


def test_everybody_who_wrote_something_is_named_once(rows: list[Message]) -> None:
    assert filtering.sources() == ["key:shop", "page:ana"]
    assert filtering.newest() == rows[-1].id


def test_the_words_of_a_filter_are_no_pattern(rows: list[Message]) -> None:
    for pattern in ("Number _", "%", "Num%9", "'; DROP TABLE messages; --"):
        assert filtering.older(replace(Filter(), text=pattern)).items == []


def test_a_message_that_changes_its_state_meanwhile_is_shown_and_counted_once(bench: Bench) -> None:
    message = outbox.submit(Draft(ANNA, "Bonjour"), bench.caller, bench.now)
    both, over = Filter(states=("queued", "held")), threading.Event()

    def go_to_and_fro() -> None:
        with database.connection():
            for state in itertools.cycle(("held", "queued")):
                Message.update(state=state).where(Message.id == message.id).execute()
                if over.is_set():
                    return

    moving = threading.Thread(target=go_to_and_fro)
    moving.start()
    try:
        seen = {len(filtering.older(both).items) for _ in range(500)}
        counted = {filtering.count(both, most=9) for _ in range(500)}
    finally:
        over.set()
        moving.join()
    assert (seen, counted) == ({1}, {1})
