"""The service manager, as sd_notify(3) speaks: ready, alive, stopping.  Where there is none, nothing is said.

The datagrams and the environment's names are systemd's (sd_notify(3), sd_watchdog_enabled(3),
sd_listen_fds(3)); no library is needed for them.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping

FIRST_HANDED = 3  # SD_LISTEN_FDS_START: what was opened for this process


class Supervisor:
    """Whoever started this process and may wait for its signs of life.

    `watchdog` is the seconds within which the next sign must come; None: nobody watches.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self.address = environment.get("NOTIFY_SOCKET", "")
        ours = environment.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
        micros = environment.get("WATCHDOG_USEC", "")
        self.watchdog = int(micros) / 1e6 if self.address and ours and micros.isdecimal() else None
        self.fed = float("-inf")

    def ready(self, status: str) -> None:
        """The work has begun; `status` is shown beside the service."""
        self._tell("READY=1", f"STATUS={status}")

    def alive(self, monotonic: float) -> None:
        """One more turn of the work was completed; said as often as the watchdog wants, not oftener."""
        if self.watchdog is not None and monotonic - self.fed >= self.watchdog / 4:
            self.fed = monotonic
            self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def _tell(self, *words: str) -> None:
        if not self.address:
            return
        path = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.settimeout(1)  # a manager that hangs must not hang its services
            line.sendto("\n".join(words).encode(), path)


def handed_socket(environment: Mapping[str, str] = os.environ) -> socket.socket | None:
    """The socket on which the service manager listens for this process; None where it opened none."""
    if environment.get("LISTEN_PID") != str(os.getpid()) or environment.get("LISTEN_FDS", "0") == "0":
        return None
    return socket.socket(fileno=FIRST_HANDED)
