"""That something waits to be told elsewhere for an hour is worth an alarm."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from gateway.modems import alarms

LATE = timedelta(hours=1)


def watch(alarm: str, subject: str, count: int, oldest: datetime | None, now: datetime, **facts: Any) -> None:
    """Raise the alarm while the oldest of so many waits for too long, else clear it."""
    if oldest is not None and now - oldest > LATE:
        minutes = int((now - oldest).total_seconds() // 60)
        alarms.raise_(alarm, subject, now, count=count, minutes=minutes, **facts)
    else:
        alarms.clear(alarm, subject, now)
