"""The questions asked for every part that leaves, as SQL written once (see `statements` for why)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from peewee import Model

from gateway.store.database import db
from gateway.store.models import InstantField, Message, Part, StatusReport

_PART = tuple(Part._meta.sorted_fields)
_MESSAGE = tuple(Message._meta.sorted_fields)
_REPORT = tuple(StatusReport._meta.sorted_fields)


def _columns(alias: str, fields: Sequence[Any]) -> str:
    return ", ".join(f'{alias}."{field.column_name}"' for field in fields)


_PART_AND_MESSAGE = f"""
    SELECT {_columns("p", _PART)}, {_columns("m", _MESSAGE)}
    FROM parts AS p JOIN messages AS m ON m.id = p.message_id"""

# The state is written out: SQLite takes a partial index only for literal values.
_NEXT = f"""{_PART_AND_MESSAGE}
    WHERE p.state = 'queued' AND (m.modem = {db.param}
       OR (m.modem IS NULL AND (m.wanted_modem IS NULL OR m.wanted_modem = {db.param})))
    ORDER BY p.lane, p.id LIMIT 1"""

_ATTEMPT = f"{_PART_AND_MESSAGE} WHERE p.id = {db.param} AND p.attempts = {db.param}"

_ORPHANS = f"""
    SELECT {_columns("r", _REPORT)} FROM status_reports AS r
    WHERE r.part_id IS NULL
      AND r.sim = {db.param} AND r.reference = {db.param} AND r.received_at >= {db.param}
    ORDER BY r.id"""


def next_part(modem: str) -> Part | None:
    """The part whose turn it is on this modem: by lane, then by age.

    A message's parts stay with one modem."""
    return _part(_NEXT, modem, modem)


def attempt(part: int, number: int) -> Part | None:
    """A part, unless it has been claimed again since its `number`-th attempt."""
    return _part(_ATTEMPT, part, number)


def orphans(sim: str, reference: int, since: datetime) -> list[StatusReport]:
    """Reports that no part claimed yet, for this reference of this SIM; oldest first."""
    rows = _rows(_ORPHANS, sim, reference, InstantField().db_value(since))
    return [_model(StatusReport, _REPORT, row) for row in rows]


def _part(sql: str, *values: Any) -> Part | None:
    for row in _rows(sql, *values):
        part: Part = _model(Part, _PART, row[: len(_PART)])
        part.message = _model(Message, _MESSAGE, row[len(_PART) :])
        return part
    return None


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    return list(db.execute_sql(sql, values))


def _model(table: type[Model], fields: Sequence[Any], values: Sequence[Any]) -> Any:
    pairs = zip(fields, values, strict=True)
    return table(**{field.name: field.python_value(value) for field, value in pairs})
