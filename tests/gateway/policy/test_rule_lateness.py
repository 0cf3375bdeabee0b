"""What is found long after its hour waits for a person, who decides whether it still makes sense."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.policy import clock, gate
from gateway.policy.categories import CATEGORIES
from gateway.policy.rulebook import Rulebook
from law import after, hour, place, said

NINE = hour("2026-11-23 09:00")

# What is found how long after its hour; category; how late; the clock is trusted; what becomes of it.
ROWS = [
    ("a reminder in time", "notification", timedelta(), True, "leaves"),
    ("a reminder four hours late", "notification", timedelta(hours=4), True, "leaves"),
    ("a second more", "notification", timedelta(hours=4, seconds=1), True, "held (too_late)"),
    ("a reminder of the day before", "notification", timedelta(days=1), True, "held (too_late)"),
    ("an alert twelve hours late", "alert", timedelta(hours=12), True, "leaves"),
    ("a second more", "alert", timedelta(hours=12, seconds=1), True, "held (too_late)"),
    ("a code: its validity decides", "otp", timedelta(hours=5), True, "leaves"),
    ("nobody knows how late", "notification", timedelta(days=1), False, "held (clock_untrusted)"),
]


@pytest.mark.parametrize(
    ("category", "late", "trusted", "verdict"), [pytest.param(*row[1:], id=row[0]) for row in ROWS]
)
def test_what_is_found_after_its_hour(category: str, late: timedelta, trusted: bool, verdict: str) -> None:
    facts = gate.Facts(category, place("France"), NINE, after(NINE, days=30), due=NINE, trusted=trusted)
    assert said(gate.judge(facts, Rulebook(), NINE + late)) == verdict


def test_marketing_is_patient_for_a_day() -> None:
    """Its hour may be put off by the rules themselves: who asks gives no `due` for it (see `gathering`)."""
    patience = CATEGORIES["marketing"].lateness
    assert said(clock.late(NINE, patience, True, after(NINE, hours=24))) == "leaves"
    assert said(clock.late(NINE, patience, True, after(NINE, hours=25))) == "held (too_late)"


def test_what_had_no_hour_is_never_late() -> None:
    assert said(clock.late(None, timedelta(hours=4), True, NINE)) == "leaves"


def test_it_tells_how_late_it_is() -> None:
    verdict = clock.late(NINE, timedelta(hours=4), True, after(NINE, hours=5))
    assert verdict.facts == {"due": "2026-11-23T08:00:00+00:00", "minutes": 300}
