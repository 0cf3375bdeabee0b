"""How much was sent, delivered, failed and received in each hour on each modem.

The figures are kept behind the hot path: a cursor says up to which row everything is counted, and moves in
the same transaction that writes the counts down, so that nothing is counted twice or never.  Whoever reads
counts the last rows for itself.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.figures.outcomes import COUNTED, NAMES, Happened, outcomes
from gateway.figures.slots import hour_of
from gateway.store import database, tallying
from gateway.store.tallying import Key

BATCH = 200  # rows a transaction
AT_ONCE = 2000  # rows that a reader counts for itself; with more, it says that it does not know them yet

Count = Callable[[int, int, ZoneInfo], Counter[Key]]


@dataclass(frozen=True, slots=True)
class Figures:
    """For each name how often in each slot; `behind`: older rows are still being counted."""

    begins: Sequence[datetime]
    counts: Mapping[str, Sequence[int]]
    behind: bool


def advance(zone: ZoneInfo, most: int = BATCH) -> bool:
    """Count the next rows, in one short transaction; True where there may be more."""
    return any(_take(table, zone, most) for table in SOURCES)


def over(begins: Sequence[datetime], zone: ZoneInfo) -> Figures:
    """The figures of these slots: each ends where the next one begins, the last one now."""
    counts = {name: [0] * len(begins) for name in NAMES}
    with database.as_of_now():
        found = tallying.sums(begins)
        pending = [_pending(table, zone) for table in SOURCES]
    for uncounted in pending:
        for (hour, _, name), count in (uncounted or {}).items():
            if hour >= begins[0]:
                found[bisect_right(begins, hour) - 1, name] += count
    for (slot, name), count in found.items():
        counts[name][slot] += count
    return Figures(begins, counts, any(uncounted is None for uncounted in pending))


def _take(table: str, zone: ZoneInfo, most: int) -> bool:
    if not tallying.next_rows(table, tallying.position(_cursor(table)), 1)[1]:
        return False  # asked without keeping others from writing
    with database.transaction():
        after = tallying.position(_cursor(table))
        last, count = tallying.next_rows(table, after, most)
        tallying.add(SOURCES[table](after, last, zone))
        tallying.move(_cursor(table), last)
    return count == most


def _pending(table: str, zone: ZoneInfo) -> Counter[Key] | None:
    """What nobody has counted yet; None where that is too much for a reader."""
    after = tallying.position(_cursor(table))
    last, count = tallying.next_rows(table, after, AT_ONCE + 1)
    return SOURCES[table](after, last, zone) if count <= AT_ONCE else None


def _sent(after: int, last: int, zone: ZoneInfo) -> Counter[Key]:
    steps = (Happened(*row) for row in tallying.lives(COUNTED, after, last))
    return Counter((hour_of(step.at, zone), step.modem, name) for step, name in outcomes(steps, after))


def _received(after: int, last: int, zone: ZoneInfo) -> Counter[Key]:
    return Counter((hour_of(at, zone), modem, "received") for at, modem in tallying.received(after, last))


def _cursor(table: str) -> str:
    return f"tallies.{table}"


SOURCES: Mapping[str, Count] = {"history": _sent, "inbound": _received}
