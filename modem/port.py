"""The one door to pyserial: a port that is read with a deadline and woken from any thread.

One thread reads, writes and closes; `wake` and `abort` may be called by others.  A serial device, a
pseudo-terminal and `socket://host:port` are all the same here.  Whatever goes wrong with the port is
a `PortLost`.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import time
import weakref
from collections.abc import Callable
from fcntl import ioctl
from pathlib import Path
from termios import TIOCEXCL, TIOCNXCL
from termios import error as TermiosError
from typing import Any

import serial

from modem.error_table import port_lost
from modem.errors import PortLost

Clock = Callable[[], float]
_FAULTS = (OSError, TermiosError, ValueError, TypeError)  # pyserial lets all of them out of a dying port
USUAL_HOLDER = "ModemManager"  # opens every tty that may be a modem's, unless a udev rule forbids it
_CODES = {
    errno.EBUSY: "port_busy",
    errno.EAGAIN: "port_busy",
    errno.EACCES: "port_denied",
    errno.EPERM: "port_denied",
    errno.ENOENT: "port_missing",
    errno.ENODEV: "port_missing",
    errno.ENXIO: "port_missing",
}


class Port:
    """A port by its path; it may be opened and closed any number of times.  Deadlines are instants
    of `clock`, which never goes back."""

    def __init__(self, path: str, baudrate: int = 115200, *, clock: Clock = time.monotonic) -> None:
        self.path = path
        self._baudrate = baudrate
        self._clock = clock
        self._serial: Any = None
        self._aborted = False
        self._ear, self._bell = socket.socketpair()
        self._ear.setblocking(False)
        self._bell.setblocking(False)
        self._end = weakref.finalize(self, _close_all, self._ear, self._bell)

    # ---- opening and closing -----------------------------------------------------------------------

    def open(self) -> None:
        """The port is ours alone; no flow control, since half the modems do not wire it."""
        self.close()
        try:
            self._serial = serial.serial_for_url(self.path, do_not_open=True, **self._settings())
            self._serial.open()
            self._hold(TIOCEXCL)
        except _FAULTS as fault:
            self.close()
            raise self._not_opened(fault) from fault

    def _settings(self) -> dict[str, Any]:
        own: dict[str, Any] = {"baudrate": self._baudrate, "timeout": 0, "write_timeout": 0}
        return own if "://" in self.path else own | {"exclusive": True}

    def _hold(self, how: int) -> None:
        """A lock beside flock, for programs that ignore that one.  Not on a pseudo-terminal: there it
        would outlive this process."""
        if self._serial is not None and os.path.realpath(self.path).startswith("/dev/tty"):
            ioctl(self._serial.fileno(), how)

    def close(self) -> None:
        """Closed, whatever state it was in."""
        try:
            self._hold(TIOCNXCL)
        except _FAULTS:
            pass  # the device went first
        try:
            if self._serial is not None:
                self._serial.close()
        except _FAULTS:
            pass
        self._serial = None

    @property
    def is_open(self) -> bool:
        return self._serial is not None

    def _not_opened(self, fault: BaseException) -> PortLost:
        number = getattr(fault, "errno", None)
        code = _CODES.get(number or 0, "port_busy" if "exclusively lock" in str(fault) else "port_lost")
        return port_lost(code, held_by(self.path) if code == "port_busy" else f"{self.path}: {fault}")

    # ---- waiting, reading, writing -----------------------------------------------------------------

    def read(self, deadline: float) -> bytes:
        """What has come, at once when there is something; empty when the deadline passed or the bell
        rang first."""
        ready = self._select([self._fileno()], [], deadline)
        if not ready:
            return b""
        try:
            data = os.read(self._fileno(), 4096)
        except BlockingIOError:
            return b""
        except _FAULTS as fault:
            raise self._gone(fault) from fault
        if not data:
            raise self._gone("hung up")
        return data

    def write(self, data: bytes, deadline: float) -> None:
        """All of `data` is in the system's hands."""
        left = memoryview(data)
        while left:
            try:
                left = left[os.write(self._fileno(), left) :]
            except BlockingIOError:
                self._select([], [self._fileno()], deadline)
                if self._clock() >= deadline:
                    raise self._gone("takes no more octets") from None
            except _FAULTS as fault:
                raise self._gone(fault) from fault

    def pause(self, deadline: float) -> None:
        """Wait without listening, until the deadline or the bell."""
        self._select([], [], deadline)

    def _select(self, readers: list[int], writers: list[int], deadline: float) -> list[int]:
        self._check()
        try:
            wait = max(0.0, deadline - self._clock())
            readable, writable, _ = select.select([self._ear.fileno(), *readers], writers, [], wait)
        except _FAULTS as fault:
            raise self._gone(fault) from fault
        if self._ear.fileno() in readable:
            self._ear.recv(4096)
            self._check()
        return [*(ready for ready in readable if ready in readers), *writable]

    def _fileno(self) -> int:
        if self._serial is None:
            raise self._gone("not open")
        try:
            return int(self._serial.fileno())
        except _FAULTS as fault:
            raise self._gone(fault) from fault

    def _check(self) -> None:
        if self._aborted:
            raise self._gone("stopped")

    def _gone(self, why: object) -> PortLost:
        return port_lost("port_lost", f"{self.path}: {why}")

    # ---- from any thread ---------------------------------------------------------------------------

    def wake(self) -> None:
        """The waiting thread, if there is one, stops waiting."""
        try:
            self._bell.send(b"!")
        except OSError:
            pass  # it rings already, or nobody waits any more

    def abort(self) -> None:
        """From now on every wait ends at once with PortLost."""
        self._aborted = True
        self.wake()

    @property
    def is_aborted(self) -> bool:
        return self._aborted

    def dispose(self) -> None:
        """Closed for good, the bell too."""
        self.close()
        self._end()


def _close_all(*sockets: socket.socket) -> None:
    for each in sockets:
        each.close()


def held_by(path: str, processes: str = "/proc") -> str:
    """The programs that have `path` open, as "name (pid)", comma-separated.

    What another user's programs have open cannot be seen; but where ModemManager runs, it is the one.
    """
    device = os.path.realpath(path)
    all_of_them = [f"{processes}/{name}" for name in _listed(processes) if name.isdigit()]
    seen = [one for one in all_of_them if any(_link(one, fd) == device for fd in _listed(f"{one}/fd"))]
    found = seen or [one for one in all_of_them if _name(one) == USUAL_HOLDER]
    return ", ".join(f"{_name(one)} ({one.rpartition('/')[2]})" for one in found) or "?"


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []  # another user's, or just ended


def _link(process: str, fd: str) -> str:
    try:
        return os.readlink(f"{process}/fd/{fd}")
    except OSError:
        return ""


def _name(process: str) -> str:
    try:
        return Path(process, "comm").read_text().strip()
    except OSError:
        return "?"
