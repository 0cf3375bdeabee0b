"""The occasions of a year against printed calendars."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gateway.policy import occasions
from gateway.policy.occasions import RULES, of_year

YEARS = (2024, 2025, 2026, 2027, 2028)

# code, country → (month, day) in each of the years; what stands on a fixed day is not repeated here.
MOVABLE = {
    ("winter_sales", "FR"): ((1, 10), (1, 8), (1, 7), (1, 6), (1, 12)),
    ("shrove_tuesday", "FR"): ((2, 13), (3, 4), (2, 17), (2, 9), (2, 29)),
    ("grandmothers", "FR"): ((3, 3), (3, 2), (3, 1), (3, 7), (3, 5)),
    ("mothers", "GB"): ((3, 10), (3, 30), (3, 15), (3, 7), (3, 26)),
    ("easter", "DE"): ((3, 31), (4, 20), (4, 5), (3, 28), (4, 16)),
    ("mothers", "FR"): ((5, 26), (5, 25), (5, 31), (5, 30), (5, 28)),
    ("fathers", "GB"): ((6, 16), (6, 15), (6, 21), (6, 20), (6, 18)),
    ("summer_sales", "FR"): ((6, 26), (6, 25), (6, 24), (6, 23), (6, 28)),
    ("beaujolais", "RE"): ((11, 21), (11, 20), (11, 19), (11, 18), (11, 16)),
    ("black_friday", "US"): ((11, 29), (11, 28), (11, 27), (11, 26), (11, 24)),
    ("cyber_monday", "US"): ((12, 2), (12, 1), (11, 30), (11, 29), (11, 27)),
}


def begins(code: str, country: str, year: int) -> list[date]:
    return [one.first for one in of_year(year, country) if one.code == code]


@pytest.mark.parametrize(("code", "country"), MOVABLE)
def test_what_moves_falls_where_the_calendars_say(code: str, country: str) -> None:
    for year, (month, day) in zip(YEARS, MOVABLE[code, country], strict=True):
        assert begins(code, country, year) == [date(year, month, day)]


def test_mothers_give_way_to_whit_sunday() -> None:
    assert begins("mothers", "FR", 2023) == [date(2023, 6, 4)]
    assert begins("mothers", "FR", 2020) == [date(2020, 6, 7)]


def test_every_rule_is_told_here_or_stands_on_one_day() -> None:
    told = {code for code, _ in MOVABLE}
    for rule in RULES:
        days = {(rule.begins(year).month, rule.begins(year).day) for year in YEARS}
        assert (len(days) == 1) != (rule.code in told), rule.code


def test_sales_last_four_weeks_and_are_within_every_day_of_them() -> None:
    for ahead in range(28):
        day = date(2026, 1, 7) + timedelta(days=ahead)
        assert "winter_sales" in [one.code for one in occasions.within(day, day, "FR")]
    after = date(2026, 2, 4)
    assert "winter_sales" not in [one.code for one in occasions.within(after, after, "FR")]


def test_a_country_has_its_own_and_what_everybody_has() -> None:
    assert {one.code for one in of_year(2026, "RE")} & {"winter_sales", "lily"} == {"lily"}
    assert {one.code for one in of_year(2026, "GB")} & {"boxing_day", "lily"} == {"boxing_day"}
    everywhere = ["new_year", "valentine", "easter", "halloween", "black_friday", "cyber_monday", "christmas"]
    assert [one.code for one in of_year(2026, "XX")] == everywhere


def test_a_span_over_the_new_year_is_in_order() -> None:
    found = occasions.within(date(2026, 12, 20), date(2027, 1, 10), "FR")
    assert [one.code for one in found] == ["christmas", "new_year", "epiphany", "winter_sales"]
