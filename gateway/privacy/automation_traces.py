"""Who went through which automation, and what programs told of them, until it is old."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gateway.privacy.steps import Steps, through
from gateway.store.models import Automation, AutomationEvent, AutomationRun, AutomationTurn


def of(names: Sequence[str]) -> list[dict[str, Any]]:
    """Every run of theirs, with its history."""
    rows = AutomationRun.select(AutomationRun, Automation).join(Automation)
    return [
        {
            "automation": run.automation.name,
            "state": run.state,
            "reason": run.reason,
            "facts": run.facts,
            "started_at": run.started_at,
            "ended_at": run.ended_at,
            "history": [
                {"at": turn.at, "what": turn.what, "facts": turn.facts}
                for turn in run.history.order_by(AutomationTurn.id)
            ],
        }
        for run in rows.where(AutomationRun.number.in_(names)).order_by(AutomationRun.id)
    ]


def purge(before: datetime) -> Steps:
    """Runs that ended before, and events of before, go."""
    runs = AutomationRun.select(AutomationRun.id).where(AutomationRun.ended_at < before)
    yield from through(runs, lambda ids: AutomationRun.delete().where(AutomationRun.id.in_(ids)))
    events = AutomationEvent.select(AutomationEvent.id).where(AutomationEvent.at < before)
    yield from through(events, lambda ids: AutomationEvent.delete().where(AutomationEvent.id.in_(ids)))
