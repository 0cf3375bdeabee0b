"""A modem that is not ours: a pseudo-terminal that answers by a table and a script.

`ANSWERS` is what a plain modem says.  A script replaces single answers: `modem.next("AT+CSQ", "...")`
for the next time only, `modem.always(...)` from now on; an answer of None is silence.  What the modem
says unasked goes out by `say`, at once, between any two octets of whatever else it says.
"""

from __future__ import annotations

import os
import pty
import re
import select
import threading
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Any

OK = "\r\nOK\r\n"
PROMPT = "\r\n> "
SILENCE = None

ANSWERS: dict[str, str | None] = {
    "AT": OK,
    "ATE0": OK,
    "AT+CMEE=1": OK,
    "AT+CMGF?": "\r\n+CMGF: 0\r\n" + OK,
    "AT+CMGF=0": OK,
    "AT+CGMI": "\r\nScripted\r\n" + OK,
    "AT+CGMM": "\r\nPTY-1\r\n" + OK,
    "AT+CGMR": "\r\nRevision: 1.0\r\n" + OK,
    "AT+CGSN": "\r\n490154203237518\r\n" + OK,
    "AT+CIMI": "\r\n208010000000001\r\n" + OK,
    "AT+CCID": '\r\n+CCID: "8933010000000000001F"\r\n' + OK,
    "AT+CPIN?": "\r\n+CPIN: READY\r\n" + OK,
    "AT+CSMS=0": "\r\n+CSMS: 1,1,1\r\n" + OK,
    "AT+CMMS=2": "\r\n+CMS ERROR: 500\r\n",
    "AT+CPMS=?": '\r\n+CPMS: ("SM","ME","SR"),("SM","ME"),("SM","ME")\r\n' + OK,
    "AT+CPMS?": '\r\n+CPMS: "ME",0,50,"ME",0,50,"ME",0,50\r\n' + OK,
    "AT+CNMI=2,1,0,1,0": OK,
    "AT+CREG=1": OK,
    "AT+CEREG=1": OK,
    "AT+CREG?": "\r\n+CREG: 1,1\r\n" + OK,
    "AT+CEREG?": "\r\n+CEREG: 1,4\r\n" + OK,
    "AT+CSCA?": '\r\n+CSCA: "+33600000000",145\r\n' + OK,
    "AT+CSQ": "\r\n+CSQ: 20,99\r\n" + OK,
    "AT+COPS?": '\r\n+COPS: 0,0,"Fiction",7\r\n' + OK,
}


class ScriptedModem:
    """One modem on `path`; `typed` are the command lines it saw, `submitted` what came before each
    Ctrl-Z, `garbled` what was typed into a prompt and is no TPDU."""

    def __init__(
        self, folder: Path, answers: dict[str, str | None] | None = None, *, octets: int = 4096
    ) -> None:
        self.path = str(folder / "modem")
        self.typed: list[str] = []
        self.submitted: list[str] = []
        self.garbled: list[str] = []
        self.stored: dict[tuple[str, int], str] = {}
        self.storage = "ME"
        self.accepted = "+CMGS: "
        self.between: Callable[[], str] | None = None  # gives what is said between two lines
        self._answers = ANSWERS | (answers or {})
        self._once: dict[str, list[str | None]] = {}
        self._octets = octets
        self._changed = threading.Condition()
        self._prompted = False
        self._reference = 0
        self._plugged = False
        self._bell, self._ear = os.pipe()
        self.plug()

    # ---- the plug ----------------------------------------------------------------------------------

    def plug(self) -> None:
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        if os.path.lexists(self.path):
            os.unlink(self.path)
        os.symlink(os.ttyname(self._slave), self.path)
        self._prompted = False
        self._plugged = True
        self._thread = threading.Thread(target=self._live, args=(self._master,), daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        self._plugged = False
        os.unlink(self.path)
        os.write(self._ear, b"!")
        self._thread.join(5)
        os.read(self._bell, 1)
        os.close(self._slave)
        os.close(self._master)

    def close(self) -> None:
        if self._plugged:
            self.unplug()
        os.close(self._bell)
        os.close(self._ear)

    def __enter__(self) -> ScriptedModem:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    # ---- the script --------------------------------------------------------------------------------

    def next(self, command: str, *answers: str | None) -> None:
        self._once.setdefault(command, []).extend(answers)

    def always(self, command: str, answer: str | None) -> None:
        self._answers[command] = answer

    def play(self, script: dict[str, list[str]]) -> None:
        """Answer as the modem of a trace did (`modem.replay.script`)."""
        for command, answers in script.items():
            self._once.pop(command, None)
            self.next(command, *(answer or None for answer in answers))

    def hang(self) -> None:
        """Answers nothing any more, until `recover`."""
        self._hung = True

    def recover(self) -> None:
        self._hung = False

    _hung = False

    def say(self, text: str | bytes) -> None:
        data = text.encode("latin-1") if isinstance(text, str) else text
        for start in range(0, len(data), self._octets):
            os.write(self._master, data[start : start + self._octets])

    def wait_typed(self, command: str, times: int = 1, seconds: float = 10) -> None:
        """The command came so many times; `Ctrl-Z` counts submissions."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.count(command) >= times, seconds), self.typed

    def count(self, command: str) -> int:
        return len(self.submitted) if command == "Ctrl-Z" else self.typed.count(command)

    # ---- the modem ---------------------------------------------------------------------------------

    def _live(self, master: int) -> None:
        buffer = b""
        while True:
            readable, _, _ = select.select([master, self._bell], [], [])
            if self._bell in readable:
                return
            buffer += os.read(master, 4096)
            while True:
                end = re.search(rb"[\x1a\x1b]" if self._prompted else rb"[\r\x1b]", buffer)
                if not end:
                    break
                line, buffer = buffer[: end.start()].decode("latin-1"), buffer[end.end() :]
                self._take(line, end[0])

    def _take(self, line: str, end: bytes) -> None:
        with self._changed:
            if self._prompted:
                self._prompted = False
                answer = self._submission(line) if end == b"\x1a" else OK
            else:
                answer = self._command(line.strip()) if end == b"\r" else SILENCE
            self._changed.notify_all()
        if answer and not self._hung:
            self._say_lines(answer)
            self._prompted = answer.rstrip(" ").endswith(">")

    def _say_lines(self, answer: str) -> None:
        """The answer, with whatever `between` gives before each of its lines."""
        for line in re.findall(r"(?:\r+\n)?> ?$|(?:\r+\n)*[^\r\n]+\r+\n", answer):
            if self.between:
                self.say(self.between())
            self.say(line)

    def _command(self, line: str) -> str | None:
        self.typed.append(line)
        if self._once.get(line):
            return self._once[line].pop(0)
        if line in self._answers:
            return self._answers[line]
        for pattern, act in self._ACTS:
            found = re.fullmatch(pattern, line)
            if found:
                return act(self, found)
        return "\r\nERROR\r\n"

    def _submission(self, line: str) -> str | None:
        self.submitted.append(line)
        if not re.fullmatch(r"(?:[0-9A-F]{2})+", line):
            self.garbled.append(line)
        if self._once.get("Ctrl-Z"):
            return self._once["Ctrl-Z"].pop(0)
        self._reference = (self._reference + 1) % 256
        return f"\r\n{self.accepted}{self._reference}\r\n{OK}"

    def _select(self, found: re.Match[str]) -> str:
        self.storage = found[1]
        return f"\r\n+CPMS: 0,50,0,50,0,50\r\n{OK}"

    def _read(self, found: re.Match[str]) -> str:
        tpdu = self.stored.get((self.storage, int(found[1])))
        return f"\r\n+CMGR: 0,,{length_of(tpdu)}\r\n{tpdu}\r\n{OK}" if tpdu else OK

    def _list(self, found: re.Match[str]) -> str:
        here = [(index, tpdu) for (storage, index), tpdu in self.stored.items() if storage == self.storage]
        lines = (f"\r\n+CMGL: {index},0,,{length_of(tpdu)}\r\n{tpdu}\r\n" for index, tpdu in here)
        return "".join(lines) + OK

    def _delete(self, found: re.Match[str]) -> str:
        del self.stored[self.storage, int(found[1])]
        return OK

    _ACTS: tuple[tuple[str, Callable[[ScriptedModem, re.Match[str]], str]], ...] = (
        (r"AT\+CMGS=\d+", lambda modem, found: PROMPT),
        (r'AT\+CPMS="(\w+)".*', _select),
        (r"AT\+CMGR=(\d+)", _read),
        (r"AT\+CMGL=4", _list),
        (r"AT\+CMGD=(\d+)", _delete),
    )


def length_of(tpdu: str) -> int:
    """<length> of +CMGR: octets without the SMSC field."""
    return len(tpdu) // 2 - 1 - int(tpdu[:2], 16)


class Told:
    """What a link told, and a way to wait for it."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self._changed = threading.Condition()

    def __call__(self, event: Any) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait(self, kind: type, times: int = 1, seconds: float = 20, **fields: Any) -> Any:
        """The `times`-th event of that kind with those fields."""
        self.until(lambda: len(self.of(kind, **fields)) >= times, seconds)
        return self.of(kind, **fields)[times - 1]

    def until(self, true: Callable[[], bool], seconds: float = 20) -> None:
        with self._changed:
            assert self._changed.wait_for(true, seconds), self.events[-8:]

    def of(self, kind: type, **fields: Any) -> list[Any]:
        return [
            event
            for event in self.events
            if isinstance(event, kind)
            and all(getattr(event, name) == value for name, value in fields.items())
        ]
