"""What somebody filled in about an automation: what sets it off, and one step."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gateway import digits
from gateway.config import Appliance
from gateway.errors import GatewayError, Invalid
from gateway.features.automations.plan import Step, Terms
from gateway.features.automations.states import WAIT
from gateway.messages import marketing
from gateway.messages.texts import preview
from gateway.store.models import Automation, AutomationStep
from web import formats

Given = Mapping[str, str]
HOUR, DAY = 60, 24 * 60  # minutes
CLOCK = re.compile(r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)")


def terms(given: Given) -> Terms:
    """Raises Invalid on the field that cannot be read."""
    return Terms(
        given.get("kind", ""),
        given.get("category", ""),
        _id(given, "field"),
        whole(given, "days"),
        minute(given, "at_min") or 0,
        given.get("event", "").strip().lower(),
        _id(given, "group"),
        [name.lower() for name in re.split(r"[\s,;]+", given.get("exits", "")) if name],
        bool(given.get("on_reply")),
        bool(given.get("on_purchase")),
        whole(given, "gap_days"),
    )


def terms_of(known: Automation) -> dict[str, str]:
    """The same as the row has them."""
    return {
        "kind": known.kind,
        "category": known.category,
        "field": str(known.field_id or ""),
        "days": str(known.days),
        "at_min": formats.minute_of_day(known.at_min),
        "event": known.event,
        "group": str(known.group_id or ""),
        "exits": ", ".join(known.exits.get("events", ())),
        "on_reply": "on" if known.exits.get("reply") else "",
        "on_purchase": "on" if known.exits.get("bought") else "",
        "gap_days": str(known.gap_days),
    }


def parts(text: str, category: str, site: Appliance) -> int:
    """How many parts a text takes with what is added to it, gaps as they stand; 0 where nobody can tell."""
    try:
        return preview(marketing.complete(text, category, site), smart=True).parts
    except GatewayError:
        return 0


def step(given: Given) -> Step:
    """Raises Invalid on the field that cannot be read."""
    kind = given.get("kind", "")
    if kind != WAIT:
        return Step(kind, given.get("text", "").replace("\r\n", "\n").strip())
    waited = whole(given, "days") * DAY + whole(given, "hours") * HOUR + whole(given, "minutes")
    return Step(kind, wait_min=waited, at_min=minute(given, "at_min"))


def step_of(known: AutomationStep) -> dict[str, str]:
    """The same as the row has it."""
    days, rest = divmod(known.wait_min, DAY)
    hours, minutes = divmod(rest, HOUR)
    told = {"days": days, "hours": hours, "minutes": minutes}
    at = "" if known.at_min is None else formats.minute_of_day(known.at_min)
    shown = {name: str(number or "") for name, number in told.items()}
    return {"kind": known.kind, "text": known.text, "at_min": at, **shown}


def minute(given: Given, name: str) -> int | None:
    """A time of day in minutes; None for nothing.  Raises Invalid."""
    typed = given.get(name, "").strip()
    if not typed:
        return None
    if (match := CLOCK.fullmatch(typed)) is None:
        raise Invalid("time_bad", field=name, value=typed)
    return int(match["hour"]) * HOUR + int(match["minute"])


def whole(given: Given, name: str) -> int:
    """A number; nothing is 0.  Raises Invalid."""
    typed = given.get(name, "").strip()
    if (found := digits.number(typed or "0", 5)) is None:
        raise Invalid("not_a_number", field=name, value=typed)
    return found


def _id(given: Given, name: str) -> int | None:
    return whole(given, name) or None
