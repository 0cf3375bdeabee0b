"""People whom the tests write to."""

from __future__ import annotations

from datetime import datetime

from gateway.consent import ledger, standing
from gateway.consent.ledger import Act
from gateway.policy.consent import Ground

TICKED = Act("form", "test:me", wording="[x] Send me the offers of the shop by SMS.")


def agree(number: str, now: datetime) -> None:
    """This person ticked the box, once."""
    if standing.of(number).ground is None:
        ledger.give(number, Ground.OPT_IN, TICKED, now)
