"""Appointments that the page, programs and lists write down, and what people do to any of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway import audit
from gateway.config import Appliance
from gateway.errors import Conflict, Invalid, NotFound
from gateway.features.reminders import calendars, planning
from gateway.features.reminders.calendar import LONGEST_NAME, LONGEST_WORDS
from gateway.features.reminders.states import (
    ANSWERABLE,
    CANCELED,
    CONFIRMED,
    DECLINED,
    ERASED,
    PLANNED,
)
from gateway.ids import Ids
from gateway.messages import numbers
from gateway.store import database
from gateway.store.models import Appointment, Calendar, Contact, Reminder
from gateway.store.terms import fn

LONGEST_ID = 100
LENGTH = timedelta(minutes=30)  # where nobody says how long it is
LONGEST = timedelta(days=31)
FURTHEST = timedelta(days=732)
MARKS = (PLANNED, CONFIRMED, DECLINED)
MOST_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class Wish:
    """An appointment as somebody writes it down; `id` is the writer's own name for it, "" for none."""

    to: str
    starts_at: datetime
    id: str = ""
    name: str = ""
    title: str = ""
    place: str = ""
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    appointment: Appointment
    is_new: bool


def put(wish: Wish, by: str, site: Appliance, ids: Ids, now: datetime) -> Kept:
    """Write it down, or bring the one of that id up to date: it may have moved, be another's, stand again.

    Raises Invalid on `to`, `starts_at`, `ends_at`, `id`, `name`, `title` or `place`; the same again changes
    nothing.
    """
    number = _checked(wish, site, now)
    ends_at = wish.ends_at or wish.starts_at + LENGTH
    with database.transaction():
        calendar = calendars.own(site, by, now, ids)
        key = wish.id.strip() or ids.uid(now)
        of = Appointment.get_or_none(Appointment.calendar == calendar.id, Appointment.key == key)
        words = {
            "name": wish.name.strip() or _called(number),
            "title": wish.title.strip(),
            "place": wish.place.strip(),
        }
        if of is None:
            told = {
                "number": number,
                "starts_at": wish.starts_at,
                "ends_at": ends_at,
                "known_at": now,
                **words,
            }
            of = Appointment.create(uid=ids.uid(now), calendar=calendar, key=key, **told)
            planning.plan(of, site.timezone, now)
            return Kept(of, True)
        changed = {name: value for name, value in words.items() if getattr(of, name) != value}
        if of.ends_at != ends_at or changed:
            Calendar.update(read_at=now).where(Calendar.id == calendar.id).execute()
        for name, value in changed.items():
            setattr(of, name, value)
        of.ends_at = ends_at
        of.save()
        _follow(of, number, wish.starts_at, site, now)
    return Kept(of, False)


def get(uid: str) -> Appointment:
    """Raises NotFound `appointment_unknown`."""
    found: Appointment | None = Appointment.get_or_none(Appointment.uid == uid, Appointment.state != ERASED)
    if found is None:
        raise NotFound("appointment_unknown", value=uid)
    return found


def version() -> str:
    """A word that changes with any appointment, with what is known of a calendar, and with each reminder."""
    now_known = fn.MAX(Appointment.known_at), fn.MAX(Appointment.answered_at), fn.MAX(Appointment.id)
    counted = Appointment.select(Appointment.state, fn.COUNT(Appointment.id), *now_known)
    left = Reminder.select(Reminder.state, fn.COUNT(Reminder.id)).group_by(Reminder.state)
    known = Calendar.id, Calendar.fetched_at, Calendar.read_at, Calendar.error, Calendar.doubtful
    read = Calendar.select(*known)
    seen = counted.group_by(Appointment.state), left, read
    return repr([sorted(rows.tuples(), key=repr) for rows in seen])


def by_id(key: str) -> Appointment:
    """The one that a program or a list named so; raises NotFound."""
    own = Appointment.calendar.in_([each.id for each in calendars.everything() if not each.url])
    found: Appointment | None = Appointment.get_or_none(
        own, Appointment.key == key, Appointment.state != ERASED
    )
    if found is None:
        raise NotFound("appointment_unknown", value=key)
    return found


def between(
    begin: datetime, until: datetime, number: str = "", limit: int = MOST_SHOWN
) -> Sequence[Appointment]:
    """Those that begin in a span, by their start; of one number where it is given."""
    query = Appointment.select().where(
        Appointment.starts_at >= begin, Appointment.starts_at < until, Appointment.state != ERASED
    )
    if number:
        query = query.where(Appointment.number == number)
    return list(query.order_by(Appointment.starts_at, Appointment.id).limit(limit))


def first_after(at: datetime) -> datetime | None:
    """When the next one begins that is not canceled; None where there is none."""
    coming = Appointment.select().where(Appointment.starts_at >= at, Appointment.state.in_(ANSWERABLE))
    found = coming.order_by(Appointment.starts_at).first()
    return found.starts_at if found else None


def reminders(of: Appointment) -> Sequence[Reminder]:
    """In the order in which they leave."""
    return list(of.reminders.order_by(Reminder.due_at, Reminder.id))


def mark(uid: str, state: str, by: str, site: Appliance, now: datetime) -> Appointment:
    """What a person of the shop was told: confirmed, declined, or neither; nothing is sent for it.

    Raises NotFound; Conflict `appointment_over` for one that is canceled or over.
    """
    if state not in MARKS:
        raise Invalid("appointment_state_unknown", field="state", value=state, known=", ".join(MARKS))
    with database.transaction():
        of = get(uid)
        if of.state == CANCELED or of.starts_at <= now:
            raise Conflict("appointment_over")
        if of.state != state:
            of.state, of.answered_at = state, now
            of.save()
            planning.plan(of, site.timezone, now)
            audit.write(by, "appointment_marked", now, of.number, state=state)
    return of


def cancel(uid: str, by: str, site: Appliance, now: datetime) -> Appointment:
    """It does not take place.  Raises NotFound; Conflict `appointment_over`, or `appointment_elsewhere` for
    one of a calendar that is fetched: that is where it is canceled."""
    with database.transaction():
        of = get(uid)
        if of.calendar.url:
            raise Conflict("appointment_elsewhere", name=of.calendar.name)
        if of.state == CANCELED:
            return of
        if of.starts_at <= now:
            raise Conflict("appointment_over")
        planning.call_off(of, site.timezone, now)
        audit.write(by, "appointment_canceled", now, of.number)
    return of


# ---- machinery -------------------------------------------------------------------------------------


def _checked(wish: Wish, site: Appliance, now: datetime) -> str:
    for field, value, most in (
        ("id", wish.id, LONGEST_ID),
        ("name", wish.name, LONGEST_NAME),
        ("title", wish.title, LONGEST_WORDS),
        ("place", wish.place, LONGEST_WORDS),
    ):
        if len(value.strip()) > most:
            raise Invalid("text_long", field=field, most=most)
    if not now < wish.starts_at < now + FURTHEST:
        raise Invalid("appointment_hour", field="starts_at", days=FURTHEST.days)
    if wish.ends_at is not None and not wish.starts_at <= wish.ends_at <= wish.starts_at + LONGEST:
        raise Invalid("appointment_end", field="ends_at")
    number = numbers.parse(wish.to, site.country)
    if not number.startswith("+"):  # a short code: nobody who has an appointment has one, but digits get lost
        raise Invalid("bad_number", field="to", value=wish.to)
    return number


def _follow(of: Appointment, number: str, starts_at: datetime, site: Appliance, now: datetime) -> None:
    if of.number != number:
        of.starts_at = starts_at
        planning.hand_over(of, number, site.timezone, now)
    elif of.state in (CANCELED, ERASED):
        of.starts_at = starts_at
        planning.revive(of, site.timezone, now)
    elif of.starts_at != starts_at:
        planning.move(of, starts_at, site.timezone, now)


def _called(number: str) -> str:
    known = Contact.get_or_none(Contact.number == number)
    return str(known.name) if known else ""
