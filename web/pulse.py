"""The web's own pulse: asks the page as a browser would; the service manager hears that it answered."""

from __future__ import annotations

import http.client
import logging
import socket
import threading
from collections.abc import Callable
from contextlib import closing

from gateway.clock import Clock
from gateway.notify import Supervisor

QUESTIONS = 3  # in the time within which a sign of life must come
ADDRESS = "/healthz"  # reads the database; "not well" is an answer too: another start would not mend a disk

log = logging.getLogger(__name__)


def begin(supervisor: Supervisor, listener: Callable[[], socket.socket], clock: Clock) -> None:
    """Ask for ever, in a thread of its own; nothing where nobody watches."""
    if supervisor.watchdog is None:
        return
    pause = supervisor.watchdog / QUESTIONS

    def ask() -> None:
        while True:
            if answers(listener(), pause):
                supervisor.alive(clock.monotonic())
            clock.sleep(pause)

    threading.Thread(target=ask, name="pulse", daemon=True).start()


def answers(listener: socket.socket, patience: float) -> bool:
    """The page answers on this socket within `patience` seconds, whatever it says."""
    try:
        with closing(_Line(listener, patience)) as connection:
            connection.request("GET", ADDRESS)
            connection.getresponse().read()
    except (OSError, http.client.HTTPException) as error:
        log.warning("the page does not answer itself: %s", error)
        return False
    return True


class _Line(http.client.HTTPConnection):
    """To a socket of this process, whatever it listens on."""

    def __init__(self, listener: socket.socket, patience: float) -> None:
        super().__init__("localhost", timeout=patience)
        self.listener = listener

    def connect(self) -> None:
        family, address = self.listener.family, self.listener.getsockname()
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(address if family == socket.AF_UNIX else (_ourselves(address[0]), address[1]))


def _ourselves(host: str) -> str:
    """A server that listens everywhere is asked here."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
