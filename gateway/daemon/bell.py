"""The doorbell's listener: one datagram, one event in the loop's inbox."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from gateway import wake

log = logging.getLogger(__name__)


class Bell:
    """A thread that waits at the socket; several rings while the loop is busy become one."""

    def __init__(self, runtime_dir: Path, rung: Callable[[], None]) -> None:
        self.path = wake.doorbell(runtime_dir)
        self.rung = rung
        self.socket = wake.listen(runtime_dir)
        self.thread = threading.Thread(target=self._listen, name="bell", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        """End the thread; a ring to an absent socket is ignored by whoever rings."""
        self.path.unlink(missing_ok=True)
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(2)
        self.socket.close()

    def _listen(self) -> None:
        while True:
            try:
                word = self.socket.recv(16)
            except OSError as error:
                log.error("the doorbell is broken: %s", error)
                return
            if not word:
                return
            self.rung()
