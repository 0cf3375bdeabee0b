"""The history of a run, a line a turn, in the caller's transaction; and the runs as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gateway.store.models import Automation, AutomationRun, AutomationTurn
from gateway.store.terms import fn

SHOWN = 50


def note(run: AutomationRun, what: str, now: datetime, **facts: Any) -> None:
    """`what` is a code: begun, waits, sent, had_it, refused, too_many, tagged, untagged, only, no_contact,
    withdrawn, done, ended, left_out."""
    AutomationTurn.create(run=run.id, at=now, what=what, facts=facts)


def runs(known: Automation, before: int | None = None, limit: int = SHOWN) -> Sequence[AutomationRun]:
    """The newest first, from below that id on."""
    rows = AutomationRun.select().where(AutomationRun.automation == known.id)
    if before is not None:
        rows = rows.where(AutomationRun.id < before)
    return list(rows.order_by(AutomationRun.id.desc()).limit(limit))


def of(listed: Sequence[AutomationRun]) -> dict[int, list[AutomationTurn]]:
    """Run → its lines, the oldest first: one question for all of them."""
    found: dict[int, list[AutomationTurn]] = {run.id: [] for run in listed}
    turns = AutomationTurn.select(AutomationTurn, AutomationRun).join(AutomationRun)
    rows = turns.where(AutomationRun.id.in_(list(found))).order_by(AutomationTurn.id)
    for row in rows if found else ():
        found[row.run.id].append(row)
    return found


def counts(known: Automation) -> dict[str, int]:
    """State → how many runs."""
    rows: Any = AutomationRun.select(AutomationRun.state, fn.COUNT(AutomationRun.id))
    here = rows.where(AutomationRun.automation == known.id).group_by(AutomationRun.state)
    return dict(here.tuples())
