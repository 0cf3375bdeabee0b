"""One simulated modem at its line and, if asked for, its control socket: what a loop turns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from modem.simulator.control import Control
from modem.simulator.control_socket import ControlSocket
from modem.simulator.handsets import Handsets
from modem.simulator.options import Options
from modem.simulator.pty_port import PtyPort
from modem.simulator.simulation import Simulation


class Station:
    """A simulation with its line at `link`; `now` is monotonic everywhere."""

    def __init__(
        self,
        link: Path,
        control: Path | None,
        options: Options,
        clock: Callable[[], datetime],
        now: float,
        handsets: Handsets | None = None,
    ) -> None:
        self.simulation = Simulation(options, clock, now, handsets)
        self._port = PtyPort(link, self.simulation.timers, self.simulation.journal, options.pace_seconds)
        self.control = Control(self.simulation, self._port)
        try:
            self._server = ControlSocket(control, self.control.handle) if control else None
        except OSError:
            self._port.close()
            raise

    def close(self) -> None:
        """Take both paths away and give every descriptor back."""
        if self._server:
            self._server.close()
        self._port.close()

    def readers(self) -> list[Any]:
        """What may have something to read."""
        line = [] if self._port.master is None else [self._port.master]
        return [*line, *(self._server.readers() if self._server else [])]

    def writers(self) -> list[Any]:
        """What has something left to write."""
        line = [self._port.master] if self._port.blocked else []
        return [*line, *(self._server.writers() if self._server else [])]

    def serve(self, readable: list[Any], writable: list[Any], now: float) -> None:
        """Do what a select found possible."""
        master = self._port.master
        if master in readable:
            self._port.write(self.simulation.feed(self._port.read(), now))
        self.settle(now)
        if master in writable:
            self._port.push()
        if self._server:
            self._server.serve(readable, writable)

    def settle(self, now: float) -> None:
        """Do what is due and say what there is to say."""
        self._port.write(self.simulation.advance(now))

    def next_due(self) -> float | None:
        """The instant at which `settle` has something to do; None: never."""
        return self.simulation.timers.next_due()
