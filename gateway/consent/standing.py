"""What the ledgers say of one person now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gateway.consent import seal
from gateway.policy.consent import NOBODY, Ground, Standing
from gateway.store import rules


def of(number: str) -> Standing:
    """Whether, why and since when this person may get marketing."""
    last = rules.last_consent(number)
    if last is None:
        return NOBODY
    event, ground, at = last
    if event == "asked":
        return Standing(pending=True)
    if event == "withdrawn" or ground is None:
        return NOBODY
    return Standing(Ground(ground), at)


def opposed_since(number: str, category: str) -> datetime | None:
    """Since when this person refuses that category; None: it does not."""
    return rules.opposed_since(seal.digest(number), category)


def opposed(people: Sequence[str], category: str) -> dict[str, datetime]:
    """Since when, of those among these people who refuse that category."""
    sealed = {seal.digest(number): number for number in people}
    return {sealed[digest]: at for digest, at in rules.opposed(list(sealed), category)}
