"""The calendar: each day has what waits for an hour of it, in that order, whatever the clocks do that day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from gateway.errors import Invalid
from gateway.messages import decisions, outbox, planning
from gateway.store import database
from gateway.store.models import Message

if TYPE_CHECKING:
    from conftest import Bench

PARIS = ZoneInfo("Europe/Paris")
TUESDAY = date(2026, 11, 24)


def local(day: date, hour: int, minute: int = 0, fold: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS, fold=fold)


def later(bench: Bench, at: datetime, category: str = "notification", text: str = "later") -> Message:
    return bench.submit(text, category=category, send_at=at)


def test_a_day_runs_from_midnight_to_midnight_where_the_appliance_stands(bench: Bench) -> None:
    later(bench, local(TUESDAY, 0))
    later(bench, local(TUESDAY, 23, 59), "alert")
    later(bench, local(TUESDAY + timedelta(days=1), 0))
    monday, tuesday, wednesday = planning.days(TUESDAY - timedelta(days=1), 3, bench.site)
    assert (monday.counts, tuesday.counts, wednesday.counts) == (
        {},
        {"alert": 1, "notification": 1},
        {"notification": 1},
    )


def test_what_is_held_until_an_hour_is_there_too_and_what_is_over_is_not(bench: Bench) -> None:
    sunday = local(date(2026, 11, 29), 12)
    offer = later(bench, sunday, "marketing")
    canceled = later(bench, sunday)
    outbox.cancel(canceled.uid, "page:ana", bench.now)
    bench.clock.wall = sunday.astimezone(UTC)
    bench.release()
    assert bench.state(offer) == "held"
    assert [day.counts for day in planning.days(sunday.date(), 2, bench.site)] == [{}, {"marketing": 1}]


def test_holidays_and_the_days_without_marketing_are_marked(bench: Bench) -> None:
    days = {day.day: day for day in planning.days(date(2026, 12, 20), 8, bench.site)}
    assert [day for day, found in days.items() if found.is_holiday] == [date(2026, 12, 25)]
    quiet = [day.day for day, found in days.items() if found.is_quiet]
    assert quiet == [20, 25, 27]


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25)])
def test_a_day_of_another_length_has_each_hour_once(bench: Bench, day: date, hours: int) -> None:
    begin = local(day, 0).astimezone(UTC)
    with database.transaction():
        for number in range(hours):
            later(bench, begin + timedelta(hours=number, minutes=30))
    assert [sum(hour.counts.values()) for hour in planning.hours(day, bench.site)] == [1] * hours
    assert planning.days(day, 1, bench.site)[0].counts == {"notification": hours}


def test_an_agenda_is_in_the_order_of_the_hours_page_by_page(bench: Bench) -> None:
    hours = [17, 9, 12, 9, 9, 20, 8]
    made = [later(bench, local(TUESDAY, hour), text=f"{hour}") for hour in hours]
    later(bench, local(TUESDAY, 10), "alert")
    shown, cursor = [], None
    while True:
        page = planning.agenda(TUESDAY, bench.site, ("notification",), cursor, 2)
        shown += [message.uid for message in page.items]
        if (cursor := page.next) is None:
            break
    in_order = sorted(made, key=lambda message: (message.until, message.id))
    assert shown == [message.uid for message in in_order]
    assert len(planning.agenda(TUESDAY, bench.site).items) == 8


@pytest.mark.parametrize("cursor", ["x", "1", "1.", ".1", "1.x", "9" * 17 + ".1"])
def test_a_cursor_that_nobody_gave_is_refused(bench: Bench, cursor: str) -> None:
    with pytest.raises(Invalid):
        planning.agenda(TUESDAY, bench.site, cursor=cursor)


def test_a_message_that_moves_is_found_on_its_new_day(bench: Bench) -> None:
    message = later(bench, local(TUESDAY, 9))
    decisions.reschedule(message.uid, local(TUESDAY + timedelta(days=2), 15), "page:ana", bench.now)
    assert [day.counts for day in planning.days(TUESDAY, 3, bench.site)] == [{}, {}, {"notification": 1}]


@pytest.mark.parametrize(("number", "is_full"), [(planning.COUNTED - 1, False), (planning.COUNTED, True)])
def test_more_than_is_counted_says_so(number: int, is_full: bool) -> None:
    assert planning.Day(TUESDAY, {"alert": 1, "otp": number - 1}, False, False).is_full == is_full
