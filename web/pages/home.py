"""The first page: is the modem well, what waits, what went wrong, what came."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

from flask import Blueprint, render_template

from gateway import status
from gateway.config import Appliance
from gateway.messages import lookup
from gateway.modems import alarms
from web import formats
from web.language import because
from web.office import office
from web.pages.modems import WELL, known
from web.tones import BAD, WAITING

pages = Blueprint("home", __name__)

LOOKED_AT = 200  # waiting messages read for their reasons
SHOWN = 4


class Waiting(NamedTuple):
    """What waits: how many, the next instant at which something may leave, and why."""

    total: int
    next: datetime | None
    reasons: list[tuple[str, int]]


@pages.get("/")
def show() -> str:
    counts = lookup.counts(_midnight())
    received = lookup.inbounds(limit=SHOWN).items
    facts: dict[str, Any] = {
        "counts": counts,
        "status": known(),
        "alarms": alarms.standing(),
        "waiting": _waiting(counts),
        "troubled": lookup.messages(states=(*BAD, "uncertain"), limit=SHOWN).items,
        "received": received,
        "never_used": not received and not lookup.messages(limit=1).items,
    }
    return render_template("home.html", mood=_mood(facts["status"]), **facts)


def appliance() -> Appliance:
    return office().config.appliance


def _midnight() -> datetime:
    here = formats.local(office().clock.now())
    return here.replace(hour=0, minute=0, second=0, microsecond=0)


def _waiting(counts: lookup.Counts) -> Waiting:
    total = sum(getattr(counts, state) for state in WAITING)
    messages = lookup.messages(states=WAITING, limit=LOOKED_AT).items if total else []
    reasons = Counter(because(message.reason, message.facts) for message in messages if message.reason)
    return Waiting(total, counts.next_until, reasons.most_common(3))


def _mood(seen: status.Status) -> str:
    """One word for the whole: what the large sentence of the page says."""
    if not seen.alive:
        return "asleep"
    well = [modem.state == WELL for modem in seen.modems]
    if not well:
        return "empty"
    return "ready" if all(well) else "partly" if any(well) else "looking"
