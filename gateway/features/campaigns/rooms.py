"""What the budgets of the SIMs leave to a campaign: how many messages on which day, and how many now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from math import inf
from zoneinfo import ZoneInfo

from gateway.features.campaigns.paces import Open
from gateway.modems import budgets
from gateway.modems.meter import day_start, since_of
from gateway.policy.budgets import HELD, MONTH, RECIPIENTS, Due, Limits, Use, together
from gateway.store import usage

LASTING = ("day", "month", "ratio")  # limits of the whole SIM that are worth waiting for before one writes


@dataclass(frozen=True, slots=True)
class Day:
    """So many people's messages leave on that day, the first of them about then."""

    at: datetime
    people: int


@dataclass(frozen=True, slots=True)
class Spread:
    """The days on which a campaign leaves, as far as a year ahead; `left`: for how many there is no room;
    `holds`: the budgets make it slower than its own pace does."""

    days: tuple[Day, ...]
    left: int
    holds: bool


def spread(
    people: Collection[str],
    parts: int,
    category: str,
    hours: Open,
    begins: datetime,
    modems: Sequence[str],
    zone: ZoneInfo,
    paced: Sequence[datetime] = (),
) -> Spread | None:
    """On which days messages of `parts` parts leave as the budgets of these SIMs together let them; `paced`:
    the instants of these people by the campaign's own pace, where it has one.

    None without people or SIMs, for what no budget holds, and with a SIM that has no limits.
    """
    limits = [budgets.of(modem).limits for modem in modems]
    if not people or not limits or category not in HELD or not all(chosen.chosen() for chosen in limits):
        return None
    by_pace = _by_day(paced, begins, zone)

    def due(day: int) -> float:
        is_open = hours.from_(day_start(begins, zone, day)) < day_start(begins, zone, day + 1)
        return by_pace(day) if is_open else 0

    alone = [budgets.forecast(modem, people, parts, zone, begins, due).leaves for modem in modems]
    leaves = together(alone, len(people), due)
    rolls = any(chosen.recipients_month is not None for chosen in limits)
    days = [Day(_begins(day, begins, hours, zone, rolls), count) for day, count in enumerate(leaves) if count]
    unheld = together([[len(people)] * len(leaves)], len(people), due)
    return Spread(tuple(days), len(people) - sum(leaves), leaves != unheld)


def _by_day(paced: Sequence[datetime], begins: datetime, zone: ZoneInfo) -> Due:
    """How many of them are due by the end of each day."""
    if not paced:
        return lambda day: inf
    first = begins.astimezone(zone).date()
    counted = Counter(max(0, (at.astimezone(zone).date() - first).days) for at in paced)
    by_then = list(accumulate(counted[day] for day in range(max(counted) + 1)))
    return lambda day: by_then[min(day, len(by_then) - 1)]


def _begins(day: int, begins: datetime, hours: Open, zone: ZoneInfo, rolls: bool) -> datetime:
    """The opening of that day; where people are counted in any thirty days, the place of whoever was first
    is free at the same hour thirty days later, and not before."""
    at = max(begins, day_start(begins, zone, day))
    return hours.from_(max(at, begins + day // MONTH.days * MONTH) if rolls else at)


# ---- while it goes on ----------------------------------------------------------------------------


@dataclass(slots=True)
class Room:
    """How many messages may be written now; None: as many as one likes.  `new` are those to people whom the
    SIMs have not written to lately, `known` the others."""

    whole: int | None = None
    new: int | None = None
    known: frozenset[str] = frozenset()

    def take(self, number: str) -> bool:
        """Whether there is room for this person; then it is theirs."""
        is_new = self.new is not None and number not in self.known
        if self.whole == 0 or (is_new and self.new == 0):
            return False
        if self.whole is not None:
            self.whole -= 1
        if is_new and self.new is not None:
            self.new -= 1
        return True


def now_left(
    category: str, parts: int, queued: int, modems: Sequence[str], zone: ZoneInfo, now: datetime
) -> Room:
    """What is left at this instant, but for `queued` parts that wait already: what is written without room
    would only be held, and be worth nothing when its turn comes."""
    limits = {modem: budgets.of(modem).limits for modem in modems}
    lasting = [_lasting(chosen) for chosen in limits.values()]
    if category not in HELD or not lasting or not all(lasting):
        return Room()
    uses = {modem: budgets.uses(modem, zone, now) for modem in modems}
    wholes = [_whole(found, parts) for found in uses.values()]
    news = [_new(found) for found in uses.values()]
    ahead = -(-queued // max(1, parts))
    whole = _sum(wholes, ahead)
    if None in news:  # one of them has room for everybody
        return Room(whole)
    known = (_known(modem, chosen, zone, now) for modem, chosen in limits.items())
    return Room(whole, _sum(news, ahead + usage.waiting()), frozenset().union(*known))


def _lasting(limits: Limits) -> list[str]:
    return [limit for limit in limits.chosen() if limit in LASTING or limit in RECIPIENTS]


def _whole(uses: Sequence[Use], parts: int) -> int | None:
    """Messages of so many parts that one SIM may still send, whoever they are for."""
    each = {"day": parts, "month": parts, "ratio": 1}
    found = [use for use in uses if use.limit in each and use.most is not None]
    return min((_room(use) // max(1, each[use.limit]) for use in found), default=None)


def _new(uses: Sequence[Use]) -> int | None:
    """People more to whom it may write."""
    return min((_room(use) for use in uses if use.limit in RECIPIENTS and use.most is not None), default=None)


def _room(use: Use) -> int:
    return max(0, (use.most or 0) - use.used)


def _sum(rooms: Sequence[int | None], taken: int) -> int | None:
    """Of all SIMs together; one without that limit has room for everybody."""
    if any(room is None for room in rooms):
        return None
    return max(0, sum(room for room in rooms if room is not None) - taken)


def _known(modem: str, limits: Limits, zone: ZoneInfo, now: datetime) -> Collection[str]:
    """Whom this SIM may write to once more: nobody of them counts for its limits of people."""
    counted = [limit for limit in RECIPIENTS if getattr(limits, limit) is not None]
    since = max((since_of(limit, zone, now) for limit in counted), default=None)
    return budgets.written_to(modem, since, now) if since is not None else ()
