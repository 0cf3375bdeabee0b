"""What each process costs while nothing happens: share of one processor, memory, writes to the disk."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from procfs import cpu_seconds, pss_megabytes, written_kilobytes
from stack import Stack

SETTLE = 3.0  # seconds after ready before watching begins
MEMORY = Path("/dev/shm")
OURS = ("gateway", "web")


class Installed(Stack):
    """The doorbell and the status file lie in memory, as /run does."""

    def __init__(self) -> None:
        super().__init__()
        if MEMORY.is_dir():
            self.runtime = Path(tempfile.mkdtemp(prefix="bench-", dir=MEMORY))

    def close(self) -> None:
        super().close()
        shutil.rmtree(self.runtime, ignore_errors=True)


def measure(seconds: float) -> dict[str, float]:
    with Installed() as stack:
        pids = {name: process.pid for name, process in stack.processes.items()}
        time.sleep(SETTLE)
        began = time.monotonic()
        before = {name: cpu_seconds(pid) for name, pid in pids.items()}
        on_disk = {name: written_kilobytes(pids[name]) for name in OURS}
        time.sleep(seconds)
        used = {name: cpu_seconds(pid) - before[name] for name, pid in pids.items()}
        passed = time.monotonic() - began
        memory = {name: pss_megabytes(pids[name]) for name in OURS}
        written = {name: written_kilobytes(pids[name]) - on_disk[name] for name in OURS}
    shares = {f"{name} idle CPU": 100 * used[name] / passed for name in ("gateway", "web", "simulator")}
    sizes = {f"{name} idle PSS": size for name, size in memory.items()}
    return shares | sizes | {f"{name} idle writes": 60 * size / passed for name, size in written.items()}
