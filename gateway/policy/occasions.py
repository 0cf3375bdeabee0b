"""The days on which shops speak to people, by rule: sales, feasts, days of mothers and fathers.

Sources: Code de commerce D.310-15-2 and the decree of 27 May 2019 (sales: from the second Wednesday of
January, the first where the second comes after the 12th; from the last Wednesday of June, the one before
where it comes after the 28th; four weeks); Code de l'action sociale et des familles D.215-1 (mothers' day).
The departments that hold their sales on other dates, and the territories overseas, are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from gateway.policy.holidays import TERRITORIAL, easter

WEDNESDAY, THURSDAY, SUNDAY = 2, 3, 6
SALES = 28  # days
PENTECOST, SHROVE_TUESDAY, MOTHERING = 49, -47, -21  # days after Easter Sunday
MAINLAND = frozenset({"FR"})
FRANCE = frozenset({"FR", *(code for code in TERRITORIAL if "-" not in code)})
BRITAIN = frozenset({"GB"})
EVERYWHERE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Occasion:
    """One of them in one year; what is about it had better be sent `lead` days before."""

    code: str
    first: date
    last: date
    lead: int


@dataclass(frozen=True, slots=True)
class Rule:
    """Where it is known (nowhere named: everywhere), when it begins in a year, and for how many days."""

    code: str
    where: frozenset[str]
    begins: Callable[[int], date]
    lead: int
    days: int = 1


def within(first: date, last: date, country: str) -> list[Occasion]:
    """Those of a country that have a day between these two, the earliest first."""
    years = range(first.year, last.year + 1)
    found = (one for year in years for one in of_year(year, country))
    return sorted((one for one in found if one.first <= last and one.last >= first), key=_order)


def of_year(year: int, country: str) -> Iterator[Occasion]:
    """Those that begin in that year."""
    for rule in RULES:
        if not rule.where or country in rule.where:
            begins = rule.begins(year)
            yield Occasion(rule.code, begins, begins + timedelta(days=rule.days - 1), rule.lead)


def _order(one: Occasion) -> tuple[date, str]:
    return one.first, one.code


def _on(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _after_easter(days: int) -> Callable[[int], date]:
    return lambda year: easter(year) + timedelta(days=days)


def _nth(place: int, weekday: int, month: int, later: int = 0) -> Callable[[int], date]:
    """The first (1), second, … such weekday of a month, or so many days later."""

    def begins(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (place - 1) + later)

    return begins


def _winter_sales(year: int) -> date:
    second = _nth(2, WEDNESDAY, 1)(year)
    return second if second.day <= 12 else second - timedelta(weeks=1)


def _summer_sales(year: int) -> date:
    last = _last(WEDNESDAY, date(year, 6, 30))
    return last if last.day <= 28 else last - timedelta(weeks=1)


def _mothers(year: int) -> date:
    """The last Sunday of May, or the first of June where that is Whit Sunday."""
    last = _last(SUNDAY, date(year, 5, 31))
    is_pentecost = last == easter(year) + timedelta(days=PENTECOST)
    return last + timedelta(weeks=1) if is_pentecost else last


def _last(weekday: int, end: date) -> date:
    return end - timedelta(days=(end.weekday() - weekday) % 7)


RULES = (
    Rule("new_year", EVERYWHERE, _on(1, 1), 5),
    Rule("epiphany", FRANCE, _on(1, 6), 4),
    Rule("winter_sales", MAINLAND, _winter_sales, 0, SALES),
    Rule("valentine", EVERYWHERE, _on(2, 14), 7),
    Rule("shrove_tuesday", FRANCE | BRITAIN, _after_easter(SHROVE_TUESDAY), 4),
    Rule("grandmothers", FRANCE, _nth(1, SUNDAY, 3), 5),
    Rule("mothers", BRITAIN, _after_easter(MOTHERING), 7),
    Rule("easter", EVERYWHERE, easter, 7),
    Rule("lily", FRANCE, _on(5, 1), 3),
    Rule("mothers", FRANCE, _mothers, 7),
    Rule("fathers", FRANCE | BRITAIN, _nth(3, SUNDAY, 6), 7),
    Rule("music", FRANCE, _on(6, 21), 5),
    Rule("summer_sales", MAINLAND, _summer_sales, 0, SALES),
    Rule("back_to_school", FRANCE | BRITAIN, _on(9, 1), 10),
    Rule("halloween", EVERYWHERE, _on(10, 31), 7),
    Rule("bonfire", BRITAIN, _on(11, 5), 5),
    Rule("beaujolais", FRANCE, _nth(3, THURSDAY, 11), 3),
    Rule("black_friday", EVERYWHERE, _nth(4, THURSDAY, 11, 1), 1),
    Rule("cyber_monday", EVERYWHERE, _nth(4, THURSDAY, 11, 4), 0),
    Rule("saint_nicholas", FRANCE, _on(12, 6), 5),
    Rule("christmas", EVERYWHERE, _on(12, 25), 14),
    Rule("boxing_day", BRITAIN, _on(12, 26), 3),
)
