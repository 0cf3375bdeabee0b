"""One modem, its network and its phones, without a line: time and bytes are passed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial

from modem.simulator import power, reception
from modem.simulator.device import Device
from modem.simulator.handsets import Handsets
from modem.simulator.journal import Journal
from modem.simulator.network import Network
from modem.simulator.options import Options
from modem.simulator.terminal import Terminal
from modem.simulator.timers import Timers

WINTER_TIME = timezone(timedelta(hours=1))  # the service centre's zone


def service_centre_time() -> datetime:
    """The time the simulated network tells when nothing else is asked for."""
    return datetime.now(WINTER_TIME)


class Simulation:
    """Everything behind the line.  Every call takes the monotonic instant at which it happens.

    Several may share their `handsets`: then each reaches the others' SIMs too, as it reaches its own.
    """

    def __init__(
        self,
        options: Options,
        clock: Callable[[], datetime],
        now: float,
        handsets: Handsets | None = None,
    ) -> None:
        self.options = options
        self.timers = Timers()
        self.timers.now = now
        self.journal = Journal()
        self.handsets = handsets or Handsets(clock)
        self.network = Network(options, self.timers, self.journal, self.handsets, clock)
        self.device = Device(options, self.timers, self.journal, self.network, clock)
        self.terminal = Terminal(self.device)
        self.network.own_number = lambda: self.device.sim.number
        self.network.to_modem = partial(reception.take, self.device)
        self.handsets.modems[options.number] = lambda message: self.network.bring(message.encode())
        self.device.find_network()
        power.murmur(self.device)
        self.timers.run(now)

    def feed(self, data: bytes, now: float) -> bytes:
        """What the modem says to these bytes, at once."""
        self.timers.run(now)
        self.terminal.feed(data)
        return self.advance(now)

    def advance(self, now: float) -> bytes:
        """What the modem says because time went on to `now`."""
        self.timers.run(now)
        return self.device.take()
