"""Whole numbers among those that get no one-time codes: a choice of the shop that names people."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.store import choices
from gateway.store.codes import RULES


def barred(names: Sequence[str]) -> list[str]:
    """Which spellings of a person's number stand there; a range of numbers is nobody's."""
    return [one for one in _kept() if one in names]


def forget(names: Sequence[str]) -> None:
    """The person's number stands there no more."""
    if barred(names):
        left = [one for one in _kept() if one not in names]
        choices.keep(RULES, {**(choices.find(RULES) or {}), "barred": left})


def _kept() -> list[str]:
    return (choices.find(RULES) or {}).get("barred", [])
