"""The modem at its line: bytes in, and the answers to commands out (V.250, 27.005, 27.007).

What it does with a byte depends on its state:

| state | a typed byte |
|---|---|
| command | is echoed; CR carries out the line |
| prompt | belongs to the message; Ctrl-Z ends it, ESC gives it up |
| busy | waits until the running command has its result |
| silent | is lost, and so is every answer; URCs wait |
| starting | is lost; URCs go on |

What goes wrong with a command, `faults` says.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial

from modem.simulator import power, speech
from modem.simulator.answers import Answer, Later, Prompt
from modem.simulator.commands import find_handler
from modem.simulator.device import Device
from modem.simulator.errors import Refused
from modem.simulator.faults import ASKING, PROMPT
from modem.simulator.grammar import Command, Unreadable, commands

BACKSPACE, LF, CR, CTRL_Z, ESC = 0x08, 0x0A, 0x0D, 0x1A, 0x1B
LONGEST = 4096  # bytes of one line or message; more are lost
RESULTS = {"OK": 0, "ERROR": 4}  # in numbers, for ATV0


class Terminal:
    """Carries out what is typed to one device."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._working = False
        self._forget()
        device.on_reset, device.on_silence = self._forget, self._lose

    def _forget(self) -> None:
        self._input: deque[int] = deque()
        self._line = bytearray()
        self._last_line = ""
        self._pending: deque[Command] = deque()
        self._prompt: Prompt | None = None  # answered as long as the device asks
        self._asked = ""  # by which command
        self._muted = False  # nobody hears the running command's answer
        self._busy = False

    def _lose(self) -> None:
        self._input.clear()
        self._line.clear()

    # ---- bytes in --------------------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Bytes the host typed."""
        device = self._device
        if device.silent:
            if device.silence.is_broken_by(data):
                power.cycle(device)
            return
        if device.timers.now < device.deaf_until:
            return
        self._input.extend(data)
        self._work()

    def _work(self) -> None:
        if self._working:
            return
        self._working = True
        while self._input and not self._busy and not self._device.silent:
            byte = self._input.popleft()
            if self._prompt and self._device.asks:
                self._message_byte(byte, self._prompt)
            else:
                self._command_byte(byte)
            if byte in (CR, CTRL_Z):
                # What a command sets off at once comes before the next one, however fast they are typed.
                self._device.timers.run(self._device.timers.now)
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
            message, self._line, self._device.asks = self._line.decode("latin-1"), bytearray(), False
            if byte == ESC:
                self._finish("OK")
            elif self._settle(lambda: prompt.finish(message), self._asked):
                self._next()
            self._device.flush_urcs()
            return
        self._echo(byte)
        if byte == BACKSPACE:
            del self._line[-1:]
        elif len(self._line) < LONGEST:
            self._line.append(byte)
        if byte == CR and self._device.settings.text_mode:
            self._say("\n> ")

    def _echo(self, byte: int) -> None:
        if self._device.settings.numbers["E"]:
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
            self._device.journal.note("cmgs_line", self._device.timers.now, line=line[start:])
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
            handler = find_handler(self._device, command)
            if handler is None:
                self._finish(self._device.family.unknown or "ERROR")
                return
            self._asked = command.name
            point = PROMPT if command.name in ASKING and command.form == "set" else command.name
            if not self._settle(partial(handler, self._device, command.arguments), point):
                return
        self._finish("OK")

    def _settle(self, act: Callable[[], Answer], point: str = "") -> bool:
        """True when the command is done; False when it failed, is under way or asks for more.

        `point` is where it may be spoilt (`faults`).
        """
        fault = self._device.faults.take(point)
        self._muted = self._muted or fault.swallowed
        if fault.swallowed and fault.seconds:
            self._device.fall_silent(fault.seconds)
        try:
            answer = fault.spoil(act)
        except Refused as refused:
            self._finish(refused.line(self._device.settings.numbers["+CMEE"]))
            return False
        if isinstance(answer, Later):
            self._wait(answer)
            return False
        if isinstance(answer, Prompt):
            self._ask(answer)
            return False
        if answer:
            self._respond(answer)
        return True

    def _wait(self, later: Later) -> None:
        self._busy = True
        life = self._device.life
        self._device.timers.after(later.seconds, lambda: self._resume(later, life))

    def _ask(self, prompt: Prompt) -> None:
        self._prompt, self._device.asks = prompt, True
        self._say("\r\n> ")
        self._muted = False

    def _resume(self, later: Later, life: int) -> None:
        if life != self._device.life:
            return
        self._busy = False
        if self._settle(later.finish):
            self._next()
        self._work()

    # ---- bytes out -------------------------------------------------------------------------------

    def _respond(self, lines: list[str]) -> None:
        in_words = bool(self._device.settings.numbers["V"])
        self._say(speech.answer(lines, self._device.family, in_words=in_words))

    def _finish(self, result: str) -> None:
        self._pending.clear()
        numbers = self._device.settings.numbers
        if not numbers["Q"]:
            in_words = speech.result(result, self._device.family)
            self._say(in_words if numbers["V"] else f"{RESULTS.get(result, result)}\r")
        self._muted = False

    def _say(self, text: str) -> None:
        """Something that belongs to a command."""
        if not self._muted:
            self._device.blurt(text.encode("latin-1", "replace"))
