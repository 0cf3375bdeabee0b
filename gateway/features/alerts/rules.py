"""Whether a group of alerts is worth a text now.  Pure.

What counts is what people believe: an alert of which they were told goes on, for them, until they are told
that it is over, or until so much time has passed that they are told again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

NEW, AGAIN, OVER = "new", "again", "over"  # these are told, the next are not
REPEATED, UNKNOWN, UNWANTED, LIMITED, PAUSED = "repeated", "unknown", "unwanted", "limited", "paused"
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Belief:
    """The fingerprints that people were told of, and when they were told last."""

    known: frozenset[str] = frozenset()
    told_at: datetime | None = None


def decide(belief: Belief, firing: frozenset[str], repeat: timedelta, resolved: bool, now: datetime) -> str:
    """NEW: something that nobody was told of; AGAIN: told so long ago that it is told once more; OVER: all of
    it is over, and somebody wants to know.  REPEATED, UNKNOWN (over, never told) and UNWANTED: not told."""
    if not firing:
        if not belief.known:
            return UNKNOWN
        return OVER if resolved else UNWANTED
    if firing - belief.known:
        return NEW
    return REPEATED if is_within(belief.told_at, repeat, now) else AGAIN


def is_within(since: datetime | None, length: timedelta, now: datetime) -> bool:
    """Whether that time still runs; an instant to come was written by a wrong clock, and does not count."""
    return since is not None and since <= now < since + length
