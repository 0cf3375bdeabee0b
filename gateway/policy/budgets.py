"""How much one SIM may send: parts a minute, an hour, a day and a month, people a day and in thirty days,
and by how much it may send more than it receives.

What must not wait – codes and alerts – always leaves, and is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from math import inf

from gateway.policy.verdict import Verdict, allow, hold

RULE = "budget"
HELD = ("notification", "marketing")  # the categories that a budget may hold
RECIPIENTS = ("recipients_day", "recipients_month")  # these concern only whom the SIM has not written to yet
BRIEF = ("minute", "hour")  # these pace also the rest of a message that has begun
NEAR = 0.9
SHORT = timedelta(minutes=1)  # a rest so short that no other SIM need take over

MINUTE, HOUR, MONTH = timedelta(minutes=1), timedelta(hours=1), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of each; None: no limit."""

    minute: int | None = None  # parts, in any 60 seconds
    hour: int | None = None  # parts, in any 60 minutes
    day: int | None = None  # parts, in the appliance's calendar day
    month: int | None = None  # parts, in its calendar month
    recipients_day: int | None = None  # different people, in the calendar day
    recipients_month: int | None = None  # different people, in any thirty days
    ratio: int | None = None  # per cent: messages sent above those received, in any thirty days

    def chosen(self) -> dict[str, int]:
        """Those that there are, by name."""
        return {name: most for name, most in asdict(self).items() if most is not None}


LIMITS = tuple(Limits.__slots__)


@dataclass(frozen=True, slots=True)
class Use:
    """How much of one limit is used; `most` None where there is no limit."""

    limit: str
    used: int
    most: int | None

    def has_room(self, need: int = 1) -> bool:
        """Room for a message of so many parts; one that is longer than the limit has to fit it empty."""
        return self.most is None or self.used + max(1, min(need, self.most)) <= self.most

    @property
    def level(self) -> str:
        """over, near (from nine tenths on) or well."""
        if self.most is None or self.used < NEAR * self.most:
            return "well"
        return "over" if self.used >= self.most else "near"


def balance(percent: int, received: int) -> int:
    """How many messages may have been sent against so many received."""
    return received * (100 + percent) // 100


Frees = Callable[[Use], datetime | None]


def judge(uses: Iterable[Use], new: Collection[str], category: str, parts: int, frees: Frees) -> Verdict:
    """Allow, or hold until there is room for `parts` more, for the limit that lasts longest.

    `new` names the limits of recipients for which this person would be one more; `frees` says when a limit
    that is reached has room again, None where nobody can know.
    """
    if category not in HELD:
        return allow(RULE)
    full = [use for use in uses if _concerns(use, new) and not use.has_room(_need(use, parts))]
    if not full:
        return allow(RULE)
    until, use = max(((frees(use), use) for use in full), key=lambda found: _end(found[0]))
    return hold(RULE, f"budget_{use.limit}", until, used=use.used, most=use.most)


def is_whole(verdict: Verdict) -> bool:
    """The hold concerns all that the SIM would send, whoever it is for."""
    return verdict.reason is not None and verdict.reason not in {f"budget_{limit}" for limit in RECIPIENTS}


def _concerns(use: Use, new: Collection[str]) -> bool:
    return use.limit not in RECIPIENTS or use.limit in new


def _need(use: Use, parts: int) -> int:
    """A minute's limit paces the parts one by one; the others want room for the whole message."""
    return parts if use.limit in ("hour", "day", "month") else 1


def _end(until: datetime | None) -> float:
    return until.timestamp() if until else float("inf")


# ---- looking ahead -------------------------------------------------------------------------------

OPEN_HOURS = 12  # a day, in which a campaign may leave
FURTHEST = 366  # days

# day, 0 being today → how many people's messages are due by then; 0 on a day on which nothing may leave
Due = Callable[[int], float]


@dataclass(frozen=True, slots=True)
class Expected:
    """One limit, were all of a campaign to leave in its time."""

    limit: str
    used: int
    would_be: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """`today`: how many people's messages leave today; `days`: in how many days all have left, today
    included; None: not within a year.  `leaves`: how many on each day, today first."""

    expected: tuple[Expected, ...]
    today: int
    days: int | None
    leaves: tuple[int, ...] = ()


def forecast(
    uses: Sequence[Use],
    people: int,
    parts: int,
    new: dict[str, int],
    fading: Sequence[int],
    month_ends: int,
    due: Due = lambda day: inf,
) -> Forecast:
    """What a campaign of `parts` parts for each of `people` would make of the limits.

    `new`: how many of them would be one more, for each limit of recipients; `fading`: in how many days each
    recipient of the last thirty days is one no more; `month_ends`: in how many days the month does.
    """
    expected = tuple(
        Expected(use.limit, use.used, use.used + _more(use.limit, people, parts, new), use.most)
        for use in uses
    )
    by_limit = {use.limit: use for use in uses}
    share = new.get("recipients_month", 0) / people if people else 0.0
    leaves: list[int] = []
    while sum(leaves) < people and len(leaves) < FURTHEST:
        day = len(leaves)
        room = _room_on(day, leaves, by_limit, parts, share, fading, month_ends)
        leaves.append(_leave(day, leaves, people, room, due))
    days = len(leaves) if sum(leaves) >= people else None
    return Forecast(expected, leaves[0] if leaves else 0, days, tuple(leaves))


def together(alone: Sequence[Sequence[int]], people: int, due: Due = lambda day: inf) -> list[int]:
    """How many people's messages leave on each day through several SIMs, by what each would carry alone."""
    leaves: list[int] = []
    for day in range(max(map(len, alone), default=0)):
        room = sum(each[day] for each in alone if day < len(each))
        leaves.append(_leave(day, leaves, people, room, due))
        if sum(leaves) >= people:
            break
    return leaves


def _leave(day: int, leaves: Sequence[int], people: int, room: int, due: Due) -> int:
    return max(0, min(room, int(min(people, due(day))) - sum(leaves)))


def _more(limit: str, people: int, parts: int, new: dict[str, int]) -> int:
    if limit in RECIPIENTS:
        return new.get(limit, 0)
    return people if limit == "ratio" else people * parts


def _room_on(
    day: int,
    leaves: Sequence[int],
    uses: dict[str, Use],
    parts: int,
    share: float,
    fading: Sequence[int],
    month_ends: int,
) -> int:
    """For how many people there is room on that day, 0 being today; `share` of them are new to the SIM."""

    def left(limit: str, used: float) -> float:
        most = uses[limit].most if limit in uses else None
        return float("inf") if most is None else max(0.0, most - used)

    def already(limit: str) -> int:
        return uses[limit].used if limit in uses and day == 0 else 0

    month = _in_month(day, leaves, month_ends) * parts
    if day < month_ends and "month" in uses:
        month += uses["month"].used
    recent = sum(leaves[max(0, day - MONTH.days + 1) :])
    still_known = sum(days > day for days in fading)
    answered = uses["ratio"].used if "ratio" in uses else 0
    room = min(
        left("minute", 0) * 60 * OPEN_HOURS / parts,
        left("hour", 0) * OPEN_HOURS / parts,
        left("day", already("day")) / parts,
        left("month", month) / parts,
        left("recipients_day", already("recipients_day")),
        left("recipients_month", still_known + recent * share) / share if share else float("inf"),
        left("ratio", answered + recent),
    )
    return int(min(room, 10**9))


def _in_month(day: int, leaves: Sequence[int], month_ends: int) -> int:
    """How many of the campaign leave earlier in the calendar month of that day; later months have thirty."""
    if day < month_ends:
        return sum(leaves)
    began = month_ends + (day - month_ends) // MONTH.days * MONTH.days
    return sum(leaves[began:])
