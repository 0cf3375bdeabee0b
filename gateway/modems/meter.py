"""What one SIM sent lately, kept so that no claim has to count rows: built from them, told of each claim."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from gateway.policy.budgets import BRIEF, HOUR, MINUTE, MONTH, Limits, Use, balance

KEPT = timedelta(days=32)  # a calendar month and a day; thirty days too
LOOSE = 1000  # instants that are over, before they are thrown away


class Meter:
    """Instants as numbers, in order: each count is two steps of bisection.  Bounded by what a SIM can send
    in a month, some hundred thousand parts."""

    def __init__(self, zone: ZoneInfo, claims: Iterable[tuple[datetime, str, bool]] = ()) -> None:
        self.zone = zone
        self.parts = array("d")
        self.begun = array("d")  # messages: their first parts
        self.people: OrderedDict[str, float] = OrderedDict()  # when each was last written to, oldest first
        self.owed: dict[int, tuple[float, int]] = {}  # by message: when it was begun, parts still to come
        self.day = date.min
        self.today: set[str] = set()
        for at, recipient, first in claims:
            self.add(at, recipient, first)

    @property
    def last(self) -> float:
        return self.parts[-1] if self.parts else float("-inf")

    def add(self, at: datetime, recipient: str, first: bool) -> None:
        """One part left at `at`, not before the last that was told."""
        instant = at.timestamp()
        self.parts.append(instant)
        if first:
            self.begun.append(instant)
        self.people[recipient] = instant
        self.people.move_to_end(recipient)
        self._turn(at)
        self.today.add(recipient)
        self._forget(instant - KEPT.total_seconds())

    def owe(self, message: int, parts: int, at: datetime) -> None:
        """So many parts of a message that has begun are still to come."""
        self.owed.pop(message, None)
        if parts:
            self.owed[message] = at.timestamp(), parts
        while len(self.owed) > LOOSE:
            del self.owed[next(iter(self.owed))]

    def owing(self, now: datetime) -> int:
        """How many parts are still to come of what was begun within the hour; what is older is in trouble."""
        since = (now - HOUR).timestamp()
        return sum(parts for began, parts in self.owed.values() if began > since)

    def uses(self, limits: Limits, received: int, now: datetime) -> Iterator[Use]:
        """How much of each limit that there is is used."""
        for limit, most in limits.chosen().items():
            yield Use(limit, self._used(limit, now), balance(most, received) if limit == "ratio" else most)

    def new(self, recipient: str, now: datetime) -> set[str]:
        """The limits of recipients for which this person would be one more."""
        self._turn(now)
        day = {"recipients_day"} if recipient not in self.today else set()
        known = self.people.get(recipient, float("-inf")) > (now - MONTH).timestamp()
        return day if known else {*day, "recipients_month"}

    def frees(self, use: Use, parts: int, ahead: int, now: datetime) -> datetime | None:
        """When a limit that is reached has room again: for so many parts, or for one person after `ahead`
        others who wait; None: nobody can know."""
        most = use.most or 0
        if use.limit in BRIEF and most:
            window = MINUTE if use.limit == "minute" else HOUR
            need = min(parts, most) if use.limit == "hour" else 1
            oldest = bisect_right(self.parts, (now - window).timestamp())
            return _instant(self.parts[oldest + use.used + need - most - 1]) + window
        if use.limit == "recipients_month" and most:
            return self._fades(use.used - most + ahead, now)
        if use.limit == "recipients_day" and most:
            return day_start(now, self.zone, 1 + ahead // most)
        if use.limit == "day":
            return day_start(now, self.zone, 1)
        return next_month(now, self.zone) if use.limit == "month" else None

    def _used(self, limit: str, now: datetime) -> int:
        if limit == "recipients_day":
            self._turn(now)
            return len(self.today)
        if limit == "recipients_month":
            self._fade(now)
            return len(self.people)
        instants = self.begun if limit == "ratio" else self.parts
        since = since_of(limit, self.zone, now).timestamp()
        return bisect_right(instants, now.timestamp()) - bisect_right(instants, since)

    def _fades(self, place: int, now: datetime) -> datetime:
        """When the place-th of the people who count now counts no more, the first being 0; those who come
        in their stead last thirty days again."""
        self._fade(now)
        rounds, place = divmod(place, len(self.people))
        return _instant(next(islice(self.people.values(), place, None))) + MONTH * (1 + rounds)

    def _fade(self, now: datetime) -> None:
        """Forget whom it has not written to for thirty days."""
        since = (now - MONTH).timestamp()
        while self.people and next(iter(self.people.values())) <= since:
            self.people.popitem(last=False)

    def _turn(self, now: datetime) -> None:
        """A new day has no people yet."""
        day = now.astimezone(self.zone).date()
        if day != self.day:
            self.day, self.today = day, set()

    def _forget(self, before: float) -> None:
        for instants in (self.parts, self.begun):
            over = bisect_right(instants, before)
            if over > LOOSE:
                del instants[:over]


def since_of(limit: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The last instant that does not count for a limit any more."""
    rolling = {"minute": MINUTE, "hour": HOUR, "ratio": MONTH, "recipients_month": MONTH}
    if limit in rolling:
        return now - rolling[limit]
    local = now.astimezone(zone)
    first = local.replace(day=1) if limit == "month" else local
    return _midnight(first, zone) - timedelta(microseconds=1)


def day_start(now: datetime, zone: ZoneInfo, days: int) -> datetime:
    """The first instant of the appliance's day that many days from now."""
    return _midnight(now.astimezone(zone) + timedelta(days=days), zone)


def next_month(now: datetime, zone: ZoneInfo) -> datetime:
    """The first instant of the appliance's next month."""
    return _midnight((now.astimezone(zone).replace(day=1) + timedelta(days=32)).replace(day=1), zone)


def _midnight(local: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(local.date(), time(0), tzinfo=zone).astimezone(UTC)


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
