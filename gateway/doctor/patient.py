"""Who is examined, and with what: the installation, an instant, and the means of looking at the machine.

Every root and every look is an argument, so that a test plants its own machine.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from gateway import clock, status
from gateway.config import Appliance, Config, ModemConfig
from gateway.status import ModemStatus, Status
from modem.finder import ROOTS

ELSEWHERE = ("192.0.2.1", 9)  # RFC 5737: an address for documents; nothing is sent there
KNOCK = 1.0  # second


def room(folder: Path) -> tuple[int, int]:
    """Octets of the disk: all of it, and what is free."""
    disk = shutil.disk_usage(folder)
    return disk.total, disk.free


def address() -> str:
    """The machine's address in its own network; "" where it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        try:
            line.connect(ELSEWHERE)  # chooses the way, sends nothing
            return str(line.getsockname()[0])
        except OSError:
            return ""


def answers(host: str, port: int) -> bool:
    """Somebody takes a connection there."""
    try:
        socket.create_connection((host, port), KNOCK).close()
    except OSError:
        return False
    return True


@dataclass(frozen=True)
class Machine:
    """Where things stand, and how they are looked at."""

    system: Path = Path("/sys")
    processes: Path = Path("/proc")
    programs: tuple[Path, ...] = (Path("/usr/bin"), Path("/bin"))
    ttys: tuple[str, ...] = ROOTS  # patterns of the names among which modems are looked for
    room: Callable[[Path], tuple[int, int]] = room
    synchronised: Callable[[], bool] = clock.synchronised
    address: Callable[[], str] = address
    answers: Callable[[str, int], bool] = answers


@dataclass(frozen=True)
class Patient:
    """One installation at one instant; `user` is whose gateway it is, by default the owner of its data."""

    config: Config
    now: datetime
    machine: Machine = field(default_factory=Machine)
    user: int | None = None

    @property
    def site(self) -> Appliance:
        return self.config.appliance

    @cached_property
    def seen(self) -> Status:
        """What the gateway last said."""
        return status.read(self.site.runtime_dir, self.now)

    @property
    def heard(self) -> tuple[ModemStatus, ...]:
        """The modems of a gateway that runs; nobody knows better of one that does not."""
        return self.seen.modems if self.seen.alive else ()

    @property
    def owner(self) -> int:
        """The user under which the gateway runs."""
        if self.user is not None:
            return self.user
        try:
            return self.site.data_dir.stat().st_uid
        except OSError:
            return os.getuid()

    def local(self, at: datetime) -> str:
        """An instant in the appliance's zone, to the minute."""
        return f"{at.astimezone(self.site.timezone):%Y-%m-%d %H:%M}"

    def ports(self) -> Iterator[tuple[ModemConfig, str]]:
        """Each modem with the port where it is, or should be; "" where nobody knows."""
        told = {modem.name: modem.port for modem in self.heard}
        for modem in self.config.modems:
            yield modem, modem.port or told.get(modem.name, "")


def read(file: Path) -> str:
    """What the kernel says in a file; "" where there is none, or it is not for this user."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip(" \n\0")
    except OSError:
        return ""
