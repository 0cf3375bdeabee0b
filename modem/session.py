"""One command at a time over a port: write, wait, time out, find the modem again.

The whole answer has one absolute deadline, which no noise extends.  A command that had no answer
leaves the session `doubtful`: before anything else is typed, it is brought back to a known state.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from modem.commands import AT, PDU_MODE_SHOWN, Command
from modem.dialogue import Dialogue, Reply
from modem.error_table import hung, silent
from modem.errors import Hung, ModemError, PortLost
from modem.lines import Prompt
from modem.port import Clock, Port
from modem.urc import Urc

T = TypeVar("T")
ESC = b"\x1b"  # leaves the prompt (27.005 section 3.5.1)
IN, OUT = "<", ">"
Trace = Callable[[str, bytes], None]  # IN or OUT, and the octets as they passed
READS = 64  # at most so many at once before a command: a flood is no reason never to type


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds, and the factor on every command's deadline."""

    factor: float = 1.0
    quiet: float = 0.3  # nothing came for so long: nothing is on its way
    quiet_within: float = 3.0  # a modem that is never quiet is taken as it is
    tries: int = 3  # of finding a silent modem again


class Session:
    """A conversation with one modem; `hear` gets each URC as it is seen, and must not run commands;
    `trace` gets every octet."""

    def __init__(
        self,
        port: Port,
        hear: Callable[[Urc], None],
        timings: Timings | None = None,
        clock: Clock = time.monotonic,
        trace: Trace | None = None,
    ) -> None:
        self._port = port
        self._trace = trace or _untraced
        self._hear = hear
        self._timings = timings or Timings()
        self._clock = clock
        self._dialogue = Dialogue()
        self.doubtful = False

    def run(self, command: Command[T]) -> T:
        """What `command` answers.

        Raises the error it was answered with, Silent when its deadline passed, Hung when the modem
        could not be found again after an earlier silence, PortLost.
        """
        if self.doubtful:
            self.resynchronise()
        self._read_what_is_there(command)
        reply = self._exchange(command)
        if reply is None:
            self.doubtful = True
            raise silent(_masked(command))
        if reply.error:
            raise reply.error
        return command.read(reply.answers)

    def attempt(self, command: Command[T], default: T) -> T:
        """What an optional command answers, or `default` where the modem refuses it or says nothing
        to it.  Raises only Hung and PortLost."""
        try:
            return self.run(command)
        except (Hung, PortLost):
            raise
        except ModemError:
            return default

    def insist(self, command: Command[Any]) -> bool:
        """Type it in whatever state the modem is; whether it was answered.  Raises PortLost."""
        self.doubtful = True
        self._type(ESC)
        return self._exchange(command, watch_prompt=True) is not None

    def learn(self, noise: Iterable[str], ready: Iterable[str]) -> None:
        """This family's own lines: regular expressions of those that mean nothing, and of those that
        say that stored messages can be read."""
        self._dialogue.learn(noise, ready)

    def listen(self, until: float) -> None:
        """Wait for the modem to say something, for the bell, or until that instant."""
        self._deliver(self._read(until))

    def pause(self, seconds: float) -> None:
        """Listen for so long, bell or not."""
        until = self._clock() + seconds
        while self._clock() < until:
            self.listen(until)

    def resynchronise(self) -> None:
        """The modem answers, and what it answers belongs to what was asked last; else Hung."""
        self.doubtful = True
        answered = False
        for _ in range(self._timings.tries):
            self._type(ESC)
            self._quiet()
            answered = self._exchange(AT, watch_prompt=True) is not None or answered
            self._quiet()
            # its data line is a mark: whatever was asked before it has been answered or dropped
            if answered and self._exchange(PDU_MODE_SHOWN, watch_prompt=True) is not None:
                break
        if not answered:
            raise hung(f"{self._timings.tries} times AT and no answer")
        self.doubtful = False

    # ---- the exchange ------------------------------------------------------------------------------

    def _exchange(self, command: Command[Any], *, watch_prompt: bool = False) -> Reply | None:
        """The reply, or None when the deadline passed without one."""
        deadline = self._clock() + command.deadline * self._timings.factor
        self._dialogue.begin(command)
        try:
            self._write((command.text + command.end).encode("latin-1"), deadline)
            while self._clock() < deadline:
                reply = self._deliver(self._read(deadline), watch_prompt=watch_prompt)
                if reply:
                    return reply
            return None
        finally:
            self._dialogue.abandon()

    def _deliver(self, data: bytes, *, watch_prompt: bool = False) -> Reply | None:
        """URCs to whom they concern, a prompt nobody wants to ESC, the reply to the caller."""
        reply = None
        for outcome in self._dialogue.feed(data, watch_prompt=watch_prompt):
            if isinstance(outcome, Reply):
                reply = outcome
            elif isinstance(outcome, Prompt):
                self._type(ESC)
            else:
                self._hear(outcome)
        return reply

    def _read_what_is_there(self, command: Command[Any]) -> None:
        """What came before a command is typed cannot be its answer; nothing is typed into a prompt
        but a TPDU."""
        for _ in range(READS):
            data = self._read(self._clock())
            if not data:
                break
            self._deliver(data)
        if self._dialogue.prompt_waits and command.end == "\r":
            self._dialogue.forget_prompt()
            self.resynchronise()

    def _quiet(self) -> None:
        """Listen until nothing has come for a while."""
        at_most = self._clock() + self._timings.quiet_within
        until = self._clock() + self._timings.quiet
        while self._clock() < min(until, at_most):
            data = self._read(min(until, at_most))
            if data:
                self._deliver(data, watch_prompt=True)
                until = self._clock() + self._timings.quiet

    def _type(self, data: bytes) -> None:
        self._write(data, self._clock() + 1.0)

    def _read(self, until: float) -> bytes:
        data = self._port.read(until)
        if data:
            self._trace(IN, data)
        return data

    def _write(self, data: bytes, deadline: float) -> None:
        self._trace(OUT, data)
        self._port.write(data, deadline)


def _masked(command: Command[Any]) -> str:
    """The command without the PIN or the TPDU in it."""
    if command.end != "\r":
        return "a TPDU"
    return command.text.split('"')[0]


def _untraced(direction: str, data: bytes) -> None:
    """Nobody follows the wire."""
