"""Who said STOP gets no more of it, whatever else is true; what they did not refuse still comes."""

from __future__ import annotations

from datetime import datetime

import pytest

from gateway.policy import gate
from gateway.policy.consent import NOBODY, Ground, Standing, opposed
from gateway.policy.rulebook import Rulebook
from law import after, hour, place, said

NOON = hour("2026-11-23 12:00")
SUNDAY = hour("2026-11-29 12:00")
YESTERDAY = hour("2026-11-22 12:00")
AGREED = Standing(Ground.OPT_IN, YESTERDAY)

# Who; category; since when they object to that category; their consent; what becomes of it at noon.
ROWS = [
    ("who agreed, then said STOP", "marketing", YESTERDAY, AGREED, "refused (opposed_marketing)"),
    (
        "a customer who said STOP",
        "marketing",
        YESTERDAY,
        Standing(Ground.CUSTOMER),
        "refused (opposed_marketing)",
    ),
    ("a firm that said STOP", "marketing", YESTERDAY, Standing(Ground.B2B), "refused (opposed_marketing)"),
    ("who never agreed, and said STOP", "marketing", YESTERDAY, NOBODY, "refused (opposed_marketing)"),
    ("STOP this very second", "marketing", NOON, AGREED, "refused (opposed_marketing)"),
    ("STOP twenty years ago", "marketing", hour("2006-11-22 12:00"), AGREED, "refused (opposed_marketing)"),
    ("who wants no reminders", "notification", YESTERDAY, NOBODY, "refused (opposed_notification)"),
    ("who objected to nothing", "marketing", None, AGREED, "leaves"),
    ("who objected to nothing, a reminder", "notification", None, NOBODY, "leaves"),
]


@pytest.mark.parametrize(
    ("category", "since", "consent", "verdict"), [pytest.param(*row[1:], id=row[0]) for row in ROWS]
)
def test_a_no_is_a_no(category: str, since: datetime | None, consent: Standing, verdict: str) -> None:
    facts = gate.Facts(category, place("France"), None, after(NOON, days=9), since, consent)
    assert said(gate.judge(facts, Rulebook(), NOON)) == verdict


def test_it_is_a_refusal_and_no_hold_even_while_other_rules_would_hold() -> None:
    facts = gate.Facts(
        "marketing",
        place("France"),
        after(SUNDAY, days=1),
        after(SUNDAY, days=9),
        YESTERDAY,
        AGREED,
        trusted=False,
    )
    assert said(gate.judge(facts, Rulebook(), SUNDAY)) == "refused (opposed_marketing)"


def test_it_tells_since_when() -> None:
    assert opposed("marketing", YESTERDAY).facts == {"since": "2026-11-22T11:00:00+00:00"}
