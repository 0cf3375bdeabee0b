"""What people are told of an alarm that comes, goes and comes again: decided by what they believe."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

HOUR = timedelta(hours=1)  # one alarm is said to be raised at most once in it


class Say(StrEnum):
    NOTHING = "nothing"
    RAISED = "raised"
    CLEARED = "cleared"
    STILL = "still"  # it came so many times more, and stands
    PASSED = "passed"  # it came so many times more, and is over


@dataclass(frozen=True, slots=True)
class Belief:
    """When they were last told that it stands, whether they believe so, and how often it came since."""

    told_at: datetime | None = None
    standing: bool = False
    unsaid: int = 0


def raised(belief: Belief, now: datetime) -> tuple[Say, Belief]:
    if belief.standing:
        return Say.NOTHING, belief
    if _is_recent(belief, now):
        return Say.NOTHING, replace(belief, unsaid=belief.unsaid + 1)
    return Say.RAISED, Belief(now, True)


def cleared(belief: Belief) -> tuple[Say, Belief]:
    """Said where they were told that it stands, and only there."""
    return (Say.CLEARED, replace(belief, standing=False)) if belief.standing else (Say.NOTHING, belief)


def rest(belief: Belief, stands: bool, now: datetime) -> tuple[Say, Belief]:
    """What came within the hour is said when that is over, in one."""
    if not belief.unsaid or _is_recent(belief, now):
        return Say.NOTHING, belief
    return (Say.STILL if stands else Say.PASSED), Belief(now, stands)


def _is_recent(belief: Belief, now: datetime) -> bool:
    """An hour that lies ahead was written by a clock that was wrong."""
    return belief.told_at is not None and timedelta(0) <= now - belief.told_at < HOUR
