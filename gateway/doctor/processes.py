"""The machine's processes, as /proc shows them to this user."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.doctor.patient import read

OURS = ("gateway", "simulate")  # the commands that have a modem's port open


@dataclass(frozen=True, slots=True)
class Process:
    folder: Path

    @property
    def pid(self) -> int:
        return int(self.folder.name)

    @property
    def name(self) -> str:
        return read(self.folder / "comm")

    @property
    def is_ours(self) -> bool:
        """It is this program's gateway, or its simulated modem."""
        words = read(self.folder / "cmdline").split("\0")
        called = any(word.endswith("/chappe") or word in ("chappe", "gateway.cli") for word in words)
        return called and any(word in OURS for word in words)

    def has_open(self, device: os.stat_result) -> bool:
        """False also where this user may not know.

        By the node, not by its name: in another container, another port has the same name.
        """
        try:
            return any(_is(entry, device) for entry in (self.folder / "fd").iterdir())
        except OSError:
            return False


def running(processes: Path) -> Iterator[Process]:
    return (Process(folder) for folder in processes.glob("[0-9]*"))


def _is(entry: Path, device: os.stat_result) -> bool:
    try:
        return os.readlink(entry).startswith("/dev/") and os.path.samestat(entry.stat(), device)
    except OSError:
        return False
