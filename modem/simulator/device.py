"""The modem behind the line: bytes in, bytes out, nothing else (V.250, 27.005, 27.007).

What it does with a byte depends on its state:

| state | a typed byte |
|---|---|
| command | is echoed; CR carries out the line |
| prompt | belongs to the message; Ctrl-Z ends it, ESC gives it up |
| busy | waits until the running command has its result |
| silent | is lost, and so is every answer; URCs wait |
| starting | is lost; URCs go on |

How it says what it says is its family's manner (`families`), what goes wrong with a command `faults`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from functools import partial

from modem.simulator import power, reception, speech
from modem.simulator.answers import Answer, Later, Prompt
from modem.simulator.calls import Call
from modem.simulator.commands import find_handler
from modem.simulator.commands.ussd import CODES
from modem.simulator.errors import Refused
from modem.simulator.families import FAMILIES
from modem.simulator.faults import ASKING, PROMPT, Faults
from modem.simulator.grammar import Command, Unreadable, commands
from modem.simulator.journal import Journal
from modem.simulator.network import Network
from modem.simulator.options import Options
from modem.simulator.settings import Settings
from modem.simulator.silence import FOR_EVER, Silence
from modem.simulator.sim_card import SimCard
from modem.simulator.timers import Timers

BACKSPACE, LF, CR, CTRL_Z, ESC = 0x08, 0x0A, 0x0D, 0x1A, 0x1B
LONGEST = 4096  # bytes of one line or message; more are lost
RESULTS = {"OK": 0, "ERROR": 4}  # in numbers, for ATV0
LONGEST_SILENCE = 1e9  # seconds; longer than that is for ever
REGISTRATIONS = ("+CREG", "+CGREG", "+CEREG")


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
        self._call: Call | None = None
        self.deaf_until = self.sim_ready_at = 0.0
        self.life = 0
        self._output = bytearray()
        self._silence = Silence()
        self._working = False
        self._forget_settings()
        network.on_registration = self._registration_changed
        network.to_modem = lambda octets: reception.take(self, octets)
        self.find_network()
        power.murmur(self)

    def fresh_settings(self) -> Settings:
        """What AT&F brings back."""
        return Settings(storages=[self.family.starting] * 3)

    def _forget_settings(self) -> None:
        self.life += 1
        self.settings = self.fresh_settings()
        self.functional = 1
        self.hushed = False  # the family's own noise is switched off
        self.unacknowledged = False
        self.unlisted: list[tuple[str, ...]] = []  # indications kept back by +CNMI mode 0
        self._input: deque[int] = deque()
        self._line = bytearray()
        self._last_line = ""
        self._pending: deque[Command] = deque()
        self._prompt: Prompt | None = None
        self._asked = ""  # by which command
        self._muted = False  # nobody hears the running command's answer
        self._busy = False
        self._urcs: list[tuple[str, ...]] = []

    def power_off(self) -> None:
        """Deaf, mute and unreachable from now on."""
        self.end_call()
        self.network.radio(False)
        self._forget_settings()
        self._silence.begin(FOR_EVER)

    def power_cycle(self, seconds: float | None = None) -> None:
        """Everything but the storages is forgotten; ready `seconds` later (none: as the options say)."""
        self.power_off()
        self._silence.end()
        self.sim.power_cycle()
        self.journal.note("restarted", self.timers.now)
        power.start(self, self.options.boot_seconds if seconds is None else seconds)

    def find_network(self) -> None:
        """On the air, if the radio is on and the SIM allows it."""
        self.network.radio(self.functional == 1 and self.sim.state == "READY")

    @property
    def asks(self) -> bool:
        """What is typed now belongs to a message."""
        return self._prompt is not None

    @property
    def sim_busy(self) -> bool:
        """The SIM is still being read."""
        return self.timers.now < self.sim_ready_at

    # ---- bytes in --------------------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Bytes the host typed."""
        if self.silent:
            if self._silence.is_broken_by(data):
                self.power_cycle()
            return
        if self.timers.now < self.deaf_until:
            return
        self._input.extend(data)
        self._work()

    def _work(self) -> None:
        if self._working:
            return
        self._working = True
        while self._input and not self._busy and not self.silent:
            byte = self._input.popleft()
            if self._prompt:
                self._message_byte(byte, self._prompt)
            else:
                self._command_byte(byte)
            if byte in (CR, CTRL_Z):
                # What a command sets off at once comes before the next one, however fast they are typed.
                self.timers.run(self.timers.now)
        self._working = False

    def _command_byte(self, byte: int) -> None:
        self._echo(byte)
        if byte == CR:
            line, self._line = self._line.decode("latin-1"), bytearray()
            self._carry_out_line(line)
        elif byte == BACKSPACE:
            del self._line[-1:]
        elif byte >= 0x20 and len(self._line) < LONGEST:
            self._line.append(byte)

    def _message_byte(self, byte: int, prompt: Prompt) -> None:
        if byte in (CTRL_Z, ESC):
            message, self._line, self._prompt = self._line.decode("latin-1"), bytearray(), None
            if byte == ESC:
                self._finish("OK")
            elif self._settle(lambda: prompt.finish(message), self._asked):
                self._next()
            self._flush_urcs()
            return
        self._echo(byte)
        if byte == BACKSPACE:
            del self._line[-1:]
        elif len(self._line) < LONGEST:
            self._line.append(byte)
        if byte == CR and self.settings.text_mode:
            self._say("\n> ")

    def _echo(self, byte: int) -> None:
        if self.settings.numbers["E"]:
            self._say(chr(byte))

    # ---- commands --------------------------------------------------------------------------------

    def _carry_out_line(self, line: str) -> None:
        # What noise or a dead host's leftovers put before "AT" does not spoil the command.
        start = line.upper().find("A/" if line.strip().upper() == "A/" else "AT")
        if start < 0:
            return
        body = self._last_line if line[start + 1] == "/" else line[start + 2 :]
        self._last_line = body
        if body.upper().startswith("+CMGS="):
            self.journal.note("cmgs_line", self.timers.now, line=line[start:])
        try:
            self._pending = deque(commands(body))
        except Unreadable:
            self._finish("ERROR")
            return
        self._next()

    def _next(self) -> None:
        """Carry out what is left of the line; the last one's success is the line's."""
        while self._pending:
            command = self._pending.popleft()
            handler = find_handler(self, command)
            if handler is None:
                self._finish(self.family.unknown or "ERROR")
                return
            self._asked = command.name
            point = PROMPT if command.name in ASKING and command.form == "set" else command.name
            if not self._settle(partial(handler, self, command.arguments), point):
                return
        self._finish("OK")

    def _settle(self, act: Callable[[], Answer], point: str = "") -> bool:
        """True when the command is done; False when it failed, is under way or asks for more.

        `point` is where it may be spoilt (`faults`).
        """
        fault = self.faults.take(point)
        self._muted = self._muted or fault.swallowed
        if fault.swallowed and fault.seconds:
            self.fall_silent(fault.seconds)
        try:
            answer = fault.spoil(act)
        except Refused as refused:
            self._finish(refused.line(self.settings.numbers["+CMEE"]))
            return False
        if isinstance(answer, Later):
            self._busy = True
            life = self.life
            self.timers.after(answer.seconds, lambda: self._resume(answer, life))
            return False
        if isinstance(answer, Prompt):
            self._prompt = answer
            self._say("\r\n> ")
            self._muted = False
            return False
        if answer:
            self._respond(answer)
        return True

    def _resume(self, later: Later, life: int) -> None:
        if life != self.life:
            return
        self._busy = False
        if self._settle(later.finish):
            self._next()
        self._work()

    # ---- bytes out -------------------------------------------------------------------------------

    def take(self) -> bytes:
        """What the modem has said since the last call."""
        said = bytes(self._output)
        self._output.clear()
        return said

    def _respond(self, lines: list[str]) -> None:
        self._say(speech.answer(lines, self.family, in_words=bool(self.settings.numbers["V"])))

    def _finish(self, result: str) -> None:
        self._pending.clear()
        if not self.settings.numbers["Q"]:
            in_words = self.settings.numbers["V"]
            self._say(speech.result(result, self.family) if in_words else f"{RESULTS.get(result, result)}\r")
        self._muted = False

    def _say(self, text: str) -> None:
        """Something that belongs to a command."""
        if not self._muted:
            self.blurt(text.encode("latin-1", "replace"))

    def blurt(self, octets: bytes) -> None:
        """These octets, now; in silence they are lost or come late."""
        if self.silent:
            self._silence.keep(octets)
        else:
            self._output += octets

    def urc(self, *lines: str) -> None:
        """Say something nobody asked for; it waits while a message is typed and while the modem is silent."""
        if self._prompt or self.silent:
            self._urcs.append(lines)
        else:
            self.blurt(speech.unasked(lines, self.family).encode("latin-1", "replace"))

    def _flush_urcs(self) -> None:
        waiting, self._urcs = self._urcs, []
        for lines in waiting:
            self.urc(*lines)

    def ring(self, number: str, seconds: float) -> None:
        """Somebody calls for so long."""
        self.end_call()
        self._call = Call(self, number, seconds)

    def end_call(self) -> None:
        """Whoever rings is sent away."""
        if self._call:
            self._call.end()
        self._call = None

    def _registration_changed(self, stat: int) -> None:
        for name in REGISTRATIONS:
            if self.settings.numbers[name]:
                where = ',"1A2B","0C3D4E5F",7' if self.settings.numbers[name] == 2 and stat == 1 else ""
                self.urc(f"{name}: {stat}{where}")

    # ---- silence ---------------------------------------------------------------------------------

    @property
    def silent(self) -> bool:
        return self._silence.reigns(self.timers.now)

    def fall_silent(self, seconds: float, *, late: bool = False, cure: str = "") -> None:
        """Hear nothing and say nothing for a while, or until the cure (`silence`); with `late` the
        answers come at the end of it."""
        self.journal.note("silent", self.timers.now, seconds=min(seconds, LONGEST_SILENCE))
        self._silence.begin(self.timers.now + seconds, late=late, cure=cure)
        self._input.clear()
        self._line.clear()
        if seconds < LONGEST_SILENCE:
            life = self.life
            self.timers.after(seconds, lambda: self._speak_again(life))

    def _speak_again(self, life: int) -> None:
        if self.silent or life != self.life:
            return
        self._prompt = None
        self._output += self._silence.end()
        self._flush_urcs()
