"""The modem behind the line: bytes in, bytes out, nothing else (V.250, 27.005, 27.007).

What it does with a byte depends on its state:

| state | a typed byte |
|---|---|
| command | is echoed; CR carries out the line |
| prompt | belongs to the message; Ctrl-Z ends it, ESC gives it up |
| busy | waits until the running command has its result |
| silent | is lost, and so is every answer; URCs wait |
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime

from modem.simulator import reception
from modem.simulator.answers import Answer, Later, Prompt
from modem.simulator.commands import find_handler
from modem.simulator.errors import Refused
from modem.simulator.grammar import Command, Unreadable, commands
from modem.simulator.journal import Journal
from modem.simulator.network import Network
from modem.simulator.options import Options
from modem.simulator.settings import Settings
from modem.simulator.sim_card import SimCard
from modem.simulator.timers import Timers

BACKSPACE, LF, CR, CTRL_Z, ESC = 0x08, 0x0A, 0x0D, 0x1A, 0x1B
LONGEST = 4096  # bytes of one line or message; more are lost
RESULTS = {"OK": 0, "ERROR": 4}  # in numbers, for ATV0
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
        self.timers = timers
        self.journal = journal
        self.network = network
        self.clock = clock
        self.sim = SimCard(options)
        self.smsc = options.smsc
        self._output = bytearray()
        self._late: bytearray | None = None
        self._silent_until = 0.0
        self._life = 0
        self._working = False
        self._power_on()
        network.on_registration = self._registration_changed
        network.to_modem = lambda octets: reception.take(self, octets)
        network.radio(self.sim.state == "READY")

    def _power_on(self) -> None:
        self._life += 1
        self.settings = Settings()
        self.functional = 1
        self.unacknowledged = False
        self.unlisted: list[tuple[str, ...]] = []  # indications kept back by +CNMI mode 0
        self._input: deque[int] = deque()
        self._line = bytearray()
        self._last_line = ""
        self._pending: deque[Command] = deque()
        self._prompt: Prompt | None = None
        self._busy = False
        self._urcs: list[tuple[str, ...]] = []

    def power_cycle(self) -> None:
        """Everything but the SIM's and the modem's storages is forgotten."""
        self.network.radio(False)
        self.sim.power_cycle()
        self._power_on()
        self.network.radio(self.sim.state == "READY")

    # ---- bytes in --------------------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Bytes the host typed."""
        if self.silent:
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
            elif self._settle(lambda: prompt.finish(message)):
                self._next()
            self._flush_urcs()
            return
        self._echo(byte)
        if byte == BACKSPACE:
            del self._line[-1:]
        elif len(self._line) < LONGEST:
            self._line.append(byte)
        if byte == CR and self.settings.text_mode:
            self._emit("\n> ")

    def _echo(self, byte: int) -> None:
        if self.settings.numbers["E"]:
            self._emit(chr(byte))

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
                self._finish("ERROR")
                return
            if not self._settle(lambda h=handler, c=command: h(self, c.arguments)):  # type: ignore[misc]
                return
        self._finish("OK")

    def _settle(self, act: Callable[[], Answer]) -> bool:
        """True when the command is done; False when it failed, is under way or asks for more."""
        try:
            answer = act()
        except Refused as refused:
            self._finish(refused.line(self.settings.numbers["+CMEE"]))
            return False
        if isinstance(answer, Later):
            self._busy = True
            life = self._life
            self.timers.after(answer.seconds, lambda: self._resume(answer, life))
            return False
        if isinstance(answer, Prompt):
            self._prompt = answer
            self._emit("\r\n> ")
            return False
        if answer:
            self._respond(answer)
        return True

    def _resume(self, later: Later, life: int) -> None:
        if life != self._life:
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
        body = "\r\n".join(lines) + "\r\n"
        self._emit(("\r\n" if self.settings.numbers["V"] else "") + body)

    def _finish(self, result: str) -> None:
        self._pending.clear()
        if self.settings.numbers["Q"]:
            return
        if self.settings.numbers["V"]:
            self._emit(f"\r\n{result}\r\n")
        else:
            self._emit(f"{RESULTS.get(result, result)}\r")

    def _emit(self, text: str) -> None:
        octets = text.encode("latin-1", "replace")
        if not self.silent:
            self._output += octets
        elif self._late is not None:
            self._late += octets

    def urc(self, *lines: str) -> None:
        """Say something nobody asked for; it waits while a message is typed and while the modem is silent."""
        if self._prompt or self.silent:
            self._urcs.append(lines)
        else:
            self._emit("\r\n" + "\r\n".join(lines) + "\r\n")

    def _flush_urcs(self) -> None:
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
        return self.timers.now < self._silent_until

    def fall_silent(self, seconds: float, *, late: bool = False) -> None:
        """Hear nothing and say nothing for a while; with `late` the answers come at the end of it."""
        self.journal.note("silent", self.timers.now, seconds=seconds)
        self._late = bytearray() if late else None
        self._silent_until = self.timers.now + seconds
        self._input.clear()
        self._line.clear()
        self.timers.after(seconds, self._speak_again)

    def _speak_again(self) -> None:
        if self.silent:
            return
        self._prompt = None
        self._output += self._late or b""
        self._late = None
        self._flush_urcs()
