"""Which of the nightly backups are kept: many of late, few of long ago.

It goes by the backups' own dates, not by the clock: one that is wrong today throws nothing away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Keep:
    """Of how many of the last days, weeks (from Monday) and months the newest backup is kept."""

    daily: int
    weekly: int
    monthly: int


def kept(made: Iterable[datetime], keep: Keep, zone: ZoneInfo) -> set[datetime]:
    """Those that stay.  Only days, weeks and months that have a backup count: few keep as long."""
    newest_first = sorted(made, reverse=True)
    spans: tuple[tuple[int, Callable[[datetime], object]], ...] = (
        (keep.daily, lambda at: at.astimezone(zone).date()),
        (keep.weekly, lambda at: at.astimezone(zone).isocalendar()[:2]),
        (keep.monthly, lambda at: (at.astimezone(zone).year, at.astimezone(zone).month)),
    )
    return {at for most, span in spans for at in _newest_of(newest_first, span)[:most]}


def _newest_of(newest_first: list[datetime], span: Callable[[datetime], object]) -> list[datetime]:
    """The newest backup of each span, the newest span first."""
    newest: dict[object, datetime] = {}
    for at in newest_first:
        newest.setdefault(span(at), at)
    return list(newest.values())
