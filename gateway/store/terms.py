"""The few pieces of SQL that a query needs beyond the models: one place, so that peewee has one door."""

from __future__ import annotations

from typing import Any

from peewee import SQL, fn

__all__ = ["fn", "state_in"]


def state_in(alias: str, *states: str) -> Any:
    """A condition written out in full: SQLite takes a partial index only for literal values."""
    listed = ", ".join(f"'{state}'" for state in states)
    condition = f"IN ({listed})" if len(states) > 1 else f"= {listed}"
    return SQL(f'"{alias}"."state" {condition}')
