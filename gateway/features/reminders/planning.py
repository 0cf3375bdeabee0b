"""An appointment's reminders as rows: what waits follows it, what left is never written twice.

Every call is within the caller's transaction.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.errors import Conflict, NotFound
from gateway.features.reminders import hours
from gateway.features.reminders.hours import LEAST_LEFT, Night, When
from gateway.features.reminders.states import (
    CALLED_OFF,
    CANCELED,
    DROPPED,
    MOVED,
    PLANNED,
    SENT,
    SKIPPED,
    SOURCE,
    STANDS,
    WAITING,
)
from gateway.messages import outbox
from gateway.store.models import Appointment, Calendar, Reminder, ReminderRule


def when(rule: ReminderRule) -> When:
    return When(rule.days, rule.at_min or 0, rule.minutes or 0)


def night(calendar: Calendar) -> Night:
    return Night(calendar.night_from, calendar.night_to, calendar.evening_at)


def plan(of: Appointment, zone: ZoneInfo, now: datetime) -> None:
    """Let what waits be what the rules say of it as it stands now."""
    wanted = _wanted(of, zone) if _stands(of, now) else {}
    for row in of.reminders.where(Reminder.state == WAITING, Reminder.rule > 0):
        if row.starts_at != of.starts_at or row.rule not in wanted:
            _end(row, DROPPED, _why(of, row), now)
    theirs = of.reminders.where(Reminder.starts_at == of.starts_at)
    known = {row.rule: row for row in theirs.where(Reminder.rule > 0)}
    fresh = {rule: at for rule, at in wanted.items() if rule not in known or known[rule].state == DROPPED}
    told = _is_told(of)
    for rule, chosen in hours.choose(fresh, of.starts_at, of.known_at, now, told).items():
        row = known.get(rule) or Reminder(appointment=of, rule=rule, starts_at=of.starts_at)
        row.due_at, row.reason = chosen.due, chosen.skipped
        if not chosen.skipped:  # at once is by day, where the appointment leaves the time for it
            row.due_at = hours.after_night(chosen.due, of.starts_at - LEAST_LEFT, zone, night(of.calendar))
        row.state, row.ended_at = (SKIPPED, now) if chosen.skipped else (WAITING, None)
        row.save()
    for rule, at in wanted.items():
        if rule not in fresh:
            _again(known[rule], at, now)


def plan_all(calendar: Calendar, zone: ZoneInfo, now: datetime) -> None:
    """The same for all that is to come, where the rules changed."""
    for of in calendar.appointments.where(Appointment.starts_at > now):
        plan(of, zone, now)


def move(of: Appointment, starts_at: datetime, zone: ZoneInfo, now: datetime) -> None:
    """It is at another time: who was told of the first one is told so, where the calendar is to say it."""
    _withdraw(of, now)
    of.starts_at, of.known_at, of.state = starts_at, now, PLANNED
    of.turn += 1
    of.answers, of.answered_at = 0, None
    of.save()
    _drop(of, MOVED, now)
    if of.told_for not in (None, starts_at) and of.calendar.say_moved and starts_at > now:
        _say(of, MOVED, zone, now)
    plan(of, zone, now)


def call_off(of: Appointment, zone: ZoneInfo, now: datetime) -> None:
    """It is canceled: who was told of it is told so, where the calendar is to say it."""
    if of.state == CANCELED:
        return
    _withdraw(of, now)
    of.state, of.missing_at, of.turn = CANCELED, None, of.turn + 1
    of.save()
    _drop(of, MOVED, now)
    plan(of, zone, now)
    if of.told_for is not None and of.calendar.say_canceled and of.starts_at > now:
        _say(of, CALLED_OFF, zone, now)


def revive(of: Appointment, zone: ZoneInfo, now: datetime) -> None:
    """It stands again: who was told that it does not is told when it is."""
    told_off = of.reminders.where(Reminder.rule == CALLED_OFF, Reminder.state == SENT).exists()
    _drop(of, CALLED_OFF, now)
    of.state, of.known_at, of.turn = PLANNED, now, of.turn + 1
    of.save()
    if told_off and of.starts_at > now:
        _say(of, MOVED, zone, now)
    plan(of, zone, now)


def hand_over(of: Appointment, number: str, zone: ZoneInfo, now: datetime) -> None:
    """It is another person's: they are reminded as if it were new."""
    _withdraw(of, now)
    Reminder.delete().where(Reminder.appointment == of.id).execute()
    of.number, of.problem = number, None if number else "appointment_no_number"
    of.told_for, of.state, of.known_at, of.answers = None, PLANNED, now, 0
    of.turn += 1
    of.save()
    plan(of, zone, now)


# ---- machinery -----------------------------------------------------------------------------------


def _wanted(of: Appointment, zone: ZoneInfo) -> dict[int, datetime]:
    rest = night(of.calendar)
    found = {
        rule.id: hours.due(when(rule), of.starts_at, of.all_day, zone, rest) for rule in of.calendar.rules
    }
    return {rule: at for rule, at in found.items() if at is not None}


def _stands(of: Appointment, now: datetime) -> bool:
    return of.state in STANDS and bool(of.number) and of.problem is None and of.starts_at > now


def _is_told(of: Appointment) -> bool:
    """They know this start, or are about to be told it."""
    waits = of.reminders.where(Reminder.rule == MOVED, Reminder.state == WAITING)
    return of.told_for == of.starts_at or bool(waits.exists())


def _again(row: Reminder, at: datetime, now: datetime) -> None:
    """What was never sent follows its rule, as long as that is to come."""
    if at > now and row.state in (WAITING, SKIPPED):
        row.state, row.due_at, row.reason, row.ended_at = WAITING, at, None, None
        row.save()


def _say(of: Appointment, what: int, zone: ZoneInfo, now: datetime) -> None:
    """A word by itself, by day where the appointment leaves the time for it."""
    at = hours.after_night(now, of.starts_at - LEAST_LEFT, zone, night(of.calendar))
    row = Reminder.get_or_none(
        Reminder.appointment == of.id, Reminder.rule == what, Reminder.starts_at == of.starts_at
    ) or Reminder(appointment=of, rule=what, starts_at=of.starts_at)
    row.due_at, row.state, row.reason, row.message, row.ended_at = at, WAITING, None, None, None
    row.save()


def _withdraw(of: Appointment, now: datetime) -> None:
    """What was written and has not left does not leave; they were not told of it then."""
    for row in of.reminders.where(Reminder.state == SENT, Reminder.starts_at == of.starts_at):
        with suppress(Conflict, NotFound):
            outbox.cancel(row.message or "", SOURCE, now)
            _end(row, DROPPED, "reminder_withdrawn", now)
            if of.told_for == of.starts_at:
                of.told_for = None


def _drop(of: Appointment, what: int, now: datetime) -> None:
    for row in of.reminders.where(Reminder.rule == what, Reminder.state == WAITING):
        _end(row, DROPPED, _why(of, row), now)


def _why(of: Appointment, row: Reminder) -> str:
    if row.starts_at != of.starts_at:
        return "reminder_moved"
    return "reminder_rule_gone" if of.state in STANDS else "reminder_not_wanted"


def _end(row: Reminder, state: str, reason: str, now: datetime) -> None:
    row.state, row.reason, row.ended_at = state, reason, now
    row.save()
