"""What each call of a program asks of the ledger, as SQL written once (see `statements` for why)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from gateway.store import statements
from gateway.store.database import db
from gateway.store.models import Message

_ASKED_BEFORE = f"""
    SELECT {statements.columns_of(Message, "m")} FROM messages AS m
    WHERE m.source = {db.param} AND m.client_ref IN (SELECT value FROM json_each({db.param}))"""
_USE = f"""
    INSERT INTO key_usage (key_id, slot, messages) VALUES ({db.param}, {db.param}, {db.param})
    ON CONFLICT (key_id, slot) DO UPDATE SET messages = messages + excluded.messages RETURNING messages"""


def asked_before(source: str, references: Sequence[str]) -> list[Message]:
    """What this source asked for under these names: one step into the index for each."""
    if not references:
        return []
    rows = db.execute_sql(_ASKED_BEFORE, (source, json.dumps(references))).fetchall()
    return [statements.read(Message, row) for row in rows]


def use(key: int, slot: str, count: int) -> int:
    """Count messages that a key submits in a slot of time; returns how many those are now, with these."""
    return int(db.execute_sql(_USE, (key, slot, count)).fetchall()[0][0])
