"""What a ledger that has grown costs in memory: both processes after use, over an empty and a grown one."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import memory
import scale
from stack import Stack

REQUESTS = 300
NAMES = ("gateway PSS", "web PSS")
# The queue waits for a modem that is not there: else what leaves meanwhile would be measured too.
AWAY = "UPDATE parts SET bound = 'away' WHERE state = 'queued'"


def measure(finished: int, queued: int) -> dict[str, float]:
    """MB of each process, empty and grown, and their ratio."""

    class Grown(Stack):
        def _fill(self) -> None:
            path = self.folder / "chappe.sqlite"
            scale.grow(path, finished, queued)
            with closing(sqlite3.connect(path)) as file:
                file.execute(AWAY)
                file.commit()

    empty, grown = (memory.measure(REQUESTS, kind) for kind in (Stack, Grown))
    figures: dict[str, float] = {}
    for name in NAMES:
        small, large = (sizes[f"{name} after use"] for sizes in (empty, grown))
        figures |= {f"{name}, empty": small, f"{name}, grown": large, f"{name}, ratio": large / small}
    return figures


def table(figures: dict[str, float]) -> str:
    """One line a process, as the questions have theirs."""
    lines = []
    for name in NAMES:
        empty, grown, ratio = (figures[f"{name}, {size}"] for size in ("empty", "grown", "ratio"))
        over = "  over" if ratio > 2 else ""
        lines.append(f"{name:24}{empty:>7.2f} MB{grown:>7.2f} MB{ratio:>8.2f}{'≤ 2':>8}{over}")
    return "\n".join(lines)
