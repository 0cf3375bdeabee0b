"""What programs tell of a person: written down at the door, taken in by the gateway in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.config import Appliance
from gateway.errors import Conflict, Invalid
from gateway.features.automations import beginning, ending, plan
from gateway.features.automations.states import EVENT, RUNNING
from gateway.messages import numbers
from gateway.store import database
from gateway.store.models import Automation, AutomationEvent

MOST_FACTS, LONGEST_FACT, LONGEST_FACT_NAME, LONGEST_REFERENCE = 20, 200, 32, 80


@dataclass(frozen=True, slots=True)
class Told:
    """An event of one person; `reference` is the caller's own."""

    name: str
    to: str
    facts: Mapping[str, str]
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    event: AutomationEvent
    is_new: bool


def set_off(name: str) -> Sequence[Automation]:
    """The running automations that begin by this event."""
    rows = Automation.select().where(Automation.state == RUNNING, Automation.kind == EVENT)
    return list(rows.where(Automation.event == name).order_by(Automation.id))


def names() -> list[str]:
    """The events of which some automation wants to know, by name."""
    found = {known.event for known in Automation.select().where(Automation.kind == EVENT)}
    for known in Automation.select():
        found.update(known.exits.get("events", ()))
    return sorted(found - {""})


def record(told: Told, by: str, site: Appliance, now: datetime) -> Recorded:
    """Write it down; the same reference once more is the same event.

    Raises Invalid, naming the field, or Conflict `event_reference_taken`.
    """
    name, facts = plan.event_name(told.name, "name"), _facts(told.facts)
    number = numbers.parse(told.to, site.country)
    if told.reference is not None and not 0 < len(told.reference) <= LONGEST_REFERENCE:
        raise Invalid("out_of_range", field="reference", least=1, most=LONGEST_REFERENCE)
    with database.transaction():
        known = _known(told.reference, by)
        if known is not None:
            if (known.name, known.number, known.facts) != (name, number, facts):
                raise Conflict("event_reference_taken", field="reference", value=told.reference)
            return Recorded(known, False)
        row = {"name": name, "number": number, "reference": told.reference, "facts": facts}
        return Recorded(AutomationEvent.create(**row, written_by=by, at=now), True)


def known(reference: str | None, by: str) -> bool:
    """Whether this caller told of that already."""
    return _known(reference, by) is not None


def take(site: Appliance, now: datetime) -> bool:
    """The next one: it ends what it ends, then begins what it begins.  False where none waits."""
    waiting = AutomationEvent.select().where(AutomationEvent.taken_at.is_null())
    event = waiting.order_by(AutomationEvent.id).first()
    if event is None:
        return False
    with database.transaction():
        ending.on_event(event.number, event.name, now)
        key = f"{event.id}"
        for one in set_off(event.name):
            beginning.begin(one, event.number, key, site.timezone, now, event.facts)
        AutomationEvent.update(taken_at=now).where(AutomationEvent.id == event.id).execute()
    return True


def _known(reference: str | None, by: str) -> AutomationEvent | None:
    if reference is None:
        return None
    here = (AutomationEvent.written_by == by) & (AutomationEvent.reference == reference)
    found: AutomationEvent | None = AutomationEvent.get_or_none(here)
    return found


def _facts(given: Mapping[str, str]) -> dict[str, str]:
    if len(given) > MOST_FACTS:
        raise Invalid("too_many_entries", field="facts", most=MOST_FACTS)
    for name, value in given.items():
        if not name or len(name) > LONGEST_FACT_NAME or len(value) > LONGEST_FACT or {*name} & {*"{}|\n"}:
            raise Invalid("event_fact_bad", field="facts", name=name[:40], most=LONGEST_FACT)
    return dict(given)
