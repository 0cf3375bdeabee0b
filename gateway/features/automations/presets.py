"""Automations to begin with: texts of config/texts in the shop's name, without which no offer may leave.

All of it may be changed as ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gateway import letters
from gateway.config import Appliance
from gateway.contacts import fields
from gateway.errors import Invalid
from gateway.features.automations import verbs
from gateway.features.automations.plan import DAY, Step, Terms
from gateway.features.automations.states import AFTER, BIRTHDAY, DATED, EVENT, GROUP, SEND, WAIT
from gateway.ids import Ids
from gateway.messages import templating
from gateway.store import database
from gateway.store.models import Automation

HOUR = 60  # minutes


@dataclass(frozen=True, slots=True)
class Preset:
    """What sets it off, and how long its steps wait; the text after each wait is `NAME` or `NAME_2`."""

    terms: Terms
    waits: Sequence[int] = (0,)


PRESETS: Mapping[str, Preset] = {
    "birthday": Preset(Terms(BIRTHDAY, "marketing", at_min=10 * HOUR, gap_days=300)),
    "welcome": Preset(Terms(GROUP)),
    "cart": Preset(
        Terms(EVENT, "marketing", event="cart_abandoned", exits=("order_placed",), on_reply=True),
        (2 * HOUR, DAY),
    ),
    "reactivation": Preset(
        Terms(AFTER, "marketing", days=90, at_min=10 * HOUR, gap_days=30, on_purchase=True, on_reply=True)
    ),
    "review": Preset(Terms(AFTER, days=1, at_min=17 * HOUR, gap_days=30, on_reply=True)),
}


def draft(preset: str, name: str, by: str, site: Appliance, now: datetime, ids: Ids) -> Automation:
    """A draft made of it; "" is the empty one.  Raises Invalid, or Conflict `name_taken`."""
    if preset and preset not in PRESETS:
        raise Invalid("automation_preset_unknown", field="preset", value=preset, known=", ".join(PRESETS))
    with database.transaction():
        added = verbs.draft(name, by, now, ids)
        if preset:
            chosen = PRESETS[preset]
            verbs.choose(added.uid, _with_field(chosen.terms), now)
            for place, wait in enumerate(chosen.waits, 1):
                if wait:
                    verbs.add_step(added.uid, Step(WAIT, wait_min=wait), site)
                verbs.add_step(added.uid, Step(SEND, _text(preset, place, site)), site)
    return verbs.find(added.uid)


def _text(preset: str, place: int, site: Appliance) -> str:
    """What its message says at that place, said by this shop."""
    name = templating.literal(letters.business(site).name)
    words = letters.table("automations", site.language)
    return words[preset if place == 1 else f"{preset}_{place}"].replace("{name}", name)


def _with_field(terms: Terms) -> Terms:
    """The shop's only date, where there is just one."""
    dates = [field.id for field in fields.everything() if field.kind == "date"]
    return replace(terms, field=dates[0]) if terms.kind in DATED and len(dates) == 1 else terms
