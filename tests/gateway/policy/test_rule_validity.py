"""What is over is refused, whatever the other rules say; a clock that nobody vouches for ends nothing."""

from __future__ import annotations

import pytest

from gateway.policy import gate
from gateway.policy.rulebook import Rulebook
from law import hour, place, said

# What happens; category; worth sending until; now; the clock is trusted; what becomes of it.
ROWS = [
    ("a second before", "notification", "2026-11-23 12:00", "2026-11-23 11:59:59", True, "leaves"),
    (
        "to the second",
        "notification",
        "2026-11-23 12:00",
        "2026-11-23 12:00",
        True,
        "refused (validity_over)",
    ),
    ("long after", "notification", "2026-11-23 12:00", "2026-11-25 12:00", True, "refused (validity_over)"),
    ("a code of ten minutes", "otp", "2026-11-23 12:10", "2026-11-23 12:10", True, "refused (validity_over)"),
    (
        "an alert in the night",
        "alert",
        "2026-11-24 03:00",
        "2026-11-24 03:00",
        True,
        "refused (validity_over)",
    ),
    (
        "marketing on a Sunday",
        "marketing",
        "2026-11-29 12:00",
        "2026-11-29 12:00",
        True,
        "refused (validity_over)",
    ),
    (
        "over, if the clock were right",
        "notification",
        "2026-11-23 12:00",
        "2026-11-25 12:00",
        False,
        "leaves",
    ),
    ("a code under a wrong clock", "otp", "2026-11-23 12:10", "2027-01-01 12:10", False, "leaves"),
]


@pytest.mark.parametrize(
    ("category", "ends", "now", "trusted", "verdict"), [pytest.param(*row[1:], id=row[0]) for row in ROWS]
)
def test_a_message_is_worth_sending_for_so_long(
    category: str, ends: str, now: str, trusted: bool, verdict: str
) -> None:
    facts = gate.Facts(category, place("France"), None, hour(ends), trusted=trusted)
    assert said(gate.judge(facts, Rulebook(), hour(now))) == verdict


def test_the_refusal_tells_when_it_was_over() -> None:
    facts = gate.Facts("alert", place("France"), None, hour("2026-11-23 12:00"))
    verdict = gate.judge(facts, Rulebook(), hour("2026-11-23 13:00"))
    assert verdict.facts == {"expired_at": "2026-11-23T11:00:00+00:00"}
