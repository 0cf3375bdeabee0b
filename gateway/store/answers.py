"""What the keywords ask of the ledger, as SQL written once (see `statements` for why)."""

from __future__ import annotations

from datetime import datetime

from gateway.store.database import db
from gateway.store.models import InstantField

# The source is written out: SQLite takes a partial index only for literal values.
_ANSWERED = f"""
    SELECT created_at FROM messages
    WHERE recipient = {db.param} AND source = 'keywords' AND created_at > {db.param}
    ORDER BY created_at DESC LIMIT {db.param}"""

_instant = InstantField()


def answered(number: str, since: datetime, most: int) -> list[datetime]:
    """When this number was answered by itself after `since`; the newest first, no more than `most`."""
    rows = db.execute_sql(_ANSWERED, (number, _instant.db_value(since), most))
    return [at for row in rows if (at := _instant.python_value(row[0])) is not None]
