"""The four categories: what each decides is this table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum


class WhenUncertain(StrEnum):
    """What becomes of a part of which nobody knows whether it left, once the grace is over."""

    GIVE_UP = "give_up"  # a second code would only confuse
    REPEAT = "repeat"  # better twice than never
    ASK = "ask"  # a person decides


@dataclass(frozen=True, slots=True)
class Hours:
    """The days (Monday is 0) and the hours in which a phone may ring."""

    days: frozenset[int]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Category:
    name: str
    lane: int  # 0 leaves first
    hours: Hours | None  # None: at any hour
    when_uncertain: WhenUncertain
    validity: timedelta  # when the caller names none
    attempts: int  # how often one part may be refused for a passing reason
    lateness: timedelta | None  # found longer than this after its hour, a person decides; None: validity does
    needs_consent: bool = False
    capped: bool = False


MARKETING_HOURS = Hours(frozenset(range(6)), time(8), time(20))

CATEGORIES = {
    category.name: category
    for category in (
        Category("otp", 0, None, WhenUncertain.GIVE_UP, timedelta(minutes=10), 3, None),
        Category("alert", 1, None, WhenUncertain.REPEAT, timedelta(hours=24), 10, timedelta(hours=12)),
        Category("notification", 2, None, WhenUncertain.REPEAT, timedelta(hours=72), 6, timedelta(hours=4)),
        Category(
            "marketing",
            3,
            MARKETING_HOURS,
            WhenUncertain.ASK,
            timedelta(hours=72),
            4,
            timedelta(hours=24),
            needs_consent=True,
            capped=True,
        ),
    )
}
