"""What is going to leave, day by day: how much of each category, and in which order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from gateway import rulebook
from gateway.config import Appliance
from gateway.errors import Invalid
from gateway.policy import territories
from gateway.policy.categories import CATEGORIES
from gateway.store import plans
from gateway.store.models import InstantField, Message

COUNTED = 10_000  # messages of one span: beyond this a person only wants to know that there are many
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Day:
    """One day where the appliance stands: what waits for an hour of it, and whether marketing rests."""

    day: date
    counts: dict[str, int]
    is_holiday: bool
    is_quiet: bool  # no day for marketing

    @property
    def is_full(self) -> bool:
        """There is more than was counted."""
        return sum(self.counts.values()) >= COUNTED


@dataclass(frozen=True, slots=True)
class Hour:
    """What leaves within an hour that begins at `at`."""

    at: datetime
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Agenda:
    """The messages of one day in the order of their hours; `next` is the cursor of those behind them."""

    items: list[Message]
    next: str | None


def days(first: date, number: int, site: Appliance) -> list[Day]:
    """So many days from the first one on."""
    dates = [first + timedelta(days=ahead) for ahead in range(number + 1)]
    found = plans.counts([_midnight(day, site) for day in dates], COUNTED)
    book = rulebook.read()
    place = territories.by_region(site.country, (), site.timezone, book.alsace)
    hours = book.hours["marketing"]
    return [
        Day(
            day,
            _ordered(counts),
            is_holiday := place.is_holiday(day),
            is_holiday or (hours is not None and day.weekday() not in hours.days),
        )
        for day, counts in zip(dates[:-1], found, strict=True)
    ]


def hours(day: date, site: Appliance) -> list[Hour]:
    """The hours of a day in which something leaves: 23 to 25 of them are looked at."""
    begin, end = _midnight(day, site), _midnight(day + timedelta(days=1), site)
    edges = [begin]
    while edges[-1] < end:
        edges.append(edges[-1] + HOUR)
    found = zip(edges, plans.counts(edges, COUNTED), strict=False)
    return [Hour(at, _ordered(counts)) for at, counts in found if counts]


def agenda(
    day: date, site: Appliance, categories: Sequence[str] = (), cursor: str | None = None, limit: int = 50
) -> Agenda:
    """What leaves on that day, the earliest first; of these categories, else of all."""
    begin, end = _midnight(day, site), _midnight(day + timedelta(days=1), site)
    place = _place(cursor) if cursor else (begin, 0)
    rows = plans.after(place, end, categories or tuple(CATEGORIES), limit + 1)
    known = {
        message.id: message for message in Message.select().where(Message.id.in_([row for row, _ in rows]))
    }
    items = [known[row] for row, _ in rows[:limit] if row in known]
    last = rows[limit - 1] if len(rows) > limit else None
    return Agenda(items, f"{InstantField().db_value(last[1])}.{last[0]}" if last else None)


def _midnight(day: date, site: Appliance) -> datetime:
    """In UTC: two instants of one zone would be subtracted by their clocks."""
    local = datetime.combine(day, time(), site.timezone)
    return local.astimezone(UTC)


def _ordered(counts: dict[str, int]) -> dict[str, int]:
    return {name: counts[name] for name in CATEGORIES if name in counts}


def _place(cursor: str) -> tuple[datetime, int]:
    match = re.fullmatch(r"([0-9]{1,16})\.([0-9]{1,18})", cursor)
    if match is None:
        raise Invalid("cursor_unknown", field="cursor", value=cursor)
    at = InstantField().python_value(int(match[1]))
    assert at is not None
    return at, int(match[2])
