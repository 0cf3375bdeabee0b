"""What the ledger says of itself to whoever watches over it, as SQL written once (see `statements` for why).

Every question stays within the index of what waits, however much is kept of what is over.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime
from pathlib import Path

from gateway.store import claims
from gateway.store.database import as_of_now, db
from gateway.store.models import InstantField

UNFINISHED = ("scheduled", "held", "queued", "sending", "uncertain")

_OF_STATE = f"SELECT COUNT(*) FROM messages INDEXED BY messages_state WHERE state = {db.param}"
# The state is written out: SQLite takes a partial index only for literal values.
_LANE = f"""
    SELECT COUNT(*), MIN(id) FROM parts INDEXED BY parts_turn
    WHERE state = 'queued' AND bound = {db.param} AND lane = {db.param}"""
_SINCE = f"""
    SELECT m.updated_at FROM parts AS p JOIN messages AS m ON m.id = p.message_id WHERE p.id = {db.param}"""
_OVERDUE = f"""
    SELECT COUNT(*) FROM parts INDEXED BY parts_waiting
    WHERE state IN ('scheduled', 'held', 'uncertain') AND until <= {db.param}"""
_TOTALS = f"""
    SELECT modem, name, SUM(count) FROM tallies WHERE hour >= {db.param} AND hour < {db.param}
    GROUP BY modem, name"""

_instant = InstantField()


def waiting() -> dict[str, int]:
    """How many messages are in each state that is not the last one."""
    with as_of_now():
        return {state: int(_one(_OF_STATE, state)[0]) for state in UNFINISHED}


def queued(lane: int) -> tuple[int, datetime | None]:
    """How many parts of a lane wait for their turn, and since when its oldest one does; None for none."""
    found = [_one(_LANE, bound, lane) for bound in ("", *claims.bound_modems())]
    oldest = min((first for _, first in found if first is not None), default=None)
    since = _one(_SINCE, oldest)[0] if oldest is not None else None
    return sum(count for count, _ in found), _instant.python_value(since)


def overdue(now: datetime) -> int:
    """How many parts have waited beyond the instant they waited for."""
    return int(_one(_OVERDUE, _instant.db_value(now))[0])


def totals(since: datetime, before: datetime) -> Counter[tuple[str, str]]:
    """(modem, name) → how often, of what is counted by the hour, in the hours that began between the two."""
    rows = db.execute_sql(_TOTALS, (_instant.db_value(since), _instant.db_value(before)))
    return Counter({(modem, name): count for modem, name, count in rows})


def sizes() -> tuple[int, int]:
    """Octets of the file, and of its log."""
    return _size(Path(db.database)), _size(Path(f"{db.database}-wal"))


def _size(file: Path) -> int:
    try:
        return os.stat(file).st_size
    except FileNotFoundError:  # the log goes with the last connection
        return 0


def _one(sql: str, *values: object) -> tuple[int, ...]:
    row: tuple[int, ...] = db.execute_sql(sql, values).fetchone()
    return row
