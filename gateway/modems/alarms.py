"""Alarms: raised once, quiet while they last, cleared when it is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gateway.messages.lookup import Page
from gateway.modems import past
from gateway.store.models import Alarm


def raise_(kind: str, subject: str, now: datetime, **facts: Any) -> bool:
    """Raise it; False when it stands already (its facts are brought up to date)."""
    standing = Alarm.update(facts=facts).where(
        Alarm.kind == kind, Alarm.subject == subject, Alarm.cleared_at.is_null()
    )
    if standing.execute():
        return False
    Alarm.create(kind=kind, subject=subject, facts=facts, raised_at=now)
    return True


def clear(kind: str, subject: str, now: datetime) -> bool:
    """It is over; False when it did not stand."""
    query = Alarm.update(cleared_at=now).where(
        Alarm.kind == kind, Alarm.subject == subject, Alarm.cleared_at.is_null()
    )
    return bool(query.execute())


def standing() -> list[Alarm]:
    """What a person should look at now, the newest first."""
    return list(Alarm.select().where(Alarm.cleared_at.is_null()).order_by(Alarm.id.desc()))


def over(cursor: str | None = None, limit: int = 20) -> Page[Alarm]:
    """Those that are over, the newest first; raises Invalid `cursor_unknown`."""
    return past.page(Alarm.select().where(Alarm.cleared_at.is_null(False)), Alarm, cursor, limit)
