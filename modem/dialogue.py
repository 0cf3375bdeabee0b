"""Lines become the answer of the pending command, or unsolicited result codes (sans-I/O).

A URC may stand between any two lines.  So each line runs through `_RULES`, in order, until one rule
owns it: its form decides, never its moment.  What nobody waits for any more is noted, and never
becomes the answer of the next command.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from modem import urc
from modem.commands import Answer, Command, fits, is_hex, reference_in
from modem.error_table import cme_error, cms_error, own_error
from modem.errors import ModemError
from modem.lines import Lines, Prompt

PATIENCE = 3  # other lines that may stand between a URC's header and its TPDU
USSD_LINES = 20  # lines of one USSD text
SHORTEST = 16  # hex digits of the shortest TPDU that is taken without the announced length


@dataclass(frozen=True, slots=True)
class Reply:
    """The pending command's end: its data lines, and what went wrong."""

    answers: tuple[Answer, ...] = ()
    error: ModemError | None = None


Outcome = Reply | urc.Urc
_Final = tuple[str, Callable[[re.Match[str]], ModemError]]
_ERRORS: tuple[_Final, ...] = (
    (r"ERROR", lambda m: own_error("error")),
    (r"\+CMS ERROR:?\s*(.+)", lambda m: cms_error(m[1])),
    (r"\+CME ERROR:?\s*(.+)", lambda m: cme_error(m[1])),
    (r"COMMAND NOT SUPPORT(?:ED)?|TOO MANY PARAMETERS|NA", lambda m: own_error("unsupported", m[0])),
    (r"NO CARRIER|NO DIALTONE|NO ANSWER|BUSY", lambda m: own_error("no_carrier", m[0])),
    (r"MODEM ERROR:?\s*(.*)", lambda m: own_error("modem_error", m[0])),
)
_FINALS = tuple((re.compile(pattern, re.IGNORECASE), build) for pattern, build in _ERRORS)
_HANG_UP = re.compile(r"NO CARRIER|BUSY|NO ANSWER", re.IGNORECASE)


def final_error(line: str) -> ModemError | None:
    """The error a final result code stands for; None when the line is none."""
    for pattern, build in _FINALS:
        found = pattern.fullmatch(line)
        if found:
            return build(found)
    return None


class Dialogue:
    """At most one pending command, and the URCs around it."""

    def __init__(self) -> None:
        self._lines = Lines()
        self._pending: Command[Any] | None = None
        self._answers: list[Answer] = []
        self._echo = ""
        self._headless = False  # the last answer still waits for its TPDU line
        self._header: urc.Header | None = None  # a URC that still waits for its TPDU line
        self._patience = 0
        self._text: list[str] = []  # a USSD text that still waits for its closing quote
        self._ringing = False
        self._taken = False  # the USSD code that is pending was answered OK
        self._noise: tuple[re.Pattern[str], ...] = ()
        self._ready: tuple[re.Pattern[str], ...] = ()

    def learn(self, noise: Iterable[str], ready: Iterable[str]) -> None:
        """A family's own lines that mean nothing, and those that say its messages can be read."""
        self._noise = tuple(re.compile(pattern, re.IGNORECASE) for pattern in noise)
        self._ready = tuple(re.compile(pattern, re.IGNORECASE) for pattern in ready)

    def begin(self, command: Command[Any]) -> None:
        """From the next line on, wait for the answer of `command`."""
        self._pending, self._answers, self._headless = command, [], False
        self._echo = command.text
        self._taken = False

    def abandon(self) -> None:
        """Nobody waits for the pending command's answer any more."""
        self._pending, self._answers, self._headless = None, [], False

    def feed(self, data: bytes, *, watch_prompt: bool = False) -> list[Outcome | Prompt]:
        """What `data` completes, in order.

        A Prompt is given only to a command that asked for it (as a Reply it ends the command) or to
        one who watches for a late one.
        """
        self._lines.put(data)
        outcomes: list[Outcome | Prompt] = []
        while True:
            expected = self._pending is not None and self._pending.prompt
            item = self._lines.take(prompt=expected or watch_prompt)
            if item is None:
                return outcomes
            if isinstance(item, str):
                outcomes += self._own(item)
            else:
                outcomes.append(self._end(None) if expected else item)

    @property
    def prompt_waits(self) -> bool:
        """The modem asks for a TPDU that nobody has."""
        return self._lines.prompt_waits

    def forget_prompt(self) -> None:
        """The waiting prompt was answered with ESC."""
        self._lines.drop()

    # ---- the rules: each owns a line (a tuple, maybe empty) or passes it on (None) -----------------

    def _own(self, line: str) -> tuple[Outcome, ...]:
        for rule in self._RULES:
            owned = rule(self, line)
            if owned is not None:
                return owned
        return self._unsolicited(line)

    def _echoed(self, line: str) -> tuple[Outcome, ...] | None:
        return () if self._echo and line == self._echo.strip() else None

    def _tpdu(self, line: str) -> tuple[Outcome, ...] | None:
        """A line of hex belongs to the header whose length it has, before all others."""
        if not is_hex(line):
            return None
        if self._header and fits(line, self._header.length):
            return self._arrived(line)
        if self._headless:
            self._headless = False
            self._answers[-1] = Answer(self._answers[-1].line, line)
            return ()
        if self._header and len(line) >= SHORTEST and not self._is_data(line):
            return self._arrived(line)
        return None

    def _arrived(self, tpdu: str) -> tuple[Outcome, ...]:
        assert self._header is not None
        kind, self._header = self._header.kind, None
        return (kind(tpdu),)

    def _text_goes_on(self, line: str) -> tuple[Outcome, ...] | None:
        """Inside a USSD text only what is surely something else ends it."""
        if not self._text:
            return None
        if len(self._text) >= USSD_LINES or self._known(line) or self._awaits(line):
            return self._cut_text() + self._own(line)
        self._text.append(line)
        raw = "\n".join(self._text)
        if urc.ussd(raw) is None:
            return ()
        self._text = []
        return self._ussd(raw)

    def _cut_text(self) -> tuple[Outcome, ...]:
        raw, self._text = "\n".join(self._text) + '"', []
        return self._ussd(raw)

    def _ussd(self, raw: str) -> tuple[Outcome, ...]:
        """The answer of a code that was dialled, else unsolicited."""
        said = urc.ussd(raw)
        if said is None:
            return ()
        if self._pending is None or not self._pending.ussd:
            return (said,)
        if not self._taken and not said.text:
            return (said,)  # the end of a dialogue that was open before
        self._answers.append(Answer(raw))
        return (self._end(None),) if self._taken else ()

    def _data(self, line: str) -> tuple[Outcome, ...] | None:
        if not self._is_data(line):
            return None
        assert self._pending is not None
        self._answers.append(Answer(line))
        self._headless = self._pending.body
        return ()

    def _final(self, line: str) -> tuple[Outcome, ...] | None:
        """A final result code ends the pending command; OK does so only with the data it promised."""
        if not self._is_final(line):
            return None
        if _HANG_UP.fullmatch(line) and self._ringing:
            self._ringing = False
            return (urc.Noise(line),)
        if self._pending is None:
            return (urc.Noise(line),)
        if line.upper() == "OK":
            return self._ok(line, self._pending)
        return (self._end(final_error(line)),)

    def _ok(self, line: str, command: Command[Any]) -> tuple[Outcome, ...]:
        if command.prompt or (command.needed and not self._answers):
            return (urc.Noise(line),)
        if command.ussd and not self._answers:
            self._taken = True
            return ()
        return (self._end(None),)

    def _heading(self, line: str) -> tuple[Outcome, ...] | None:
        found = urc.header(line)
        if found is None:
            self._lose_patience()
            return None
        lost, self._header, self._patience = self._header, found, PATIENCE
        return (urc.Noise(f"{lost.kind.__name__} without its TPDU"),) if lost else ()

    def _lose_patience(self) -> None:
        self._patience -= 1
        if self._patience < 0:
            self._header = None

    def _text_opens(self, line: str) -> tuple[Outcome, ...] | None:
        if urc.ussd(line):
            return self._ussd(line)
        if not urc.opens_text(line):
            return None
        self._text = [line]
        return ()

    def _late_reference(self, line: str) -> tuple[Outcome, ...] | None:
        if line[:6].upper() != "+CMGS:":
            return None
        return (urc.LateReference(reference_in(line)),)

    def _unsolicited(self, line: str) -> tuple[Outcome, ...]:
        if any(pattern.fullmatch(line) for pattern in self._ready):
            return (urc.MessagesReady(),)
        event = urc.read(line)
        self._ringing = self._ringing or isinstance(event, urc.Ring)
        return (event,)

    _RULES: ClassVar[tuple[Callable[[Dialogue, str], tuple[Outcome, ...] | None], ...]] = (
        _echoed,
        _tpdu,
        _text_goes_on,
        _data,
        _final,
        _heading,
        _text_opens,
        _late_reference,
    )

    # ---- what a line is to the pending command -----------------------------------------------------

    def _is_data(self, line: str) -> bool:
        command = self._pending
        if command is None or command.data is None or not command.data.fullmatch(line):
            return False
        return not (command.free and (self._known(line) or self._is_final(line)))

    def _known(self, line: str) -> bool:
        """An unsolicited line for certain: every modem's, or this family's."""
        return urc.known(line) or any(each.fullmatch(line) for each in (*self._noise, *self._ready))

    def _awaits(self, line: str) -> bool:
        """The line ends the pending command, and is not the OK or the ERROR of a text."""
        return self._pending is not None and not self._taken and self._is_final(line)

    def _is_final(self, line: str) -> bool:
        return line.upper() == "OK" or final_error(line) is not None

    def _end(self, error: ModemError | None) -> Reply:
        reply = Reply(tuple(self._answers), error)
        self.abandon()
        return reply
