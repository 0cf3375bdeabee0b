"""The modem itself: what it knows, what it says, and when it is mute.

How it says what it says is its family's manner (`families`).  What is typed, and what answers, is the
terminal's (`terminal`), which is told when that is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from modem.simulator import speech
from modem.simulator.families import FAMILIES
from modem.simulator.faults import Faults
from modem.simulator.journal import Journal
from modem.simulator.network import Network
from modem.simulator.options import Options
from modem.simulator.settings import Settings
from modem.simulator.silence import Silence
from modem.simulator.sim_card import SimCard
from modem.simulator.timers import Timers
from modem.simulator.ussd_codes import CODES

LONGEST_SILENCE = 1e9  # seconds; longer than that is for ever
REGISTRATIONS = ("+CREG", "+CGREG", "+CEREG")


def _nothing() -> None:
    pass


class Device:
    """One modem with its SIM, on one network."""

    def __init__(
        self,
        options: Options,
        timers: Timers,
        journal: Journal,
        network: Network,
        clock: Callable[[], datetime],
    ) -> None:
        self.options = options
        self.family = FAMILIES[options.family]
        self.timers = timers
        self.journal = journal
        self.network = network
        self.clock = clock
        self.sim = SimCard(options, self.family)
        self.smsc = options.smsc
        self.clock_text = ""  # what +CCLK? says; "": the network's time
        self.copies = self.family.copies  # how often what comes in is stored
        self.ussd_answers = dict(CODES)
        self.ussd_calls = 0
        self.faults = Faults()
        self.deaf_until = self.sim_ready_at = 0.0
        self.life = 0
        self.on_reset = self.on_silence = _nothing  # what was being typed is lost
        self.end_ringing = _nothing
        self.silence = Silence()
        self._output = bytearray()
        self.reset()
        network.on_registration = self._registration_changed

    def fresh_settings(self) -> Settings:
        """What AT&F brings back."""
        return Settings(storages=[self.family.starting] * 3)

    def reset(self) -> None:
        """Forget everything but the storages: as it is when it has just started."""
        self.life += 1
        self.settings = self.fresh_settings()
        self.functional = 1
        self.hushed = False  # the family's own noise is switched off
        self.unacknowledged = False
        self.unlisted: list[tuple[str, ...]] = []  # indications kept back by +CNMI mode 0
        self.asks = False  # what is typed now belongs to a message
        self._urcs: list[tuple[str, ...]] = []
        self.on_reset()

    def find_network(self) -> None:
        """On the air, if the radio is on and the SIM allows it."""
        self.network.radio(self.functional == 1 and self.sim.state == "READY")

    @property
    def sim_busy(self) -> bool:
        """The SIM is still being read."""
        return self.timers.now < self.sim_ready_at

    # ---- bytes out -------------------------------------------------------------------------------

    def take(self) -> bytes:
        """What the modem has said since the last call."""
        said = bytes(self._output)
        self._output.clear()
        return said

    def blurt(self, octets: bytes) -> None:
        """These octets, now; in silence they are lost or come late."""
        if self.silent:
            self.silence.keep(octets)
        else:
            self._output += octets

    def urc(self, *lines: str) -> None:
        """Say something nobody asked for; it waits while a message is typed and while the modem is silent."""
        if self.asks or self.silent:
            self._urcs.append(lines)
        else:
            self.blurt(speech.unasked(lines, self.family).encode("latin-1", "replace"))

    def flush_urcs(self) -> None:
        """Say what waited."""
        waiting, self._urcs = self._urcs, []
        for lines in waiting:
            self.urc(*lines)

    def _registration_changed(self, stat: int) -> None:
        for name in REGISTRATIONS:
            if self.settings.numbers[name]:
                where = ',"1A2B","0C3D4E5F",7' if self.settings.numbers[name] == 2 and stat == 1 else ""
                self.urc(f"{name}: {stat}{where}")

    # ---- silence ---------------------------------------------------------------------------------

    @property
    def silent(self) -> bool:
        return self.silence.reigns(self.timers.now)

    def fall_silent(self, seconds: float, *, late: bool = False, cure: str = "") -> None:
        """Hear nothing and say nothing for a while, or until the cure (`silence`); with `late` the
        answers come at the end of it."""
        self.journal.note("silent", self.timers.now, seconds=min(seconds, LONGEST_SILENCE))
        self.silence.begin(self.timers.now + seconds, late=late, cure=cure)
        self.on_silence()
        if seconds < LONGEST_SILENCE:
            life = self.life
            self.timers.after(seconds, lambda: self._speak_again(life))

    def _speak_again(self, life: int) -> None:
        if self.silent or life != self.life:
            return
        self.asks = False
        self._output += self.silence.end()
        self.flush_urcs()
