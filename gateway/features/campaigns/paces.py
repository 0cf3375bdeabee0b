"""When each person's message falls due: at once, so many an hour, or over so many days.  Pure.

Only in the hours of the category, as they are where the shop is; each person's own hours are the gate's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.policy import quiet_hours
from gateway.policy.categories import Hours
from gateway.policy.territories import Place

MOST_PER_HOUR, MOST_DAYS = 100_000, 30
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """At most one of the two; neither: as fast as the SIMs send."""

    per_hour: int | None = None
    days: int | None = None

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Pace:
        return cls(kept.get("per_hour"), kept.get("days"))


@dataclass(frozen=True, slots=True)
class Open:
    """When a phone here may ring; `hours` None: at any hour."""

    hours: Hours | None
    place: Place

    def from_(self, at: datetime) -> datetime:
        """That instant, or the next opening where it is closed then."""
        if self.hours is None or quiet_hours.is_open(self.hours, self.place, at):
            return at
        return quiet_hours.next_opening(self.hours, self.place, at) or at

    def day_after(self, at: datetime) -> datetime:
        """The next day's opening; a day later to the minute where it is always open."""
        if self.hours is None:
            return at + DAY
        closes = quiet_hours.closing(self.hours, self.place, at)
        return quiet_hours.next_opening(self.hours, self.place, closes or at) or at + DAY


@dataclass(slots=True)
class Slots:
    """Deals out the instants one after the other; `given` and `last` say how far an earlier one came."""

    base: datetime
    pace: Pace
    open: Open
    given: int = 0
    last: datetime | None = None

    def next(self) -> datetime:
        found = self._next()
        self.given += 1
        self.last = max(found, self.last) if self.last else found
        return found

    def _next(self) -> datetime:
        if self.pace.days:
            return self._days()[self.given % self.pace.days]
        if self.pace.per_hour and self.last is not None:
            return self.open.from_(self.last + timedelta(hours=1) / self.pace.per_hour)
        return self.open.from_(self.base)

    def _days(self) -> list[datetime]:
        """The first instant of each day."""
        found = [self.open.from_(self.base)]
        while len(found) < (self.pace.days or 1):
            found.append(self.open.day_after(found[-1]))
        return found
