"""One thread, one select: the line, the control socket, the timers, and a bell for other threads."""

from __future__ import annotations

import queue
import select
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import Any

from modem.simulator.control import Control
from modem.simulator.control_socket import ControlSocket
from modem.simulator.options import Options
from modem.simulator.pty_port import PtyPort
from modem.simulator.simulation import Simulation

LONGEST_WAIT = 3600.0  # seconds; a select takes no arbitrary number

Errand = tuple[dict[str, Any], "Future[dict[str, Any]]"]


class Loop:
    """A simulation with its line at `link` and, if asked for, its control socket."""

    def __init__(
        self, link: Path, control: Path | None, options: Options, clock: Callable[[], datetime]
    ) -> None:
        self.simulation = Simulation(options, clock, time.monotonic())
        self._port = PtyPort(link, self.simulation.timers, self.simulation.journal, options.pace_seconds)
        self._control = Control(self.simulation, self._port)
        self._errands: queue.SimpleQueue[Errand] = queue.SimpleQueue()
        self._bell, self._ring = socket.socketpair()
        self._server: ControlSocket | None = None
        if control:
            try:
                self._server = ControlSocket(control, self._control.handle)
            except OSError:
                self.close()
                raise

    def close(self) -> None:
        """Take both paths away and give every descriptor back."""
        if self._server:
            self._server.close()
        self._port.close()
        self._bell.close()
        self._ring.close()

    # ---- from any thread -------------------------------------------------------------------------

    def wake(self) -> None:
        """End the present `turn`."""
        self._ring.send(b"\0")

    def ask(self, request: dict[str, Any]) -> Future[dict[str, Any]]:
        """Have a control request carried out by the thread that turns."""
        answer: Future[dict[str, Any]] = Future()
        self._errands.put((request, answer))
        self.wake()
        return answer

    # ---- the turning thread ----------------------------------------------------------------------

    def turn(self, longest: float | None = None) -> None:
        """Wait until there is something to do, at most `longest` seconds, and do it."""
        master, server = self._port.master, self._server
        line: list[Any] = [] if master is None else [master]
        readers: list[Any] = [self._bell, *line, *(server.readers() if server else [])]
        writers: list[Any] = [*(line if self._port.blocked else []), *(server.writers() if server else [])]
        readable, writable, _ = select.select(readers, writers, [], self._timeout(longest))
        if master in readable:
            self._port.write(self.simulation.feed(self._port.read(), time.monotonic()))
        self._settle()
        if master in writable:
            self._port.push()
        if self._bell in readable:
            self._bell.recv(4096)
            self._run_errands()
        if server:
            server.serve(readable, writable)
        self._settle()

    def _settle(self) -> None:
        """Do what is due and say what there is to say."""
        self._port.write(self.simulation.advance(time.monotonic()))

    def _run_errands(self) -> None:
        while not self._errands.empty():
            request, answer = self._errands.get()
            result = self._control.handle(request)
            self._settle()
            answer.set_result(result)

    def _timeout(self, longest: float | None) -> float:
        due = self.simulation.timers.next_due()
        waits = [LONGEST_WAIT] if due is None else [LONGEST_WAIT, max(0.0, due - time.monotonic())]
        return min(waits if longest is None else [*waits, longest])
