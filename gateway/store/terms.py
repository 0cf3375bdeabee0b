"""The few pieces of SQL that a query needs beyond the models: one place, so that peewee has one door."""

from __future__ import annotations

from typing import Any

from peewee import SQL, Value, fn

__all__ = ["fn", "literally", "state_in", "value"]

value = Value  # selected as it is, for a row that is made of a question


def state_in(alias: str, *states: str) -> Any:
    """A condition written out in full: SQLite takes a partial index only for literal values."""
    listed = ", ".join(f"'{state}'" for state in states)
    condition = f"IN ({listed})" if len(states) > 1 else f"= {listed}"
    return SQL(f'"{alias}"."state" {condition}')


def literally(alias: str, column: str, value: str) -> Any:
    """`column = 'value'`, written out for the same reason; only for words of ours."""
    return SQL(f'"{alias}"."{column}" = \'{value}\'')


def number_in(alias: str, column: str, condition: str) -> Any:
    """`column = 1`, written out for the same reason; only for conditions of ours."""
    return SQL(f'"{alias}"."{column}" {condition}')
