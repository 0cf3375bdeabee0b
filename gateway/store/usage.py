"""What a SIM has sent and received, as SQL written once (see `statements` for why)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from gateway.store.database import db
from gateway.store.models import InstantField

MOST = 100_000  # rows that one look at a SIM's past goes through

_CHOSEN = f"SELECT value FROM settings WHERE name = {db.param}"
_CLAIMED = f"sim = {db.param} AND claimed_at > {db.param} AND claimed_at <= {db.param}"
_PARTS = f"SELECT COUNT(*) FROM (SELECT 1 FROM parts WHERE {_CLAIMED} LIMIT {MOST})"
_MESSAGES = f"SELECT COUNT(*) FROM (SELECT 1 FROM parts WHERE {_CLAIMED} AND seq = 1 LIMIT {MOST})"
_NEWEST = f"""
    SELECT message_id, claimed_at, seq FROM parts WHERE {_CLAIMED} ORDER BY claimed_at DESC LIMIT {MOST}"""
_CLAIMS = f"""
    SELECT p.claimed_at, m.recipient, p.seq FROM ({_NEWEST}) AS p JOIN messages AS m ON m.id = p.message_id
    ORDER BY p.claimed_at"""
_RECIPIENTS = f"""
    SELECT m.recipient, MAX(p.claimed_at) FROM ({_NEWEST}) AS p JOIN messages AS m ON m.id = p.message_id
    GROUP BY m.recipient"""
_RECEIVED = f"""
    SELECT COUNT(*) FROM (SELECT 1 FROM inbound
    WHERE received_at > {db.param} AND received_at <= {db.param} AND sim = {db.param} LIMIT {MOST})"""

# The reasons are written out: SQLite takes a partial index only for literal values; by itself it would take
# the one of all states.
_HELD = "state = 'held' AND reason IN ('budget_recipients_day', 'budget_recipients_month')"
_OF_THEM = f"FROM messages INDEXED BY messages_over_budget WHERE {_HELD}"
_WAITING = f"SELECT COUNT(*) FROM (SELECT 1 {_OF_THEM} LIMIT {MOST // 10})"
_ASLEEP = f"(until IS NULL OR until > {db.param})"

_instant = InstantField()


def chosen(name: str) -> str | None:
    """A setting's JSON."""
    row = db.execute_sql(_CHOSEN, (name,)).fetchone()
    return row[0] if row else None


def parts(sim: str, since: datetime, now: datetime) -> int:
    """How many parts were claimed for it after `since`, up to now."""
    return _count(_PARTS, sim, since, now)


def messages(sim: str, since: datetime, now: datetime) -> int:
    """How many messages began to leave through it."""
    return _count(_MESSAGES, sim, since, now)


def received(sim: str, since: datetime, now: datetime) -> int:
    """How many messages came to it."""
    values = (_instant.db_value(since), _instant.db_value(now), sim)
    return int(db.execute_sql(_RECEIVED, values).fetchone()[0])


def claims(sim: str, since: datetime, now: datetime) -> Iterator[tuple[datetime, str, bool]]:
    """(instant, recipient, whether it was a message's first part) of each claim, the oldest first."""
    values = (sim, _instant.db_value(since), _instant.db_value(now))
    for at, recipient, seq in db.execute_sql(_CLAIMS, values):
        claimed = _instant.python_value(at)
        assert claimed is not None
        yield claimed, recipient, seq == 1


def recipients(sim: str, since: datetime, now: datetime) -> dict[str, datetime]:
    """Everybody it wrote to after `since`, and when last."""
    values = (sim, _instant.db_value(since), _instant.db_value(now))
    found = ((number, _instant.python_value(at)) for number, at in db.execute_sql(_RECIPIENTS, values))
    return {number: at for number, at in found if at is not None}


def waiting() -> int:
    """How many messages wait until some SIM may write to one person more; counted up to a bound."""
    return int(db.execute_sql(_WAITING).fetchone()[0])


def wake(modems: Sequence[str], most: int, now: datetime) -> int:
    """Have the oldest of them looked at again that one of these modems may carry; returns how many."""
    marks = ", ".join([db.param] * len(modems))
    oldest = f"""
        SELECT id {_OF_THEM} AND {_ASLEEP}
            AND (wanted_modem IS NULL OR wanted_modem IN ({marks})) ORDER BY id LIMIT {db.param}"""
    instant = _instant.db_value(now)
    rows = db.execute_sql(oldest, (instant, *modems, most)).fetchall()
    for (message,) in rows:
        db.execute_sql(f"UPDATE messages SET until = {db.param} WHERE id = {db.param}", (instant, message))
        db.execute_sql(
            f"UPDATE parts SET until = {db.param} WHERE message_id = {db.param} AND {_HELD}",
            (instant, message),
        )
    return len(rows)


def _count(sql: str, sim: str, since: datetime, now: datetime) -> int:
    values = (sim, _instant.db_value(since), _instant.db_value(now))
    return int(db.execute_sql(sql, values).fetchone()[0])
