"""Marketing needs a ground: a consent, a sale, a profession.  What is not marketing needs none."""

from __future__ import annotations

import pytest

from gateway.policy import gate
from gateway.policy.consent import NOBODY, Ground, Standing
from gateway.policy.rulebook import Rulebook
from law import after, hour, place, said

NOON = hour("2026-11-23 12:00")

# Who; what is sent; what becomes of it on a Monday at noon.
ROWS = [
    ("who ticked the box", "marketing", Standing(Ground.OPT_IN), "leaves"),
    ("a customer, for similar products", "marketing", Standing(Ground.CUSTOMER), "leaves"),
    ("a firm, about its trade", "marketing", Standing(Ground.B2B), "leaves"),
    ("of whom nothing is known", "marketing", NOBODY, "refused (no_consent)"),
    ("who was asked and has not answered", "marketing", Standing(pending=True), "refused (consent_pending)"),
    ("of whom nothing is known: a code", "otp", NOBODY, "leaves"),
    ("of whom nothing is known: an alert", "alert", NOBODY, "leaves"),
    ("of whom nothing is known: a reminder", "notification", NOBODY, "leaves"),
    ("who was asked: a reminder", "notification", Standing(pending=True), "leaves"),
]


@pytest.mark.parametrize(
    ("category", "consent", "verdict"), [pytest.param(*row[1:], id=row[0]) for row in ROWS]
)
def test_what_the_ledger_allows(category: str, consent: Standing, verdict: str) -> None:
    facts = gate.Facts(category, place("France"), None, after(NOON, days=9), consent=consent)
    assert said(gate.judge(facts, Rulebook(), NOON)) == verdict


def test_no_consent_is_a_refusal_and_no_hold_for_later() -> None:
    sunday = hour("2026-11-29 12:00")
    facts = gate.Facts("marketing", place("France"), after(sunday, days=1), after(sunday, days=9))
    assert said(gate.judge(facts, Rulebook(), sunday)) == "refused (no_consent)"
