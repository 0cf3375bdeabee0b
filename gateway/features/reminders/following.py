"""What a calendar says now against what it said before: new, moved, another person's, canceled, vanished.

When most of it vanishes at once nothing is canceled by itself: a person decides (`calendars.decide`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from gateway.config import Appliance
from gateway.contacts import naming
from gateway.features.reminders import planning
from gateway.features.reminders.calendar import LONGEST_NAME, Occurrence
from gateway.features.reminders.calendars import EMPTIED, missing
from gateway.features.reminders.states import ANSWERABLE, CANCELED, ERASED
from gateway.ids import Ids
from gateway.modems import alarms
from gateway.store import database
from gateway.store.models import Appointment, Calendar, Contact

BATCH = 20  # appointments a transaction
LATELY = timedelta(days=2)
NEARBY = timedelta(days=3)  # a series that was shifted: the same appointment, at most so far away
LEAST_DOUBTED = 2

Pair = tuple[Occurrence, Appointment | None]


@dataclass(frozen=True, slots=True)
class Difference:
    """What to write down: appointments with their rows, and the rows that are in the calendar no more."""

    pairs: Sequence[Pair]
    vanished: Sequence[Appointment]
    is_doubtful: bool


def steps(
    calendar: Calendar, found: Sequence[Occurrence], until: datetime, site: Appliance, ids: Ids, now: datetime
) -> Iterator[None]:
    """Each step is one short transaction; once more from the beginning changes nothing."""
    told = compare(calendar, found, until, now)
    coming = iter(told.pairs)
    while some := list(islice(coming, BATCH)):
        with database.transaction():
            for one, of in some:
                _take(calendar, one, of, site, ids, now)
        yield
    if told.is_doubtful:
        with database.transaction():
            _doubt(calendar, told.vanished, now)
        yield
    else:
        leaving = iter(told.vanished)
        while rows := list(islice(leaving, BATCH)):
            with database.transaction():
                for of in rows:
                    planning.call_off(of, site.timezone, now)
            yield
    with database.transaction():
        _believe(calendar, now)


def compare(calendar: Calendar, found: Sequence[Occurrence], until: datetime, now: datetime) -> Difference:
    """Reads only."""
    known = {of.key: of for of in _rows(calendar, found, now)}
    listed = {one.key for one in found}
    coming = [of for of in known.values() if of.state in ANSWERABLE and of.starts_at > now]
    gone = [of for of in coming if of.key not in listed and of.missing_at is None and _is_asked(of, until)]
    pairs: list[Pair] = []
    for one in found:
        of = known.get(one.key) or _adopted(one, gone)
        if of is not None or (not one.canceled and one.starts_at > now):
            pairs.append((one, of))
    doubtful = len(gone) >= LEAST_DOUBTED and 2 * len(gone) > len(coming)
    return Difference(pairs, gone, doubtful)


def _rows(calendar: Calendar, found: Iterable[Occurrence], now: datetime) -> Iterator[Appointment]:
    recent = calendar.appointments.where(Appointment.starts_at > now - LATELY)
    seen = set()
    for of in recent:
        seen.add(of.key)
        yield of
    others = iter([one.key for one in found if one.key not in seen])
    while keys := list(islice(others, 200)):
        yield from calendar.appointments.where(Appointment.key.in_(keys))


def _is_asked(of: Appointment, until: datetime) -> bool:
    """A recurrence beyond the span is not missing: nobody asked for it."""
    return "\n" not in of.key or of.starts_at < until


def _adopted(one: Occurrence, gone: list[Appointment]) -> Appointment | None:
    """The nearest of the same series that has no place in the calendar any more."""
    near = [
        of
        for of in gone
        if of.key.partition("\n")[0] == one.series and abs(of.starts_at - one.starts_at) <= NEARBY
    ]
    of = min(near, key=lambda each: abs(each.starts_at - one.starts_at), default=None)
    if of is not None:
        gone.remove(of)
    return of


def _take(
    calendar: Calendar, one: Occurrence, of: Appointment | None, site: Appliance, ids: Ids, now: datetime
) -> None:
    if of is None:
        of = _begin(calendar, one, ids, now)
        planning.plan(of, site.timezone, now)
        return
    if of.state == ERASED:
        return
    if one.canceled:
        planning.call_off(of, site.timezone, now)
        return
    number, name = whose(one)
    of.key, of.title, of.place, of.name, of.missing_at = one.key, one.title, one.place, name, None
    of.ends_at, of.all_day = one.ends_at, one.all_day
    of.save()
    if of.number != number:
        of.starts_at = one.starts_at
        planning.hand_over(of, number, site.timezone, now)
    elif of.state == CANCELED:
        of.starts_at = one.starts_at
        planning.revive(of, site.timezone, now)
    elif of.starts_at != one.starts_at:
        planning.move(of, one.starts_at, site.timezone, now)


def _begin(calendar: Calendar, one: Occurrence, ids: Ids, now: datetime) -> Appointment:
    number, name = whose(one)
    return Appointment.create(
        uid=ids.uid(now),
        calendar=calendar,
        key=one.key,
        number=number,
        name=name,
        title=one.title,
        place=one.place,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        all_day=one.all_day,
        problem=None if number else "appointment_no_number",
        known_at=now,
    )


def whose(one: Occurrence) -> tuple[str, str]:
    """The number and the name; without a number the one contact who is called like the event or its guest."""
    if one.number:
        known = Contact.get_or_none(Contact.number == one.number)
        called = known.name if known else next(iter(one.people[:-1] if one.title else one.people), "")
        return one.number, called[:LONGEST_NAME]
    for name in one.people:
        alike = naming.namesakes(name, 2)
        if len(alike) == 1:
            return alike[0].number, alike[0].name
    return "", ""


def _doubt(calendar: Calendar, vanished: Sequence[Appointment], now: datetime) -> None:
    """They stay as they were until somebody says what they are."""
    ids = [of.id for of in vanished]
    Appointment.update(missing_at=now).where(Appointment.id.in_(ids)).execute()
    calendar.doubtful = len(missing(calendar, now))
    Calendar.update(doubtful=calendar.doubtful).where(Calendar.id == calendar.id).execute()
    alarms.raise_(EMPTIED, calendar.uid, now, name=calendar.name, count=calendar.doubtful)


def _believe(calendar: Calendar, now: datetime) -> None:
    """What is in the calendar again is in doubt no more."""
    row = Calendar.get_by_id(calendar.id)
    if row.doubtful and row.doubtful != (left := len(missing(row, now))):
        Calendar.update(doubtful=left).where(Calendar.id == row.id).execute()
        if not left:
            alarms.clear(EMPTIED, row.uid, now)
