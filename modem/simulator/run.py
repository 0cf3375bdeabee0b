"""The simulator running: `run` in the foreground, `Simulator` in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from modem.simulator.journal import Event
from modem.simulator.loop import Loop
from modem.simulator.network import Submitted
from modem.simulator.options import Options
from modem.simulator.simulation import service_centre_time

GLANCE = 0.5  # seconds between two looks at a caller's stop event, which cannot wake a select
PATIENCE = 10.0  # seconds within which the thread answers, and stops


def run(
    link: Path,
    *,
    control: Path | None = None,
    stop: threading.Event | None = None,
    ready: Callable[[], None] | None = None,
    clock: Callable[[], datetime] = service_centre_time,
    modems: int = 1,
    orders: Sequence[dict[str, Any]] = (),
    **options: Any,
) -> None:
    """Simulate modems, the first linked at `link`, until `stop` is set or the process is interrupted.

    `control` is where its control socket goes, `options` are those of `Options`, `clock` the service
    centre's time with its zone; the other modems are at `link`-2 and so on, on the same network.
    `orders` are requests to the first modem's control, carried out before `ready` is called; ValueError
    says why one cannot be.
    """
    loop = Loop(link, control, Options(**options), clock, modems)
    try:
        for order in orders:
            answer = loop.stations[0].control.handle(order)
            if not answer["ok"]:
                raise ValueError(answer["error"])
        if ready:
            ready()
        while not (stop and stop.is_set()):
            loop.turn(GLANCE if stop else None)
    finally:
        loop.close()


class Simulator:
    """A simulated modem for as long as the `with` block lasts.

    `port` is the path to open, `control` that of the control socket; further `modems` on the same
    network have theirs with -2, -3 ... behind.  Every command of `control` is reached by `do`, the usual
    ones also by a method of that name; all from any thread, and all of the first modem.
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str = "modem",
        clock: Callable[[], datetime] = service_centre_time,
        modems: int = 1,
        **options: Any,
    ) -> None:
        self.port = folder / name
        self.control = folder / f"{name}.control"
        self._make = partial(Loop, self.port, self.control, Options(**options), clock, modems)
        self._stopping = False
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._turn, name=f"simulator-{name}", daemon=True)

    def __enter__(self) -> Simulator:
        self._loop = self._make()
        self._simulation = self._loop.stations[0].simulation
        self._journal = self._simulation.journal
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping = True
        self._loop.wake()
        self._thread.join(PATIENCE)
        self._loop.close()
        if self._failure and error is None:
            raise RuntimeError("the simulator's thread ended") from self._failure

    def _turn(self) -> None:
        try:
            while not self._stopping:
                self._loop.turn()
        except BaseException as failure:  # told to whoever asks next, and at the end
            self._failure = failure

    # ---- commands of `control` -------------------------------------------------------------------

    def do(self, verb: str, **facts: Any) -> dict[str, Any]:
        """Carry out one command; ValueError says why it cannot be done."""
        if self._failure:
            raise RuntimeError("the simulator's thread ended") from self._failure
        result = self._loop.ask({"do": verb, **facts}).result(PATIENCE)
        if not result.pop("ok"):
            raise ValueError(result["error"])
        return result

    def inject(self, sender: str, text: str, **how: Any) -> int:
        """An inbound message; answers how many parts it has."""
        return int(self.do("inject", sender=sender, text=text, **how)["parts"])

    def answer(self, number: str, text: str) -> None:
        self.do("answer", number=number, text=text)

    def handsets(self) -> dict[str, list[dict[str, Any]]]:
        """What is on each phone, by number."""
        return {phone["number"]: phone["messages"] for phone in self.do("handsets")["handsets"]}

    def drop_network(self) -> None:
        self.do("drop_network")

    def restore_network(self) -> None:
        self.do("restore_network")

    def fall_silent(self, seconds: float, *, late: bool = False) -> None:
        self.do("fall_silent", seconds=seconds, late=late)

    def fill(self, storage: str = "SM") -> None:
        self.do("fill", storage=storage)

    def empty(self, storage: str = "SM") -> None:
        self.do("empty", storage=storage)

    def garbage(self, octets: bytes) -> None:
        self.do("garbage", hex=octets.hex())

    def pace(self, seconds: float) -> None:
        self.do("pace", seconds=seconds)

    def hang_up(self, seconds: float, link: str = "") -> None:
        self.do("hang_up", seconds=seconds, link=link)

    # ---- what happened ---------------------------------------------------------------------------

    @property
    def submitted(self) -> list[Submitted]:
        """The parts the network took, in order."""
        return list(self._simulation.network.submitted)

    def log(self, event: str | None = None) -> list[Event]:
        """The journal's events, or those of one name."""
        return [e for e in self._journal.read() if event in (None, e["event"])]

    def wait_for(self, event: str, count: int = 1, seconds: float = PATIENCE, **facts: Any) -> list[Event]:
        """The events of that name with those facts, once there are `count`; else TimeoutError."""

        def matching(events: list[Event]) -> list[Event]:
            return [e for e in events if e["event"] == event and facts.items() <= e.items()]

        if not self._journal.wait(lambda events: len(matching(events)) >= count, seconds):
            raise TimeoutError(f"{count} × {event} {facts}: {self.log()[-5:]}")
        return matching(self._journal.read())
