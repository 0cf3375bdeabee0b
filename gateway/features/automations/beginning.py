"""A run begins, or is left out with the reason: nobody is caught in a loop.  In the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from gateway.features.automations import diary
from gateway.features.automations.states import LEFT_OUT, WAITING
from gateway.store.models import Automation, AutomationRun, AutomationTurn

MOST_RUNS = 5  # of one person in a day, of all automations
MOST_TEXTS = 3  # to one person in a day, of all automations


def begin(
    known: Automation,
    number: str,
    key: str,
    zone: ZoneInfo,
    now: datetime,
    facts: Mapping[str, str] | None = None,
) -> AutomationRun | None:
    """The run of this person for this key; None where there was one."""
    here = (AutomationRun.automation == known.id) & (AutomationRun.number == number)
    if AutomationRun.select().where(here, AutomationRun.key == key).exists():
        return None
    reason = _too_often(known, number, zone, now)
    row = {"automation": known.id, "number": number, "key": key, "facts": dict(facts or {})}
    if reason:
        over = {"state": LEFT_OUT, "reason": reason, "ended_at": now}
        run: AutomationRun = AutomationRun.create(**row, **over, started_at=now)
        diary.note(run, "left_out", now, why=reason)
        return run
    run = AutomationRun.create(**row, state=WAITING, next_at=now, started_at=now)
    diary.note(run, "begun", now)
    return run


def may_write(number: str, zone: ZoneInfo, now: datetime) -> bool:
    """Whether this person got fewer than MOST_TEXTS texts of automations today."""
    turns = AutomationTurn.select().join(AutomationRun)
    sent = turns.where(
        AutomationRun.number == number, AutomationTurn.what == "sent", AutomationTurn.at >= _today(zone, now)
    )
    return bool(sent.count() < MOST_TEXTS)


def _too_often(known: Automation, number: str, zone: ZoneInfo, now: datetime) -> str | None:
    theirs = AutomationRun.select().where(AutomationRun.number == number, AutomationRun.state != LEFT_OUT)
    since = now - timedelta(days=known.gap_days)
    if theirs.where(AutomationRun.automation == known.id, AutomationRun.started_at > since).exists():
        return "too_often"
    if theirs.where(AutomationRun.started_at >= _today(zone, now)).count() >= MOST_RUNS:
        return "too_many_today"
    return None


def _today(zone: ZoneInfo, now: datetime) -> datetime:
    return datetime.combine(now.astimezone(zone).date(), time(), zone)
