"""A code leaves where nothing speaks against it; else the rule that lasts longest says until when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy import pumping
from gateway.policy.pumping import HOUR, LIMITS, REFUSALS, WINDOWS, Asked, Limits, Rules, Run
from law import hour

NOW = hour("2026-11-23 12:00")
MOST = pumping.most(Limits(), key_braked=False, country_braked=False)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def said(**rest: Any) -> str:
    """ "leaves", "code_key_hour until 12:10", "code_country" about a mobile in France."""
    usual = {"region": "FR", "type": "mobile", "allowed": ("FR",), "types": Rules().types}
    refusal = pumping.judge(Asked(**{**usual, **rest}), MOST, NOW)
    if refusal is None:
        return "leaves"
    until = f" until {(refusal.until - NOW).total_seconds():g}" if refusal.until else ""
    return refusal.code + until


# What is known; what becomes of it, with the seconds that are left.
ROWS: list[tuple[str, dict[str, Any], str]] = [
    ("nothing before", {}, "leaves"),
    ("another country", {"region": "GB"}, "code_country"),
    ("no country", {"region": ""}, "code_country"),
    ("a telephone on a wall", {"type": "fixed_line"}, "code_number_type"),
    ("both: the type is told", {"region": "GB", "type": "voip"}, "code_number_type"),
    ("a number that gets none", {"barred": True}, "code_barred"),
    ("whatever else is wrong", {"barred": True, "region": "GB", "type": "voip"}, "code_barred"),
    ("the key's minute is full", {"full": {"key_minute": ago(seconds=40)}}, "code_key_minute until 20"),
    ("it was full until now", {"full": {"key_minute": ago(seconds=60)}}, "leaves"),
    (
        "two are full: the longer one is told",
        {"full": {"key_minute": ago(seconds=1), "number_hour": ago(minutes=50)}},
        "code_number_hour until 600",
    ),
    ("one code 10 s ago", {"number": Run(1, ago(seconds=10))}, "code_delay until 20"),
    ("one code 30 s ago", {"number": Run(1, ago(seconds=30))}, "leaves"),
    ("three codes, the last just now", {"number": Run(3, NOW)}, "code_delay until 120"),
    ("four codes to the range", {"prefix": Run(4, NOW)}, "leaves"),
    ("five codes to the range", {"prefix": Run(5, NOW)}, "code_range_gap until 15"),
    ("nineteen codes to the range", {"prefix": Run(19, ago(seconds=10))}, "code_range_gap until 215"),
    ("four codes of one verification", {"sends": 4, "ends_at": NOW + HOUR}, "leaves"),
    ("five codes of one verification", {"sends": 5, "ends_at": NOW + HOUR}, "code_resends until 3600"),
]


@pytest.mark.parametrize(("what", "known", "answer"), ROWS, ids=[row[0] for row in ROWS])
def test_what_becomes_of_a_request(what: str, known: dict[str, Any], answer: str) -> None:
    assert said(**known) == answer


def test_each_delay_is_twice_the_one_before() -> None:
    waits = [pumping.delay(count).total_seconds() for count in range(7)]
    assert waits == [0, 30, 60, 120, 240, 480, 960]


@given(count=st.integers(0, 10_000))
def test_delay_and_gap_never_shrink_and_never_overflow(count: int) -> None:
    assert pumping.delay(count) <= pumping.delay(count + 1) <= timedelta(days=2)
    assert pumping.gap(count) <= pumping.gap(count + 1)


def test_the_brake_leaves_a_tenth_of_what_it_concerns() -> None:
    usual, of_key = Limits(), pumping.most(Limits(), key_braked=True, country_braked=False)
    assert {name: most for name, most in of_key.items() if most != getattr(usual, name)} == {
        "key_minute": 3,
        "key_hour": 30,
        "key_day": 100,
    }
    assert pumping.most(Limits(key_hour=5), key_braked=False, country_braked=True)["country_hour"] == 1
    assert "country_hour" not in MOST


@pytest.mark.parametrize(
    ("seen", "validated", "brakes", "releases"),
    [
        (49, 0, False, False),
        (50, 0, True, False),
        (50, 14, True, False),
        (50, 15, False, False),
        (50, 19, False, False),
        (50, 20, False, True),
        (50, 50, False, True),
    ],
)
def test_the_watch_wants_thirty_per_cent(seen: int, validated: int, brakes: bool, releases: bool) -> None:
    assert pumping.should_brake(seen, validated, 30) == brakes
    assert pumping.may_release(seen, validated, 30) == releases


def test_every_limit_has_its_window_and_every_refusal_its_code() -> None:
    assert set(LIMITS) == set(WINDOWS) - {"country_hour"}
    assert len(set(REFUSALS)) == len(REFUSALS) == len(WINDOWS) + 6
