"""What one may ask of a date beside a contact, as of today: conditions on how it is kept, 2026-12-31.

29 February is kept on the 28th where there is none.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from gateway.store.terms import fn

A_YEAR = 365  # days: longer than this, and every birthday is within them

Asks = Callable[[Any, str, date], Any]


def _older(kept: Any, days: str, day: date) -> Any:
    return kept < _moved(day, -int(days))


def _recent(kept: Any, days: str, day: date) -> Any:
    return kept.between(_moved(day, -int(days)), day.isoformat())


def _ahead(kept: Any, days: str, day: date) -> Any:
    return kept.between(day.isoformat(), _moved(day, int(days)))


def _ago(kept: Any, days: str, day: date) -> Any:
    return kept == _moved(day, -int(days))


def _aged(kept: Any, years: str, day: date) -> Any:
    """Born on 29 February: a year older on 1 March, where there is none."""
    return kept <= _years_before(day, int(years))


def _under(kept: Any, years: str, day: date) -> Any:
    return (kept > _years_before(day, int(years))) & (kept <= day.isoformat())


def _month(kept: Any, nothing: str, day: date) -> Any:
    return fn.SUBSTR(kept, 6, 2) == f"{day:%m}"


def _birthday(kept: Any, days: str, day: date) -> Any:
    """Today, or within so many days, whatever the year."""
    if int(days) >= A_YEAR:
        return kept != ""
    last = day + timedelta(days=int(days))
    begins, ends = f"{day:%m-%d}", f"{last:%m-%d}"
    if ends == "02-28" and not isleap(last.year):
        ends = "02-29"
    on = fn.SUBSTR(kept, 6)
    return (on >= begins) | (on <= ends) if last.year > day.year else on.between(begins, ends)


# What is asked → what it takes, and its condition on the column, the value and today.
RELATIVE: Mapping[str, tuple[str, Asks]] = {
    "older": ("days", _older),
    "recent": ("days", _recent),
    "ago": ("days", _ago),
    "ahead": ("days", _ahead),
    "birthday": ("days", _birthday),
    "month": ("", _month),
    "aged": ("years", _aged),
    "under": ("years", _under),
}


def _moved(day: date, days: int) -> str:
    return (day + timedelta(days=days)).isoformat()


def _years_before(day: date, years: int) -> str:
    """As text: it need not be a day of that year."""
    return f"{day.year - years:04}-{day:%m-%d}"
