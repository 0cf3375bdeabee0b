"""The rates of a campaign, each with what is counted, of how many, and how sure that is.  Pure.

There is no open rate: a text message tells nobody that it was read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.features.campaigns.states import CONTROL
from gateway.features.results import intervals
from gateway.features.results.history import History, Person

NAMES = ("delivery", "failure", "click", "reply", "conversion", "unsubscribe")


@dataclass(frozen=True, slots=True)
class Rate:
    """`k` of `n`.  `why` says why there is no share: "" where there is one, else "nobody" (of none),
    "not_followed" (no links of each person's own), "no_codes".

    `is_people`: those who did it are some of those who could, so that an interval means something.
    """

    name: str
    k: int
    n: int
    why: str = ""
    is_people: bool = True

    @property
    def share(self) -> float | None:
        """None where there is nothing to divide by: that is not nought."""
        return None if self.why else self.k / self.n

    @property
    def interval(self) -> tuple[float, float] | None:
        """Between which shares the true one lies, in nineteen of twenty cases (Wilson)."""
        return intervals.wilson(self.k, self.n) if self.is_people and not self.why else None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people.  `tried`: sent, or given up before it left; what they did counts where a report says
    that the message arrived; `unreported`: who did something although no report came."""

    people: int
    held_out: int
    tried: int
    sent: int
    delivered: int
    failed: int
    uncertain: int
    clicked: int
    replied: int
    bought: int
    unsubscribed: int
    unreported: int
    parts: int


@dataclass(frozen=True, slots=True)
class Uplift:
    """`k1` of `n1` against `k2` of `n2`; the difference of the shares lies between `low` and `high` in
    nineteen of twenty cases (Newcombe)."""

    k1: int
    n1: int
    k2: int
    n2: int
    low: float
    high: float

    @classmethod
    def of(cls, k1: int, n1: int, k2: int, n2: int) -> Uplift | None:
        """None where one of them is of nobody."""
        if not n1 or not n2:
            return None
        return cls(k1, n1, k2, n2, *intervals.difference(k1, n1, k2, n2))

    @property
    def first(self) -> float:
        return self.k1 / self.n1

    @property
    def second(self) -> float:
        return self.k2 / self.n2

    @property
    def difference(self) -> float:
        return self.first - self.second

    @property
    def more(self) -> float:
        """How many of the first would not have come without it; less than nought where it kept some away."""
        return self.difference * self.n1

    @property
    def is_clear(self) -> bool:
        """Chance would hardly make such a difference."""
        return self.low > 0 or self.high < 0


def uplift(history: History) -> Uplift | None:
    """Who bought, of those who were written to against those who were held out; whatever became of the
    message, as else the two would not be alike.

    None where nobody was held out, or no sale was told by a number: by their codes, only those who have a
    message are seen.
    """
    if not history.by_number:
        return None
    written, held_out = sides(history)
    return Uplift.of(_came(written), len(written), _came(held_out), len(held_out))


def sides(history: History) -> tuple[list[Person], list[Person]]:
    """(those to whom a message was written, those who got none to compare)."""
    written = [one for one in history.people if one.state]
    return written, [one for one in history.people if one.role == CONTROL]


def _came(people: Iterable[Person]) -> int:
    return sum(one.came_at is not None for one in people)


def count(people: Iterable[Person]) -> Counts:
    """One pass over them."""
    listed = list(people)
    arrived = [one for one in listed if one.is_delivered]
    silent = [one for one in listed if not one.is_delivered and one.role != CONTROL and _acted(one)]
    return Counts(
        people=len(listed),
        held_out=sum(one.role == CONTROL for one in listed),
        tried=sum(one.is_sent or one.is_lost for one in listed),
        sent=sum(one.is_sent for one in listed),
        delivered=len(arrived),
        failed=sum(one.is_lost for one in listed),
        uncertain=sum(one.state == "uncertain" for one in listed),
        clicked=sum(one.clicked_at is not None for one in arrived),
        replied=sum(one.replied_at is not None for one in arrived),
        bought=sum(one.bought_at is not None for one in arrived),
        unsubscribed=sum(one.left_at is not None for one in arrived),
        unreported=len(silent),
        parts=sum(one.parts for one in listed),
    )


def rates(history: History) -> tuple[Rate, ...]:
    """All of NAMES, in that order."""
    found = count(history.people)
    n = found.delivered
    return (
        _rate("delivery", found.delivered, found.sent),
        _rate("failure", found.failed, found.tried),
        _rate("click", found.clicked, n, "" if history.clicks else "not_followed"),
        _rate("reply", found.replied, n),
        _conversion(history, found),
        _rate("unsubscribe", found.unsubscribed, n),
    )


def _conversion(history: History, found: Counts) -> Rate:
    """People where the code tells who came back; purchases where everybody has the same."""
    why = "" if history.coded else "no_codes"
    if history.personal:
        return _rate("conversion", found.bought, found.delivered, why)
    return _rate("conversion", len(history.purchases), found.delivered, why, False)


def _rate(name: str, k: int, n: int, why: str = "", is_people: bool = True) -> Rate:
    return Rate(name, k, n, why or ("" if n else "nobody"), is_people)


def _acted(person: Person) -> bool:
    return any((person.clicked_at, person.replied_at, person.bought_at, person.left_at))
