"""After a crash: what was in a modem's hands is uncertain, and waits for its report."""

from __future__ import annotations

from datetime import datetime

from gateway.messages import lifecycle, reports, retries
from gateway.store import database
from gateway.store.models import Message, Part
from gateway.store.terms import state_in


def recover(now: datetime) -> int:
    """Turn every `sending` into `uncertain`, before any modem is opened; returns how many there were."""
    with database.transaction():
        left = list(Part.select(Part, Message).join(Message).where(state_in("t1", "sending")))
        for part in left:
            step = retries.lost(part.message, "interrupted", "interrupted", now)
            lifecycle.advance(part.message, [part], step)
            reports.settle(part, now)
    return len(left)
