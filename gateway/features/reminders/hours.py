"""When a reminder leaves: pure.  Instants are UTC, days and times of day are those of a zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.timezones import at_minute, minute_of

LEAST_LEFT = timedelta(minutes=30)  # a reminder closer to the appointment helps nobody
DAY = 24 * 60
MOST_DAYS = 30


@dataclass(frozen=True, slots=True)
class When:
    """So many days before at a minute of the day, or (`days` None) so many minutes before."""

    days: int | None = None
    at_min: int = 18 * 60
    minutes: int = 120


@dataclass(frozen=True, slots=True)
class Night:
    """From one minute of the day to another nobody is reminded, but at `evening` before it.  `begins` equal
    to `ends`: there is none."""

    begins: int = 21 * 60
    ends: int = 8 * 60
    evening: int = 20 * 60

    def holds(self, minute: int) -> bool:
        if self.begins <= self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends


@dataclass(frozen=True, slots=True)
class Chosen:
    """What becomes of one rule: it waits until `due`, or is skipped with a reason."""

    due: datetime
    skipped: str | None = None


def due(when: When, starts_at: datetime, all_day: bool, zone: ZoneInfo, night: Night) -> datetime | None:
    """The instant by the rule, before a night that it would fall into; None: hours before a whole day."""
    if when.days is None:
        return None if all_day else before_night(starts_at - timedelta(minutes=when.minutes), zone, night)
    first = starts_at.astimezone(zone) - timedelta(days=when.days)  # by the calendar: a day may have 23 hours
    return before_night(at_minute(first, when.at_min, zone), zone, night)


def before_night(at: datetime, zone: ZoneInfo, night: Night) -> datetime:
    """The same, or the evening before the night in which it lies."""
    local = at.astimezone(zone)
    if not night.holds(minute_of(at, zone)):
        return at
    evening = at_minute(local, night.evening, zone)
    return evening if evening <= at else at_minute(local - timedelta(days=1), night.evening, zone)


def after_night(at: datetime, latest: datetime, zone: ZoneInfo, night: Night) -> datetime:
    """The same, or the end of the night in which it lies, where that is not after `latest`."""
    local = at.astimezone(zone)
    if not night.holds(minute_of(at, zone)):
        return at
    morning = at_minute(local, night.ends, zone)
    if morning <= at:
        morning = at_minute(local + timedelta(days=1), night.ends, zone)
    return morning if morning <= latest else at


def choose(
    dues: Mapping[int, datetime], starts_at: datetime, known_at: datetime, now: datetime, told: bool
) -> dict[int, Chosen]:
    """Rule → what becomes of it, for rules by which nothing left for this start.

    An appointment that became known after the hour of a rule is reminded of at once, where enough time is
    left, by the last such rule alone; not where the person was `told` of this start otherwise.
    """
    late = [rule for rule, at in dues.items() if at <= now and at <= known_at]
    last = max(late, key=lambda rule: dues[rule], default=None)
    chosen = {}
    for rule, at in dues.items():
        if at > now:
            chosen[rule] = Chosen(at)
        elif rule == last and not told and starts_at - now >= LEAST_LEFT:
            chosen[rule] = Chosen(now)
        else:
            chosen[rule] = Chosen(at, "reminder_too_late")
    return chosen
