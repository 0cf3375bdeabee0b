"""A message leaves at the hour that was chosen, not before; what the hours forbid then leaves after it."""

from __future__ import annotations

import pytest

from gateway.policy import gate
from gateway.policy.rulebook import Rulebook
from law import after, hour, place, said

# What is sent; category; the hour that was chosen; now; what becomes of it.
ROWS = [
    (
        "a reminder for tomorrow",
        "notification",
        "2026-11-24 09:00",
        "2026-11-23 12:00",
        "held until Tue 24 Nov 09:00 (scheduled)",
    ),
    (
        "a second before",
        "notification",
        "2026-11-24 09:00",
        "2026-11-24 08:59:59",
        "held until Tue 24 Nov 09:00 (scheduled)",
    ),
    ("to the second", "notification", "2026-11-24 09:00", "2026-11-24 09:00", "leaves"),
    (
        "an alert in the night",
        "alert",
        "2026-11-24 03:00",
        "2026-11-23 12:00",
        "held until Tue 24 Nov 03:00 (scheduled)",
    ),
    (
        "marketing, at an hour that is allowed",
        "marketing",
        "2026-11-24 09:00",
        "2026-11-23 21:00",
        "held until Tue 24 Nov 09:00 (scheduled)",
    ),
    (
        "marketing for 7:30: its hour first",
        "marketing",
        "2026-11-24 07:30",
        "2026-11-24 07:00",
        "held until Tue 24 Nov 08:00 (quiet_hours)",
    ),
    (
        "marketing for a Sunday: its hour first",
        "marketing",
        "2026-11-29 10:00",
        "2026-11-28 15:00",
        "held until Sun 29 Nov 10:00 (scheduled)",
    ),
    (
        "marketing for a Sunday, on that Sunday",
        "marketing",
        "2026-11-29 10:00",
        "2026-11-29 10:00",
        "held until Mon 30 Nov 08:00 (quiet_hours)",
    ),
    (
        "over the night when summer begins",
        "notification",
        "2026-03-29 09:00",
        "2026-03-28 21:00",
        "held until Sun 29 Mar 09:00 (scheduled)",
    ),
]


@pytest.mark.parametrize(
    ("category", "send_at", "now", "verdict"), [pytest.param(*row[1:], id=row[0]) for row in ROWS]
)
def test_the_hour_that_was_chosen(category: str, send_at: str, now: str, verdict: str) -> None:
    chosen = hour(send_at)
    facts = gate.Facts(category, place("France"), chosen, after(chosen, days=3), consent=gate.AGREED)
    assert said(gate.judge(facts, Rulebook(), hour(now))) == verdict
