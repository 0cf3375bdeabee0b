"""Which dates set an automation off on a day: pure.  Dates are as the contacts' fields keep them."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.features.automations.states import AFTER, BIRTHDAY
from gateway.timezones import at_minute

CAUGHT_UP = 7  # days: what fell due while the appliance was off is done later, but for birthdays


def birthdays(day: date) -> tuple[str, ...]:
    """Month and day of whoever is born on it; 29 February is kept on the 28th where there is none."""
    own = f"{day:%m-%d}"
    return (own, "02-29") if own == "02-28" and not isleap(day.year) else (own,)


def wanted(kind: str, days: int, day: date, last: date | None = None) -> tuple[str, ...]:
    """The dates, or for a birthday the ends of dates, that count on a day; `last`: the day before of
    which everything was looked at, so that what lies between is caught up."""
    if kind == BIRTHDAY:
        return birthdays(day)
    shift = timedelta(days=-days if kind == AFTER else days)
    return tuple((one + shift).isoformat() for one in _since(last, day))


def key(kind: str, value: str, day: date) -> str:
    """What makes it the same run: a birthday's year, else the date itself."""
    return str(day.year) if kind == BIRTHDAY else value


def after_wait(now: datetime, minutes: int, at_min: int | None, zone: ZoneInfo) -> datetime:
    """When a wait is over: whole days go by the calendar, then on until that minute of the day."""
    days, rest = divmod(minutes, 24 * 60)
    local = now.astimezone(zone)
    over = (local.replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=zone).astimezone(UTC)
    over += timedelta(minutes=rest)
    if at_min is None:
        return over
    day = over.astimezone(zone).date()
    that_day = at_minute(day, at_min, zone)
    return that_day if that_day >= over else at_minute(day + timedelta(days=1), at_min, zone)


def _since(last: date | None, day: date) -> Iterator[date]:
    begin = day if last is None else max(last + timedelta(days=1), day - timedelta(days=CAUGHT_UP))
    while begin <= day:
        yield begin
        begin += timedelta(days=1)
