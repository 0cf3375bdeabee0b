"""Instants that move with the wall clock, as SQL (`gateway.messages.stepping` says which and why)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from gateway.store.database import db
from gateway.store.models import InstantField

# Tables whose new rows are told by their ids.
COUNTED = ("messages", "history", "inbound", "status_reports", "deliveries")

Marks = Mapping[str, int]  # table → the newest id

_NEWEST = "SELECT " + ", ".join(f"(SELECT MAX(id) FROM {table})" for table in COUNTED)

# What waits "so much longer": the columns, and which of their rows.
_WAITS = (
    ("parts", "until", "state IN ('held', 'uncertain') AND reason IN ({reasons})"),
    ("messages", "until", "state IN ('held', 'uncertain') AND reason IN ({reasons})"),
    ("sims", "paused_until", "TRUE"),
    ("deliveries", "next_at", "state = 'waiting'"),
)

# What was written with "now": the columns, and which of their rows were written since the marks.
_NEW = "id > :{table}"
_TOUCHED = "message_id IN (SELECT message_id FROM history WHERE id > :history)"
_WRITTEN = (
    ("messages", "updated_at", "id IN (SELECT message_id FROM history WHERE id > :history)"),
    ("parts", "claimed_at", _TOUCHED),
    ("parts", "sent_at", _TOUCHED),
    ("parts", "reported_at", _TOUCHED),
    ("history", "at", _NEW),
    ("inbound", "received_at", _NEW),
    ("inbound_parts", "received_at", "inbound_id > :inbound"),
    ("status_reports", "received_at", _NEW),
    ("deliveries", "created_at", _NEW),
    ("conversations", "last_at", "TRUE"),
)
# A validity begins when the message was asked for, or at the hour that its caller named: the later one.
_ASKED = """
    UPDATE messages SET created_at = created_at + :delta,
        expires_at = expires_at + MAX(created_at + :delta, COALESCE(send_at, created_at + :delta))
            - MAX(created_at, COALESCE(send_at, created_at))
    WHERE id > :messages AND created_at BETWEEN :low AND :high"""
_MOVE = "UPDATE {table} SET {column} = {column} + :delta WHERE {rows} AND {column} BETWEEN :low AND :high"

_instant = InstantField()


def newest() -> dict[str, int]:
    """The newest row of each table that is told apart by its ids."""
    row = db.execute_sql(_NEWEST).fetchone()
    return {table: found or 0 for table, found in zip(COUNTED, row, strict=True)}


def move_waits(reasons: Iterable[str], delta: timedelta, low: datetime, high: datetime) -> None:
    """Move what waits for one of these reasons until an instant between the two; inside a transaction."""
    listed = ", ".join(f"'{reason}'" for reason in sorted(reasons))
    for table, column, rows in _WAITS:
        where = rows.format(reasons=listed)
        db.execute_sql(_MOVE.format(table=table, column=column, rows=where), _values(delta, low, high))


def move_written(marks: Marks, delta: timedelta, low: datetime, high: datetime) -> None:
    """Move what was written since these marks, at an instant between the two; inside a transaction."""
    values = {**_values(delta, low, high), **{table: marks.get(table, 0) for table in COUNTED}}
    db.execute_sql(_ASKED, values)
    for table, column, rows in _WRITTEN:
        where = rows.format(table=table)
        db.execute_sql(_MOVE.format(table=table, column=column, rows=where), values)


def _values(delta: timedelta, low: datetime, high: datetime) -> dict[str, Any]:
    return {
        "delta": delta // timedelta(microseconds=1),
        "low": _instant.db_value(low),
        "high": _instant.db_value(high),
    }
