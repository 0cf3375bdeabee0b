"""Incidents: from the moment a modem stops being ready until it is again."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.messages import paging
from gateway.messages.paging import Page
from gateway.modems import alarms
from gateway.store.models import Incident
from modem import api
from modem.errors import ModemError

LONG = timedelta(minutes=5)  # down for longer than this is worth an alarm


def changed(event: api.LinkChanged, now: datetime) -> None:
    """A link moved: an error opens an incident, readiness ends it."""
    incident = current(event.modem)
    if event.state == api.LinkState.READY:
        if incident is not None:
            Incident.update(ended_at=now).where(Incident.id == incident.id).execute()
        for kind in ("modem_down", "resets_over"):
            alarms.clear(kind, event.modem, now)
    elif event.error is not None:
        _trouble(event.modem, event.error, incident, now)


def _trouble(modem: str, error: ModemError, incident: Incident | None, now: datetime) -> None:
    if error.code == "resets_over":
        alarms.raise_("resets_over", modem, now, modem=modem)
    if incident is None:
        Incident.create(modem=modem, error=error.code, detail=error.detail[:200], began_at=now)


def tried(event: api.Tried, now: datetime) -> None:
    """A rung of the ladder was tried."""
    incident = current(event.modem)
    if incident is None:
        incident = Incident.create(
            modem=event.modem, error=event.error.code, detail=event.error.detail[:200], began_at=now
        )
    rungs = [*incident.tried.get("rungs", []), [str(event.rung), now.isoformat()]]
    Incident.update(tried={"rungs": rungs}).where(Incident.id == incident.id).execute()


def uncertain(modem: str) -> None:
    """A part became uncertain while this modem was in trouble."""
    incident = current(modem)
    if incident is not None:
        Incident.update(uncertain=Incident.uncertain + 1).where(Incident.id == incident.id).execute()


def current(modem: str) -> Incident | None:
    query = Incident.select().where(Incident.modem == modem, Incident.ended_at.is_null())
    return query.order_by(Incident.id.desc()).first()


def watch(now: datetime) -> None:
    """Each minute: what has lasted too long becomes an alarm."""
    for incident in Incident.select().where(Incident.ended_at.is_null(), Incident.began_at <= now - LONG):
        facts = {"modem": incident.modem, "error": incident.error, "since": incident.began_at.isoformat()}
        alarms.raise_("modem_down", incident.modem, now, **facts)


def forget_open(now: datetime) -> None:
    """The gateway starts: what was going on when it stopped is over, and told anew if it is not."""
    Incident.update(ended_at=now).where(Incident.ended_at.is_null()).execute()


def recent(modem: str | None = None, limit: int = 20) -> list[Incident]:
    """The newest first."""
    query = Incident.select().order_by(Incident.id.desc()).limit(limit)
    return list(query.where(Incident.modem == modem) if modem else query)


def page(modem: str | None = None, cursor: str | None = None, limit: int = 20) -> Page[Incident]:
    """All of them, page by page; raises Invalid `cursor_unknown`."""
    query = Incident.select()
    return paging.page(query.where(Incident.modem == modem) if modem else query, Incident, cursor, limit)
