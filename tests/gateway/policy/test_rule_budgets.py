"""The rule of budgets as a table, and what a campaign would make of the limits."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from fakes import MONDAY_NOON
from gateway import words
from gateway.policy import budgets
from gateway.policy.budgets import LIMITS, RECIPIENTS, Limits, Use
from gateway.policy.categories import CATEGORIES
from gateway.policy.verdict import Answer

NOW = MONDAY_NOON
ENDS = {limit: NOW + timedelta(minutes=place) for place, limit in enumerate(LIMITS, 1)}


def frees(use: Use) -> datetime | None:
    return None if use.limit == "ratio" else ENDS[use.limit]


NEW = {"recipients_day", "recipients_month"}


@pytest.mark.parametrize(
    ("uses", "new", "category", "parts", "reason"),
    [
        ([], NEW, "marketing", 1, None),
        ([Use("day", 1000, None)], NEW, "marketing", 1, None),
        ([Use("minute", 19, 20)], NEW, "notification", 1, None),
        ([Use("minute", 20, 20)], NEW, "notification", 1, "budget_minute"),
        ([Use("minute", 21, 20)], NEW, "notification", 1, "budget_minute"),
        ([Use("minute", 20, 20)], NEW, "otp", 1, None),
        ([Use("day", 200, 200)], NEW, "alert", 10, None),
        ([Use("day", 200, 200)], NEW, "marketing", 1, "budget_day"),
        # a minute paces parts; a day wants room for the whole message
        ([Use("minute", 19, 20)], NEW, "notification", 3, None),
        ([Use("day", 198, 200)], NEW, "notification", 2, None),
        ([Use("day", 198, 200)], NEW, "notification", 3, "budget_day"),
        ([Use("hour", 198, 200)], NEW, "notification", 3, "budget_hour"),
        # what is longer than the limit leaves once it is empty
        ([Use("day", 0, 2)], NEW, "notification", 3, None),
        ([Use("day", 1, 2)], NEW, "notification", 3, "budget_day"),
        # people count once, and only the new ones are held
        ([Use("recipients_month", 250, 250)], NEW, "notification", 1, "budget_recipients_month"),
        ([Use("recipients_month", 249, 250)], NEW, "notification", 5, None),
        ([Use("recipients_month", 250, 250)], set(), "notification", 1, None),
        ([Use("recipients_day", 9, 9)], {"recipients_day"}, "notification", 1, "budget_recipients_day"),
        ([Use("recipients_month", 9, 9)], {"recipients_day"}, "notification", 1, None),
        ([Use("ratio", 0, 0)], set(), "marketing", 1, "budget_ratio"),
        ([Use("ratio", 11, 12)], set(), "marketing", 3, None),
        # of several the one that lasts longest
        ([Use("minute", 20, 20), Use("day", 9, 9), Use("hour", 8, 8)], NEW, "marketing", 1, "budget_day"),
        ([Use("day", 9, 9), Use("ratio", 8, 8)], NEW, "marketing", 1, "budget_ratio"),
    ],
)
def test_the_rule(uses: list[Use], new: set[str], category: str, parts: int, reason: str | None) -> None:
    verdict = budgets.judge(uses, new, category, parts, frees)
    assert verdict.reason == reason
    assert verdict.answer is (Answer.HOLD if reason else Answer.ALLOW)
    if reason:
        limit = reason.removeprefix("budget_")
        told = next(use for use in uses if use.limit == limit)
        assert verdict.until == frees(told)
        assert verdict.facts == {"used": told.used, "most": told.most}
        assert budgets.is_whole(verdict) is (limit not in RECIPIENTS)


def test_codes_and_alerts_are_the_only_ones_never_held() -> None:
    assert {*CATEGORIES} - {*budgets.HELD} == {"otp", "alert"}


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("limit", LIMITS)
def test_every_limit_has_its_words(limit: str, language: str) -> None:
    for code in (f"reason.budget_{limit}", f"limit.{limit}"):
        assert words.say(code, language) != code


@pytest.mark.parametrize(
    ("used", "most", "level"),
    [(0, None, "well"), (9, 100, "well"), (89, 100, "well"), (90, 100, "near"), (99, 100, "near"),
     (100, 100, "over"), (130, 100, "over"), (0, 1, "well"), (1, 1, "over")],
)  # fmt: skip
def test_nine_tenths_are_near(used: int, most: int | None, level: str) -> None:
    assert Use("day", used, most).level == level


@pytest.mark.parametrize(("percent", "received", "most"), [(20, 0, 0), (20, 10, 12), (20, 4, 4), (0, 7, 7)])
def test_the_balance(percent: int, received: int, most: int) -> None:
    assert budgets.balance(percent, received) == most


def test_only_the_limits_that_there_are_are_named() -> None:
    assert Limits().chosen() == {}
    assert Limits(minute=20, ratio=0).chosen() == {"minute": 20, "ratio": 0}


# ---- looking ahead ---------------------------------------------------------------------------


def ahead(uses: list[Use], people: int, parts: int = 1, fading: tuple[int, ...] = ()) -> budgets.Forecast:
    return budgets.forecast(uses, people, parts, dict.fromkeys(RECIPIENTS, people), fading, month_ends=8)


@pytest.mark.parametrize(
    ("uses", "people", "parts", "today", "days"),
    [
        ([], 500, 2, 500, 1),
        ([Use("day", 0, 200)], 0, 1, 0, 0),
        ([Use("day", 0, 200)], 150, 1, 150, 1),
        ([Use("day", 100, 200)], 150, 1, 100, 2),
        ([Use("day", 0, 200)], 150, 2, 100, 2),
        ([Use("day", 200, 200)], 100, 1, 0, 2),
        ([Use("day", 0, 200)], 1000, 1, 200, 5),
        ([Use("minute", 20, 20)], 14_401, 1, 14_400, 2),
        ([Use("hour", 5, 10)], 240, 1, 120, 2),
        ([Use("month", 0, 100)], 150, 1, 100, 9),
        ([Use("recipients_day", 8, 10)], 12, 1, 2, 2),
        ([Use("recipients_month", 0, 200)], 200, 1, 200, 1),
        ([Use("recipients_month", 0, 200)], 201, 1, 200, 31),
        ([Use("ratio", 0, 0)], 1, 1, 0, None),
    ],
)
def test_a_campaign_is_spread_over_days(
    uses: list[Use], people: int, parts: int, today: int, days: int | None
) -> None:
    forecast = ahead(uses, people, parts)
    assert (forecast.today, forecast.days) == (today, days)


def test_room_comes_as_people_are_forgotten() -> None:
    assert ahead([Use("recipients_month", 3, 3)], 2, fading=(2, 5, 9)).days == 6


def test_a_forecast_says_what_would_become_of_each_limit() -> None:
    uses = [Use("day", 10, 200), Use("recipients_month", 200, 250), Use("ratio", 3, None)]
    told = budgets.forecast(uses, 40, 2, {"recipients_month": 31}, [9] * 200, 8).expected
    assert [(one.limit, one.used, one.would_be, one.most) for one in told] == [
        ("day", 10, 90, 200),
        ("recipients_month", 200, 231, 250),
        ("ratio", 3, 43, None),
    ]
