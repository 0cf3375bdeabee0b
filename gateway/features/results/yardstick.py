"""What a rate means beside the shop's own former campaigns: nobody else's figure is a yardstick.  Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.features.results import intervals
from gateway.features.results.rates import Rate

FORMER = 5  # campaigns before, at most: all of each is counted anew
LEAST = 30  # people, on either side: fewer say nothing
WORSE_IF_HIGHER = ("failure", "unsubscribe")


@dataclass(frozen=True, slots=True)
class Reading:
    """`word`: "better", "worse" or "usual" than the `share` of the `campaigns` before it together, or
    "not_enough" of them, or people, to say."""

    word: str
    share: float | None = None
    campaigns: int = 0


def read(rate: Rate, before: Iterable[Rate]) -> Reading | None:
    """None for a rate that there is not, or that counts purchases instead of people; a difference that may
    be chance is none."""
    if rate.why or not rate.is_people:
        return None
    former = [one for one in before if not one.why and one.is_people]
    k, n = sum(one.k for one in former), sum(one.n for one in former)
    if rate.n < LEAST or n < LEAST:
        return Reading("not_enough")
    low, high = intervals.difference(rate.k, rate.n, k, n)
    word = "usual"
    if low > 0 or high < 0:
        word = "worse" if (low > 0) == (rate.name in WORSE_IF_HIGHER) else "better"
    return Reading(word, k / n, len(former))
