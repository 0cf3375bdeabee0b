"""Whom an automation would reach in the next days, as things are: writes nothing, and asks no rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gateway.features.automations import days
from gateway.features.automations.scanning import compared
from gateway.features.automations.states import DATED
from gateway.store.models import Automation, AutomationEvent, Contact, ContactValue
from gateway.store.terms import fn

WEEK = 7  # days, from today on
SHOWN = 10
LISTED = 500  # people read for their names, of the whole week


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
    ahead = [today + timedelta(days=place) for place in range(WEEK)]
    dates = {day: days.wanted(known.kind, known.days, day) for day in ahead}
    counts, people = _found(known, [one for wanted in dates.values() for one in wanted])
    return [
        Day(day, sum(counts.get(one, 0) for one in wanted), _first(people, wanted))
        for day, wanted in dates.items()
    ]


def told(known: Automation, now: datetime) -> int:
    """How many events of that name came in the last seven days."""
    since = AutomationEvent.at >= now - timedelta(days=WEEK)
    return int(AutomationEvent.select().where(AutomationEvent.name == known.event, since).count())


def _found(known: Automation, wanted: Sequence[str]) -> tuple[dict[str, int], list[tuple[str, Contact]]]:
    """How many have each of these dates, and some of them by name: the book is gone through twice, whatever
    the number of days."""
    column = compared(known.kind)
    here = (ContactValue.field == known.field_id) & column.in_(wanted)
    counted: Any = ContactValue.select(column, fn.COUNT(ContactValue.contact)).where(here).group_by(column)
    rows: Any = Contact.select(Contact, column.alias("on_day")).join(ContactValue).where(here)
    some = rows.order_by(Contact.folded).limit(LISTED).objects()
    return dict(counted.tuples()), [(contact.on_day, contact) for contact in some]


def _first(people: Sequence[tuple[str, Contact]], wanted: Sequence[str]) -> list[Contact]:
    return [contact for value, contact in people if value in wanted][:SHOWN]
