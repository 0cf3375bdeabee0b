"""Whom an automation would reach in the next days, as things are: writes nothing, and asks no rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.features.automations import days
from gateway.features.automations.scanning import matching
from gateway.features.automations.states import DATED
from gateway.store.models import Automation, AutomationEvent, Contact, ContactValue

WEEK = 7  # days, from today on
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Day:
    """One day: how many people, and the first few of them."""

    day: date
    count: int
    first: list[Contact]


def week(known: Automation, zone: ZoneInfo, now: datetime) -> list[Day]:
    """Each of the next seven days; nothing where no date sets it off."""
    if known.kind not in DATED or known.field_id is None:
        return []
    today = now.astimezone(zone).date()
    return [_day(known, today + timedelta(days=ahead)) for ahead in range(WEEK)]


def told(known: Automation, now: datetime) -> int:
    """How many events of that name came in the last seven days."""
    since = AutomationEvent.at >= now - timedelta(days=WEEK)
    return int(AutomationEvent.select().where(AutomationEvent.name == known.event, since).count())


def _day(known: Automation, day: date) -> Day:
    wanted = days.wanted(known.kind, known.days, day)
    rows = Contact.select().join(ContactValue)
    found = rows.where(ContactValue.field == known.field_id, matching(known.kind, wanted))
    return Day(day, found.count(), list(found.order_by(Contact.folded).limit(SHOWN)))
