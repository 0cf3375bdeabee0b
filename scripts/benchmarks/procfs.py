"""What Linux says of a process and its children: processor time, memory, descriptors, writes to disks."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """The process and all below it."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text().split()]
    return [pid, *(member for child in children for member in family(child))]


def cpu_seconds(pid: int) -> float:
    """User and system time so far, of the whole family; the grain is one clock tick."""
    return sum(_cpu_ticks(member) for member in family(pid)) / TICKS


def pss_megabytes(pid: int) -> float:
    """Proportional set size of the whole family, in MB of 1024² octets, as the kernel's kB add up."""
    return sum(_pss_kilobytes(member) for member in family(pid)) / 1024


def written_kilobytes(pid: int) -> float:
    """What the whole family has sent to a disk so far, in kB of 1024 octets; what lies in memory (tmpfs)
    does not count."""
    return sum(_written(member) for member in family(pid)) / 1024


def open_files(pid: int) -> int:
    """Open descriptors of the whole family."""
    return sum(len(os.listdir(f"/proc/{member}/fd")) for member in family(pid))


def threads(pid: int) -> int:
    """Threads of the whole family."""
    return sum(len(os.listdir(f"/proc/{member}/task")) for member in family(pid))


def _written(pid: int) -> int:
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes:"))


def _cpu_ticks(pid: int) -> int:
    # The name in brackets may hold anything: count fields from the last bracket.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _pss_kilobytes(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
