"""The line: a pseudo-terminal whose slave is linked at a path of one's choice.

The simulator keeps the slave open itself: the master of a pty nobody has open answers EIO for ever.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import termios
import tty
from collections.abc import Callable
from pathlib import Path

from modem.simulator.journal import Journal
from modem.simulator.timers import Timers

STALLED_SECONDS = 2.0  # after which what nobody reads is lost, as on a serial line


class PtyPort:
    """One pty; `master` is None while it is hung up."""

    def __init__(self, link: Path, timers: Timers, journal: Journal, pace: float) -> None:
        self.link = link
        self.master: int | None = None
        self.pace = pace
        self.octets = 1  # at most so many at once, under a pace
        self._timers = timers
        self._journal = journal
        self._slave = -1
        self._pending = bytearray()
        self._pacing = False
        self._stalls = 0
        self._pulled = 0
        self._open()

    def _open(self) -> None:
        self.master, self._slave = os.openpty()
        os.set_blocking(self.master, False)
        tty.setraw(self._slave)
        self._link_to(os.ttyname(self._slave))

    def _link_to(self, name: str) -> None:
        if self.link.exists() and not self.link.is_symlink():
            raise FileExistsError(f"{self.link} is there and is no link")
        fresh = self.link.with_name(f".{self.link.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(name)
        fresh.replace(self.link)

    def close(self) -> None:
        """Give the pty back and take the link away, if it is still this one's."""
        if self.master is None:
            return
        with contextlib.suppress(FileNotFoundError, OSError):
            if os.readlink(self.link) == os.ttyname(self._slave):
                self.link.unlink()
        os.close(self._slave)
        os.close(self.master)
        self.master = None
        self._pending.clear()
        self._pacing = False

    def hang_up(self, seconds: float, back: Callable[[], None], name: str = "") -> None:
        """The cable is pulled; `seconds` later another pty is linked at the same path, or beside it
        under another `name`, and `back` is called."""
        self.close()
        self._pulled += 1
        pulled, self.link = self._pulled, self.link.with_name(name) if name else self.link
        self._timers.after(seconds, lambda: self._come_back(pulled, back))

    def _come_back(self, pulled: int, back: Callable[[], None]) -> None:
        if pulled != self._pulled or self.master is not None:
            return
        self._open()
        self._journal.note("line_back", self._timers.now, link=str(self.link))
        back()

    def read(self) -> bytes:
        """What the host wrote, at most 4096 bytes; empty when there is nothing."""
        if self.master is None:
            return b""
        # The last close of this slave never comes, so a claim (TIOCEXCL) would outlive who made it.
        fcntl.ioctl(self._slave, termios.TIOCNXCL)
        try:
            return os.read(self.master, 4096)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        """Say something: at once as far as the line takes it, or byte by byte at the pace that is set."""
        if data and self.master is not None:
            self._pending += data
            if not self._pacing:
                self.push()

    def push(self) -> None:
        """Go on with what is pending."""
        self._pacing = False
        if self.master is None or not self._pending:
            return
        try:
            written = os.write(self.master, self._pending[: self.octets] if self.pace else self._pending)
        except BlockingIOError:
            written = 0
        del self._pending[:written]
        if written:
            self._stalls += 1
        if self.pace and self._pending:
            self._pacing = True
            self._timers.after(self.pace, self.push)
        elif self._pending:
            stall = self._stalls
            self._timers.after(STALLED_SECONDS, lambda: self._lose(stall))

    def _lose(self, stall: int) -> None:
        if stall == self._stalls and self._pending:
            self._journal.note("lost", self._timers.now, octets=len(self._pending))
            self._pending.clear()

    @property
    def blocked(self) -> bool:
        """True when something waits for the line to take more."""
        return bool(self._pending) and not self._pacing
