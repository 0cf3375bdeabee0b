"""The public holidays, beside another program's: thirteen calendars, thirty-one years."""

from __future__ import annotations

from datetime import date

import holidays as witness
import pytest

from gateway.policy import holidays

# our calendar → the witness's subdivision
CALENDARS = {
    "FR": None,
    "FR-57": "57",
    "GP": "971",
    "MQ": "972",
    "GF": "973",
    "RE": "974",
    "YT": "976",
    "PM": "PM",
    "BL": "BL",
    "MF": "MF",
    "NC": "NC",
    "PF": "PF",
    "WF": "WF",
}
YEARS = range(2020, 2051)


@pytest.mark.parametrize("calendar", CALENDARS)
def test_the_holidays_are_the_witness_s(calendar: str) -> None:
    theirs = witness.France(subdiv=CALENDARS[calendar], years=YEARS)
    ours = {day for year in YEARS for day in holidays.of_year(calendar, year)}
    assert ours ^ set(theirs) == set()


def test_no_calendar_goes_without_a_witness() -> None:
    assert set(holidays.TERRITORIAL) == set(CALENDARS)


@pytest.mark.parametrize(
    ("year", "day"), [(2024, "2024-03-31"), (2026, "2026-04-05"), (2038, "2038-04-25"), (2285, "2285-03-22")]
)
def test_easter_early_and_late(year: int, day: str) -> None:
    assert holidays.easter(year) == date.fromisoformat(day)


def test_a_calendar_that_nobody_knows_has_no_holidays() -> None:
    assert not holidays.is_holiday("XX", date(2026, 12, 25))
