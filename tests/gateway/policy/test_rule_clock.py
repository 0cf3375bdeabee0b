"""While nobody vouches for the clock, what depends on the hour waits, and the rest leaves."""

from __future__ import annotations

from datetime import datetime

import pytest

from gateway.policy import gate
from gateway.policy.rulebook import Rulebook
from law import after, hour, place, said

NOON, NIGHT = hour("2026-11-23 12:00"), hour("2026-11-29 03:00")

# What is sent; category; the hour that was chosen; now; the clock is trusted; what becomes of it.
ROWS = [
    ("marketing at noon", "marketing", None, NOON, True, "leaves"),
    ("marketing at what may be noon", "marketing", None, NOON, False, "held (clock_untrusted)"),
    ("marketing at what may be night", "marketing", None, NIGHT, False, "held (clock_untrusted)"),
    ("a code", "otp", None, NIGHT, False, "leaves"),
    ("an alert", "alert", None, NIGHT, False, "leaves"),
    ("a reminder for now", "notification", None, NIGHT, False, "leaves"),
    ("a reminder for later", "notification", after(NOON, hours=1), NOON, False, "held (clock_untrusted)"),
    (
        "a reminder whose hour has come, perhaps",
        "notification",
        after(NOON, hours=-1),
        NOON,
        False,
        "held (clock_untrusted)",
    ),
    ("an alert for an hour", "alert", after(NOON, hours=1), NOON, False, "held (clock_untrusted)"),
    (
        "that hour, under a clock that is right",
        "alert",
        after(NOON, hours=1),
        NOON,
        True,
        "held until Mon 23 Nov 13:00 (scheduled)",
    ),
]


@pytest.mark.parametrize(
    ("category", "send_at", "now", "trusted", "verdict"), [pytest.param(*row[1:], id=row[0]) for row in ROWS]
)
def test_what_depends_on_the_hour(
    category: str, send_at: datetime | None, now: datetime, trusted: bool, verdict: str
) -> None:
    ends = after(NOON, days=30)
    facts = gate.Facts(category, place("France"), send_at, ends, consent=gate.AGREED, trusted=trusted)
    assert said(gate.judge(facts, Rulebook(), now)) == verdict


def test_marketing_without_hours_would_not_depend_on_the_clock() -> None:
    book = Rulebook(hours={**Rulebook().hours, "marketing": None})
    facts = gate.Facts(
        "marketing", place("France"), None, after(NOON, days=9), consent=gate.AGREED, trusted=False
    )
    assert said(gate.judge(facts, book, NIGHT)) == "leaves"
