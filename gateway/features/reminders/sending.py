"""What is due becomes messages: one reminder a transaction, the row and the message together."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from gateway.errors import GatewayError
from gateway.features.reminders import wording
from gateway.features.reminders.hours import LEAST_LEFT
from gateway.features.reminders.states import (
    CALLED_OFF,
    CANCELED,
    MOVED,
    REFUSED,
    SENT,
    SKIPPED,
    STANDS,
    WAITING,
)
from gateway.messages import outbox
from gateway.messages.drafts import LONGEST_VALIDITY, SHORTEST_VALIDITY, Caller, Draft
from gateway.messages.lifecycle import State
from gateway.store import database
from gateway.store.models import Appointment, Calendar, Reminder, ReminderRule
from gateway.store.terms import state_in

log = logging.getLogger(__name__)

PROMPT = timedelta(minutes=10)  # what is later than this was kept by something, and must leave time


def next_due() -> datetime | None:
    """When the next one leaves."""
    found = Reminder.select(Reminder.due_at).where(state_in("t1", WAITING)).order_by(Reminder.due_at).first()
    return found.due_at if found else None


def step(caller: Caller, now: datetime) -> bool:
    """Write the next one that is due; True where there may be more."""
    with database.transaction():
        waiting = Reminder.select().where(state_in("t1", WAITING), Reminder.due_at <= now)
        row = waiting.order_by(Reminder.due_at, Reminder.id).first()
        if row is None:
            return False
        of = row.appointment
        reason = _too_late(row, of, now)
        if reason:
            _end(row, SKIPPED, now, reason)
        else:
            _send(row, of, caller, now)
    return True


def text_of(row: Reminder, of: Appointment, language: str) -> str:
    """The text with its gaps: the rule's or the calendar's own, else the usual one."""
    calendar: Calendar = of.calendar
    if row.rule == MOVED:
        return calendar.moved_text or wording.usual("moved", language)
    if row.rule == CALLED_OFF:
        return calendar.canceled_text or wording.usual("canceled", language)
    rule = ReminderRule.get_or_none(ReminderRule.id == row.rule)
    return (rule.text if rule else "") or wording.usual("reminder", language)


def _too_late(row: Reminder, of: Appointment, now: datetime) -> str | None:
    """Why it says nothing any more."""
    stands = of.state == CANCELED if row.rule == CALLED_OFF else of.state in STANDS
    if not stands or row.starts_at != of.starts_at or of.problem:
        return "reminder_not_wanted"
    left = of.starts_at - now
    late = now - row.due_at > PROMPT and left < LEAST_LEFT
    return "reminder_too_late" if left <= timedelta() or late else None


def _send(row: Reminder, of: Appointment, caller: Caller, now: datetime) -> None:
    validity = min(max(of.starts_at - now, SHORTEST_VALIDITY), LONGEST_VALIDITY)
    reference = f"{of.uid}:{row.rule}:{of.starts_at:%Y%m%dT%H%MZ}:{of.turn}"
    try:
        text = wording.written(text_of(row, of, caller.site.language), of, caller.site)
        draft = Draft(
            of.number, text, "notification", validity=validity, smart_encoding=True, client_ref=reference
        )
        message = outbox.submit(draft, caller, now)
    except GatewayError as error:
        log.warning("a reminder cannot be written: %s", error.code)
        _end(row, REFUSED, now, error.code)
        return
    row.message = message.uid
    if message.state == State.REJECTED:
        _end(row, REFUSED, now, message.reason)
        return
    _end(row, SENT, now)
    of.told_for = None if row.rule == CALLED_OFF else of.starts_at
    of.save()


def _end(row: Reminder, state: str, now: datetime, reason: str | None = None) -> None:
    row.state, row.reason, row.ended_at = state, reason, now
    row.save()
