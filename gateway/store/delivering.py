"""The rows that programs are to be told, as SQL: whose turn it is, receiver by receiver."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from gateway.store.database import db
from gateway.store.models import Delivery, InstantField

_NEWEST = """SELECT (SELECT MAX(id) FROM history), (SELECT MAX(id) FROM inbound_parts),
    (SELECT MAX(id) FROM consents), (SELECT MAX(id) FROM alarm_steps)"""
TABLES = ("history", "inbound_parts", "consents", "alarm_steps")  # in the order of that question
# One step down the index for each receiver, however much waits for it.
_RECEIVERS = """
    WITH RECURSIVE known (receiver) AS (
        SELECT MIN(receiver) FROM deliveries WHERE state = 'waiting'
        UNION ALL
        SELECT (SELECT MIN(receiver) FROM deliveries WHERE state = 'waiting' AND receiver > known.receiver)
        FROM known WHERE known.receiver IS NOT NULL)
    SELECT receiver FROM known WHERE receiver IS NOT NULL"""
# Of each subject only the oldest may go.
_HEADS = """
    SELECT d.id, d.next_at FROM deliveries AS d
    WHERE d.state = 'waiting' AND d.receiver = :receiver AND d.id NOT IN ({but})
        AND NOT EXISTS (SELECT 1 FROM deliveries AS e WHERE e.state = 'waiting'
            AND e.receiver = d.receiver AND e.subject = d.subject AND e.id < d.id)
    ORDER BY d.next_at, d.id LIMIT :most"""
_OVER = """SELECT id FROM deliveries WHERE state <> 'waiting' AND answered_at < :before LIMIT :most"""
_STALE = """SELECT id FROM deliveries INDEXED BY deliveries_backlog
    WHERE state = 'waiting' AND created_at <= :before AND receiver = :receiver LIMIT :most"""

_instant = InstantField()


def newest() -> dict[str, int]:
    """Table → the id of its last row, 0 where it has none."""
    row = db.execute_sql(_NEWEST).fetchone()
    return {table: found or 0 for table, found in zip(TABLES, row, strict=True)}


def receivers() -> list[str]:
    """Whom something waits for."""
    return [row[0] for row in db.execute_sql(_RECEIVERS).fetchall()]


def heads(receiver: str, but: Collection[int], most: int) -> list[tuple[int, datetime]]:
    """(id, not before) of the oldest of each subject, the next ones first, without those on their way."""
    sql = _HEADS.format(but=", ".join(map(str, but)))
    rows: Sequence[Any] = db.execute_sql(sql, {"receiver": receiver, "most": most}).fetchall()
    return [(id_, at) for id_, value in rows if (at := _instant.python_value(value)) is not None]


def stale(receiver: str, before: datetime, most: int) -> list[int]:
    """Those that wait for a receiver since that instant or longer."""
    values = {"receiver": receiver, "before": _instant.db_value(before), "most": most}
    return [row[0] for row in db.execute_sql(_STALE, values).fetchall()]


def forget_over(before: datetime, most: int) -> int:
    """Delete some of those that ended before that instant; how many there were."""
    values = {"before": _instant.db_value(before), "most": most}
    ids = [row[0] for row in db.execute_sql(_OVER, values).fetchall()]
    return int(Delivery.delete().where(Delivery.id.in_(ids)).execute()) if ids else 0
