"""Who read or changed what about people and rules: a log that only grows, and names nobody by number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from gateway.consent import seal
from gateway.store import database
from gateway.store.models import Audit

ONCE_IN = timedelta(hours=1)  # a page renews itself every few seconds: one row says it all
LOOKED_BACK = 100  # rows of one number


def write(by: str, action: str, now: datetime, number: str = "", shown: str = "", **facts: Any) -> None:
    """`action` is a code ("consent_given", "settings_changed"); a number is kept sealed, and shown masked."""
    Audit.create(
        at=now,
        written_by=by,
        action=action,
        subject=seal.digest(number) if number else "",
        shown=masked(number) if number else shown,
        facts=facts,
    )


def reading(by: str, action: str, now: datetime, number: str) -> None:
    """Somebody looked at what is kept about a number: one row a person, number and hour."""
    last = Audit.select().where(Audit.subject == seal.digest(number)).order_by(Audit.id.desc())
    for row in last.limit(LOOKED_BACK):
        if (row.written_by, row.action) == (by, action) and abs(now - row.at) < ONCE_IN:
            return
    with database.transaction():
        write(by, action, now, number)


def masked(number: str) -> str:
    """Enough of a number to recognise it by, not enough to call it: "+336…01"."""
    return f"{number[:4]}…{number[-2:]}" if len(number) > 6 else "…"


def recent(
    number: str = "", action: str = "", by: str = "", before: int | None = None, limit: int = 50
) -> Sequence[Audit]:
    """The newest first; of one number, of one action, of one doer, older than the row `before`."""
    query = Audit.select().order_by(Audit.id.desc()).limit(limit)
    if number:
        query = query.where(Audit.subject == seal.digest(number))
    if action:
        query = query.where(Audit.action == action)
    if by:
        query = query.where(Audit.written_by == by)
    if before is not None:
        query = query.where(Audit.id < before)
    return list(query)
