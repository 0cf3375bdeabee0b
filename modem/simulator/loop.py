"""One thread, one select: the lines, the control sockets, the timers, and a bell for other threads."""

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

from modem.simulator.handsets import Handsets
from modem.simulator.options import Options
from modem.simulator.station import Station

LONGEST_WAIT = 3600.0  # seconds; a select takes no arbitrary number

Errand = tuple[dict[str, Any], "Future[dict[str, Any]]"]


class Loop:
    """`modems` stations on one network; the first at `link` and `control`, the others at those paths
    with -2, -3 ... behind."""

    def __init__(
        self,
        link: Path,
        control: Path | None,
        options: Options,
        clock: Callable[[], datetime],
        modems: int = 1,
    ) -> None:
        self.stations: list[Station] = []
        self._errands: queue.SimpleQueue[Errand] = queue.SimpleQueue()
        self._bell, self._ring = socket.socketpair()
        handsets = Handsets(clock)
        try:
            for number in range(1, modems + 1):
                paths = numbered(link, number), numbered(control, number) if control else None
                names = options.numbered(number)
                self.stations.append(Station(*paths, names, clock, time.monotonic(), handsets))
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Take every path away and give every descriptor back."""
        for station in self.stations:
            station.close()
        self._bell.close()
        self._ring.close()

    # ---- from any thread -------------------------------------------------------------------------

    def wake(self) -> None:
        """End the present `turn`."""
        self._ring.send(b"\0")

    def ask(self, request: dict[str, Any]) -> Future[dict[str, Any]]:
        """Have a control request to the first modem carried out by the thread that turns."""
        answer: Future[dict[str, Any]] = Future()
        self._errands.put((request, answer))
        self.wake()
        return answer

    # ---- the turning thread ----------------------------------------------------------------------

    def turn(self, longest: float | None = None) -> None:
        """Wait until there is something to do, at most `longest` seconds, and do it."""
        readers = [self._bell, *(each for station in self.stations for each in station.readers())]
        writers = [each for station in self.stations for each in station.writers()]
        readable, writable, _ = select.select(readers, writers, [], self._timeout(longest))
        for station in self.stations:
            station.serve(readable, writable, time.monotonic())
        if self._bell in readable:
            self._bell.recv(4096)
            self._run_errands()
        self._settle()

    def _settle(self) -> None:
        for station in self.stations:
            station.settle(time.monotonic())

    def _run_errands(self) -> None:
        while not self._errands.empty():
            request, answer = self._errands.get()
            result = self.stations[0].control.handle(request)
            self._settle()
            answer.set_result(result)

    def _timeout(self, longest: float | None) -> float:
        dues = [due for station in self.stations if (due := station.next_due()) is not None]
        waits = [LONGEST_WAIT, *(max(0.0, due - time.monotonic()) for due in dues)]
        return min(waits if longest is None else [*waits, longest])


def numbered(path: Path, modem: int) -> Path:
    """PATH, PATH-2, PATH-3 ..."""
    return path if modem == 1 else path.with_name(f"{path.name}-{modem}")
