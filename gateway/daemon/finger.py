"""Who presses the button that is only a picture: a socket beside the doorbell, for demonstrations."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from gateway import panel
from gateway.daemon.panel import BOUNCE, HELD
from gateway.panel import Press

log = logging.getLogger(__name__)

TAP = BOUNCE * 3  # seconds


class Finger:
    """A thread that takes a word from the socket and moves the pin as long as a finger would."""

    def __init__(self, runtime_dir: Path, put: Callable[[bool], None], held: float = HELD) -> None:
        self.path, self.put, self.held = panel.finger(runtime_dir), put, held
        self.lifted = threading.Event()  # at once: the panel is closed
        self.path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.path.chmod(0o660)
        self.thread = threading.Thread(target=self._listen, name="finger", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.lifted.set()
        self.path.unlink(missing_ok=True)
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(2)
        self.socket.close()

    def _listen(self) -> None:
        while word := self._word():
            self.put(True)
            self.lifted.wait(self.held * 1.2 if word == Press.LONG.encode() else TAP)
            self.put(False)

    def _word(self) -> bytes:
        try:
            return self.socket.recv(16)
        except OSError as error:
            log.error("the picture of the button is broken: %s", error)
            return b""
