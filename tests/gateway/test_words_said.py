"""How the doors' dictionary fills a sentence in: codes become words, an instant a day."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.words import here, say

LATE = datetime(2026, 11, 22, 23, 30, 1, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "zone", "said"),
    [
        ("fr", "Europe/Paris", "(depuis le 23/11/2026)"),
        ("fr", "America/Martinique", "(depuis le 22/11/2026)"),
        ("en", "Europe/Paris", "(since 23 November 2026)"),
    ],
)
def test_an_instant_is_the_day_that_it_is_where_one_reads_it(language: str, zone: str, said: str) -> None:
    assert said in say("error.opposed_marketing", language, **here({"since": LATE}, ZoneInfo(zone)))


def test_a_problem_of_the_configuration_is_filled_in_itself() -> None:
    told = say(
        "error.config_wrong_value", "en", file="x", line=3, key="k", problem="out_of_range", least=0, most=9
    )
    assert told == "x, line 3: the value of “k” is wrong: between 0 and 9."


def test_what_is_no_code_stays_as_it_is() -> None:
    told = say("error.config_unreadable", "en", file="x", problem="No such file or directory")
    assert "No such file or directory" in told
