"""The pieces of time that figures are shown by: hours and days as the appliance's people live them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)


def hour_of(at: datetime, zone: ZoneInfo) -> datetime:
    """When the hour of this instant began; some zones lie half an hour beside the others."""
    local = at.astimezone(zone)
    return at - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


def hours(count: int, zone: ZoneInfo, now: datetime) -> list[datetime]:
    """The beginnings of the last so many hours, the oldest first; the last one is going on."""
    last = hour_of(now, zone)
    return [last - (count - 1 - place) * HOUR for place in range(count)]


def days(count: int, zone: ZoneInfo, now: datetime) -> list[datetime]:
    """The same for days; two of a year are shorter or longer than the others."""
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    back: Sequence[int] = range(count - 1, -1, -1)
    return [(today - timedelta(days=apart)).replace(fold=0) for apart in back]
