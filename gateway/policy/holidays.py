"""The public holidays of France and of each of its territories, computed.

Sources: Code du travail L.3133-1 (the eleven national days), L.3134-13 (Alsace-Moselle), L.3422-2 and
decree 83-1003 (abolition of slavery), and the territories' own labour codes.  Good Friday is a holiday of
Alsace-Moselle only where there is a Protestant church: the whole of it is closed here, to be safe.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

NATIONAL_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
NATIONAL_EASTER = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday
GOOD_FRIDAY, MID_LENT = -2, -24

# calendar → (fixed days as (month, day), days after Easter Sunday), besides the national ones
TERRITORIAL: Mapping[str, tuple[tuple[tuple[int, int], ...], tuple[int, ...]]] = {
    "FR": ((), ()),
    "FR-57": (((12, 26),), (GOOD_FRIDAY,)),
    "GP": (((5, 27), (7, 21)), (MID_LENT, GOOD_FRIDAY)),
    "MQ": (((5, 22), (7, 21)), ()),
    "GF": (((6, 10),), ()),
    "RE": (((12, 20),), ()),
    "YT": (((4, 27),), ()),
    "PM": ((), ()),
    "BL": (((10, 9),), ()),
    "MF": (((5, 28), (7, 21)), ()),
    "NC": (((9, 24),), ()),
    "PF": (((3, 5), (6, 29), (11, 20)), (GOOD_FRIDAY,)),
    "WF": (((4, 28), (6, 29), (7, 29)), ()),
}

# Days that were holidays only in some years: Matāri'i took the place of the feast of autonomy.
IN_FORCE: Mapping[tuple[str, tuple[int, int]], range] = {
    ("PF", (6, 29)): range(1985, 2025),
    ("PF", (11, 20)): range(2025, 10_000),
}


def is_holiday(calendar: str, day: date) -> bool:
    """True on a public holiday of that calendar; False for a calendar that is not known."""
    return calendar in TERRITORIAL and day in of_year(calendar, day.year)


@cache
def of_year(calendar: str, year: int) -> frozenset[date]:
    fixed, movable = TERRITORIAL[calendar]
    sunday = easter(year)
    kept = (day for day in fixed if year in IN_FORCE.get((calendar, day), (year,)))
    days = {date(year, month, day) for month, day in (*NATIONAL_FIXED, *kept)}
    return frozenset(days | {sunday + timedelta(days=after) for after in (*NATIONAL_EASTER, *movable)})


def easter(year: int) -> date:
    """Easter Sunday, by the Gregorian computus (Meeus, Jones, Butcher)."""
    golden, (century, in_century) = year % 19, divmod(year, 100)
    leaps, rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - moon + 15) % 30
    quarters, years = divmod(in_century, 4)
    weekday = (32 + 2 * rest + 2 * quarters - epact - years) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)
