"""What each process costs while nothing happens: share of one processor, and memory."""

from __future__ import annotations

import time

from procfs import cpu_seconds, pss_megabytes
from stack import Stack

SETTLE = 3.0  # seconds after ready before watching begins


def measure(seconds: float) -> dict[str, float]:
    with Stack() as stack:
        pids = {name: process.pid for name, process in stack.processes.items()}
        time.sleep(SETTLE)
        began = time.monotonic()
        before = {name: cpu_seconds(pid) for name, pid in pids.items()}
        time.sleep(seconds)
        used = {name: cpu_seconds(pid) - before[name] for name, pid in pids.items()}
        passed = time.monotonic() - began
        memory = {name: pss_megabytes(pids[name]) for name in ("gateway", "web")}
    shares = {f"{name} idle CPU": 100 * used[name] / passed for name in ("gateway", "web", "simulator")}
    return shares | {f"{name} idle PSS": size for name, size in memory.items()}
