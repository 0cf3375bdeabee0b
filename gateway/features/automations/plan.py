"""What an automation is to be, as somebody chose it: checked before it is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.config import Appliance
from gateway.contacts import fields, groups, tags
from gateway.errors import Invalid, on_field
from gateway.features.automations.states import (
    CATEGORIES,
    EVENT,
    GROUP,
    KINDS,
    SEND,
    STEPS,
    WAIT,
)
from gateway.messages import marketing, templating, texts
from gateway.store.models import Automation, AutomationStep

MOST_STEPS = 20
MOST_DAYS = 3650
MOST_WAIT = 366 * 24 * 60  # minutes
MOST_GAP = 365  # days
MOST_EXITS = 10
LONGEST_TEXT = 600
NAME = re.compile(r"[a-z][a-z0-9_.-]{0,39}")
TOLD = "event."  # before the name of a fact of the event, in a text: {event.total}
DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Terms:
    """What sets it off, what ends it, how often.  `at_min`: minutes of the day."""

    kind: str
    category: str = "notification"
    field: int | None = None
    days: int = 0
    at_min: int = 9 * 60
    event: str = ""
    group: int | None = None
    exits: Sequence[str] = ()
    on_reply: bool = False
    on_purchase: bool = False
    gap_days: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `text` is a message or a tag, a wait has minutes."""

    kind: str
    text: str = ""
    wait_min: int = 0
    at_min: int | None = None


def check_terms(terms: Terms) -> None:
    """Raises Invalid on the field that is wrong.  What sets it off may be named later, before it starts."""
    _one_of("kind", terms.kind, KINDS, "automation_kind_unknown")
    _one_of("category", terms.category, CATEGORIES, "category_unknown")
    _within("days", terms.days, 0, MOST_DAYS)
    _within("at_min", terms.at_min, 0, DAY - 1)
    _within("gap_days", terms.gap_days, 1, MOST_GAP)
    if terms.field is not None and fields.get(terms.field).kind != "date":
        raise Invalid("automation_field", field="field")
    if terms.group is not None:
        groups.get(terms.group)
    if terms.event:
        event_name(terms.event)
    for name in terms.exits:
        event_name(name, "exits")
    if len(terms.exits) > MOST_EXITS:
        raise Invalid("too_many_entries", field="exits", most=MOST_EXITS)
    if terms.event and terms.event in terms.exits:
        raise Invalid("automation_exit_same", field="exits", value=terms.event)


def event_name(typed: str, field: str = "event") -> str:
    """The name of an event; raises Invalid on the field."""
    if not NAME.fullmatch(typed):
        raise Invalid("event_name_bad", field=field, value=typed[:40])
    return typed


def check_step(step: Step, known: Automation, site: Appliance) -> None:
    """Raises Invalid on the field that is wrong."""
    _one_of("kind", step.kind, STEPS, "automation_step_unknown")
    if step.kind == WAIT:
        _check_wait(step)
    elif step.kind == SEND:
        check_text(step.text, known, site)
    else:
        with on_field("text"):
            tags.tidy(step.text)


def check_text(text: str, known: Automation, site: Appliance) -> None:
    """Its gaps can be filled, and the law has nothing against it; raises Invalid on `text`."""
    if not text.strip():
        raise Invalid("text_empty", field="text")
    if len(text) > LONGEST_TEXT:
        raise Invalid("text_long", field="text", most=LONGEST_TEXT)
    with on_field("text"):
        whole = marketing.complete(texts.clean(text), known.category, site)
        own = [field.name for field in fields.everything()]
        templating.check(text, own + (told(text) if known.kind == EVENT else []))
        marketing.check(whole, known.category, site)


def told(text: str) -> list[str]:
    """The gaps in which a fact of the event stands."""
    return [gap.name for gap in templating.gaps(text) if templating.fold(gap.name).startswith(TOLD)]


def check_start(known: Automation, steps: Sequence[AutomationStep], site: Appliance) -> None:
    """Everything is there that it needs; raises Invalid, with the id of the `step` that is at fault."""
    _check_cause(known)
    if not steps:
        raise Invalid("automation_empty", field="steps")
    for step in steps:
        try:
            check_step(Step(step.kind, step.text, step.wait_min, step.at_min), known, site)
        except Invalid as error:
            raise Invalid(error.code, field=error.field, **{**error.facts, "step": step.id}) from error


def _check_cause(known: Automation) -> None:
    """What sets it off is named, and still there."""
    if known.kind == EVENT:
        if not known.event:
            raise Invalid("automation_event_missing", field="event")
    elif known.kind == GROUP:
        if known.group_id is None:
            raise Invalid("automation_group_missing", field="group")
        groups.get(known.group_id)
    else:
        if known.field_id is None:
            raise Invalid("automation_field", field="field")
        fields.get(known.field_id)


def _check_wait(step: Step) -> None:
    least = 0 if step.at_min is not None else 1
    _within("wait_min", step.wait_min, least, MOST_WAIT)
    if step.at_min is not None:
        _within("at_min", step.at_min, 0, DAY - 1)


def _one_of(name: str, value: str, known: Sequence[str], code: str) -> None:
    if value not in known:
        raise Invalid(code, field=name, value=value, known=", ".join(known))


def _within(name: str, number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise Invalid("out_of_range", field=name, least=least, most=most)
