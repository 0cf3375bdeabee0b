"""Alarms: raised once, quiet while they last, cleared when it is over; each step leaves a row for those who
are told elsewhere (`AlarmStep`)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gateway.messages import paging
from gateway.messages.paging import Page
from gateway.store import database
from gateway.store.models import Alarm, AlarmStep

RAISED, CLEARED = "raised", "cleared"


def raise_(kind: str, subject: str, now: datetime, **facts: Any) -> bool:
    """Raise it; False when it stands already (its facts are brought up to date)."""
    with database.transaction():
        if Alarm.update(facts=facts).where(*_open(kind, subject)).execute():
            return False
        alarm = Alarm.create(kind=kind, subject=subject, facts=facts, raised_at=now)
        AlarmStep.create(alarm=alarm, event=RAISED, at=now)
    return True


def clear(kind: str, subject: str, now: datetime) -> bool:
    """It is over; False when it did not stand."""
    with database.transaction():
        alarm = Alarm.get_or_none(*_open(kind, subject))
        if alarm is None:
            return False
        Alarm.update(cleared_at=now).where(Alarm.id == alarm.id).execute()
        AlarmStep.create(alarm=alarm, event=CLEARED, at=now)
    return True


def _open(kind: str, subject: str) -> tuple[Any, ...]:
    return (Alarm.kind == kind, Alarm.subject == subject, Alarm.cleared_at.is_null())


def standing() -> list[Alarm]:
    """What a person should look at now, the newest first."""
    return list(Alarm.select().where(Alarm.cleared_at.is_null()).order_by(Alarm.id.desc()))


def over(cursor: str | None = None, limit: int = 20) -> Page[Alarm]:
    """Those that are over, the newest first; raises Invalid `cursor_unknown`."""
    return paging.page(Alarm.select().where(Alarm.cleared_at.is_null(False)), Alarm, cursor, limit)
