"""Once a day, at its hour, an automation looks at everybody's date: a few hundred contacts a step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gateway.features.automations import beginning, days, members
from gateway.features.automations.states import BIRTHDAY, DATED, GROUP, RUNNING
from gateway.store import database
from gateway.store.models import Automation, Contact, ContactValue
from gateway.store.terms import fn
from gateway.timezones import at_minute, minute_of

WINDOW = 500  # contacts a step


def step(zone: ZoneInfo, now: datetime) -> bool:
    """The next bit of a look that is due; False where none is."""
    for known in Automation.select().where(Automation.state == RUNNING).order_by(Automation.id):
        if known.kind == GROUP and _join(known, zone, now):
            return True
        if known.kind in DATED and is_due(known, zone, now):
            _look(known, zone, now)
            return True
    return False


def is_due(known: Automation, zone: ZoneInfo, now: datetime) -> bool:
    """Its hour of today has come, and not everybody was looked at."""
    today = now.astimezone(zone).date().isoformat()
    return known.scanned_on < today and minute_of(now, zone) >= known.at_min


def next_due(zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the next look begins."""
    dated = Automation.select().where(Automation.state == RUNNING, Automation.kind.in_(DATED))
    return min((_next(known, zone, now) for known in dated), default=None)


def _next(known: Automation, zone: ZoneInfo, now: datetime) -> datetime:
    today = now.astimezone(zone).date()
    done = known.scanned_on >= today.isoformat()
    return at_minute(today + timedelta(days=int(done)), known.at_min, zone)


def _look(known: Automation, zone: ZoneInfo, now: datetime) -> None:
    today = now.astimezone(zone).date()
    with database.transaction():
        until = known.scan_after + WINDOW
        for number, value in _found(known, today, until):
            beginning.begin(known, number, days.key(known.kind, value, today), zone, now)
        last = Contact.select(fn.MAX(Contact.id)).scalar() or 0
        columns: dict[str, object] = {"scan_after": until}
        if until >= last:
            columns = {"scan_after": 0, "scanned_on": today.isoformat()}
        Automation.update(**columns).where(Automation.id == known.id).execute()


def _found(known: Automation, today: date, until: int) -> Iterable[tuple[str, str]]:
    wanted = days.wanted(known.kind, known.days, today, date.fromisoformat(known.scanned_on))
    # Of no index by itself: SQLite would rather go through everybody's dates than through these contacts.
    asked = ContactValue.field.cast("INTEGER") == known.field_id
    theirs = (ContactValue.contact == Contact.id) & asked
    rows: Any = Contact.select(Contact.number, ContactValue.value).join(ContactValue, on=theirs)
    here = (Contact.id > known.scan_after) & (Contact.id <= until)
    found: Iterable[tuple[str, str]] = rows.where(here, compared(known.kind).in_(wanted)).tuples()
    return list(found)


def compared(kind: str) -> Any:
    """What of ContactValue is compared: the date, or for a birthday its month and day."""
    return fn.SUBSTR(ContactValue.value, 6) if kind == BIRTHDAY else ContactValue.value


def _join(known: Automation, zone: ZoneInfo, now: datetime) -> bool:
    arrivals = list(members.arrivals(known))
    if not arrivals:
        return False
    with database.transaction():
        for member in arrivals:
            if contact := members.take(known, member):
                beginning.begin(known, contact.number, "joined", zone, now)
    return len(arrivals) == members.A_LOOK
