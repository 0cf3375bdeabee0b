"""A machine that a test plants: its own /sys, /proc and programs, a status, a ledger."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fakes import MONDAY_NOON, FakeClock
from gateway import config, status
from gateway.doctor.examine import examine
from gateway.doctor.findings import Finding
from gateway.doctor.patient import Machine, Patient
from gateway.status import ClockStatus, ModemStatus
from gateway.store.upgrade import upgrade
from house.tree import plant

HEAD = """
[appliance]
name = "shop"
language = "en"
data_dir = "data"
runtime_dir = "run"
[web]
port = 8123
"""
KEPT = ClockStatus(source="ntp")
ROOM = (64_000_000_000, 32_000_000_000)  # octets: all, free


@dataclass
class Ward:
    """One installation in a folder; `machine` and `user` may be changed before it is examined."""

    folder: Path
    toml: str = HEAD
    user: int | None = None
    looks: dict[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def plant(self, files: dict[str, str]) -> None:
        plant(self.folder, files)

    def modem(self, name: str, port: Path | str, **rest: Any) -> None:
        """Another modem of the configuration."""
        keys = "".join(f'{key} = "{value}"\n' for key, value in rest.items())
        self.toml += f'[[modems]]\nname = "{name}"\nport = "{port}"\n{keys}'

    def tells(self, *modems: ModemStatus, clock: ClockStatus = KEPT) -> None:
        """The gateway runs, and says this."""
        status.write(self.folder / "run", modems, MONDAY_NOON, clock)

    def patient(self) -> Patient:
        self.plant({"gateway.toml": self.toml})
        machine = Machine(
            **{
                "system": self.folder / "sys",
                "processes": self.folder / "proc",
                "programs": (self.folder / "bin",),
                "ttys": (f"{self.folder}/dev/ttyUSB*",),
                "room": lambda folder: ROOM,
                "synchronised": lambda: False,
                "address": lambda: "192.168.1.20",
                "answers": lambda host, port: True,
                **self.looks,
            }
        )
        return Patient(config.load(self.folder / "gateway.toml"), MONDAY_NOON, machine, self.user)

    def findings(self) -> dict[str, list[Finding]]:
        """Field → what was found there."""
        return {one.field: list(one.findings) for one in examine(self.patient(), FakeClock())}

    def codes(self) -> set[str]:
        return {finding.code for found in self.findings().values() for finding in found}


@pytest.fixture(scope="session")
def fresh_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ledger") / "chappe.sqlite"
    upgrade(path, MONDAY_NOON)
    return path


@pytest.fixture
def ward(tmp_path: Path, fresh_ledger: Path) -> Ward:
    """A machine on which nothing is wrong, as far as one can tell; without a modem."""
    for name in ("data", "run", "dev", "proc", "bin", "sys"):
        (tmp_path / name).mkdir()
    (tmp_path / "data" / "chappe.sqlite").write_bytes(fresh_ledger.read_bytes())
    return Ward(tmp_path, user=os.getuid())
