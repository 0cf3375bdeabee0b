"""The first page: is everything well, what waits, what needs somebody, what came, and the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import Blueprint, render_template, request

from gateway import status
from gateway.config import Appliance
from gateway.figures import signals, tallies
from gateway.messages import lookup, outlook, routing
from gateway.messages.outlook import Queue
from gateway.modems import alarms
from web import charts, formats
from web.charts import Chart, Strengths
from web.language import because
from web.office import office
from web.pages import names
from web.pages.lamps import lamps
from web.pages.modems import WELL, known
from web.pages.needs import needs
from web.tones import BAD, WAITING

pages = Blueprint("home", __name__)
pages.record(lambda setup: charts.register(setup.app.jinja_env))

SHOWN = 4


class Waiting(NamedTuple):
    """What waits: how many, the next instant at which something may leave, and why."""

    total: int
    next: datetime | None
    reasons: Sequence[tuple[str, int]]
    today: int  # scheduled until midnight
    queue: Queue


@pages.get("/")
def show() -> str:
    now, seen, standing = office().clock.now(), known(), alarms.standing()
    counts = lookup.counts(_midnight())
    received = lookup.inbounds(limit=SHOWN).items
    facts: dict[str, Any] = {
        "counts": counts,
        "status": seen,
        "hour": formats.in_full(now),
        "alarms": standing,
        "lamps": lamps(seen, standing),
        "needs": needs(counts, now),
        "waiting": _waiting(counts, now),
        "troubled": lookup.messages(states=(*BAD, "uncertain"), limit=SHOWN).items,
        "received": received,
        "never_used": not received and not lookup.messages(limit=1).items,
        **_figures(seen, now),
    }
    troubled = (message.recipient for message in facts["troubled"])
    names.load([*troubled, *(inbound.sender for inbound in received)])
    return render_template("home.html", mood=_mood(facts["status"]), **facts)


def appliance() -> Appliance:
    return office().config.appliance


def _midnight() -> datetime:
    here = formats.local(office().clock.now())
    return here.replace(hour=0, minute=0, second=0, microsecond=0)


def _waiting(counts: lookup.Counts, now: datetime) -> Waiting:
    total = sum(getattr(counts, state) for state in WAITING)
    found = Counter(because(*reason) for reason in outlook.reasons(WAITING)) if total else Counter()
    able = routing.able(appliance().runtime_dir, now)
    return Waiting(
        total=total,
        next=counts.next_until,
        reasons=found.most_common(3),
        today=outlook.scheduled_until(_midnight() + timedelta(days=1)) if counts.scheduled else 0,
        queue=outlook.queue(able, now) if counts.queued else Queue(0, None),
    )


def _figures(seen: status.Status, now: datetime) -> Mapping[str, Chart | Mapping[str, Strengths] | str]:
    """Of the last hours, or of the last days."""
    by_day = request.args.get("figures") == "days"
    begins = charts.reach(by_day, now)
    heard = {modem.name: signals.over(modem.name, begins) for modem in seen.modems}
    return {
        "chart": charts.chart(tallies.over(begins, appliance().timezone), by_day),
        "strengths": {name: charts.strengths(begins, spans, by_day) for name, spans in heard.items()},
        "figures": "days" if by_day else "hours",
    }


def _mood(seen: status.Status) -> str:
    """One word for the whole: what the large sentence of the page says."""
    if not seen.alive:
        return "asleep"
    well = [modem.state == WELL for modem in seen.modems]
    if not well:
        return "empty"
    return "ready" if all(well) else "partly" if any(well) else "looking"
