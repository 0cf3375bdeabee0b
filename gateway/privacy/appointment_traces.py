"""Appointments of somebody who is erased: gone, but for a mark that the calendar's own entry is not taken in
again; it names nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gateway.privacy.steps import Steps, through
from gateway.store.models import Appointment, Calendar, Reminder
from gateway.store.terms import fn

BATCH = 50
NOTHING: dict[str, Any] = {
    "number": "",
    "name": "",
    "title": "",
    "place": "",
    "told_for": None,
    "state": "erased",
}


def forget(names: Sequence[str]) -> None:
    """In the caller's transaction."""
    rows = Appointment.select(Appointment, Calendar).join(Calendar).where(Appointment.number.in_(names))
    for of in rows:
        Reminder.delete().where(Reminder.appointment == of.id).execute()
        if of.calendar.url:
            Appointment.update(NOTHING).where(Appointment.id == of.id).execute()
        else:
            Appointment.delete().where(Appointment.id == of.id).execute()


def purge(before: datetime) -> Steps:
    """Those that were before that instant, a few a transaction."""
    last = Appointment.select(fn.MAX(Appointment.id)).scalar() or 0
    over = Appointment.select(Appointment.id).where(Appointment.starts_at < before, Appointment.id <= last)
    yield from through(over, lambda ids: Appointment.delete().where(Appointment.id.in_(ids)), BATCH)
