"""Who went through which automation, and what programs told of them, until it is old."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from gateway.store import database
from gateway.store.models import Automation, AutomationEvent, AutomationRun, AutomationTurn

ROWS = 200  # a step


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


def purge(before: datetime) -> Iterator[None]:
    """Runs that ended before, and events of before, go."""
    for table, column in ((AutomationRun, AutomationRun.ended_at), (AutomationEvent, AutomationEvent.at)):
        old = table.select(table.id).where(column < before).limit(ROWS)
        while ids := [row.id for row in old]:
            with database.transaction():
                table.delete().where(table.id.in_(ids)).execute()
            yield
            old = table.select(table.id).where(column < before).limit(ROWS)
