"""Bytes become lines, and the prompt, in whatever pieces they came (sans-I/O).

CR, LF, CR LF, CR CR LF and a missing half all end a line; blank lines are nothing.  Octets are read
as Latin-1, so that no octet is ever an error; NULs (a line's noise when a modem powers up) vanish.
"""

from __future__ import annotations

import re
from enum import Enum

LONGEST = 4096  # octets; a TPDU line has at most 352, more without an end is garbage
END = b"\r\n"
_END = re.compile(rb"[\r\n]")
PADDING = b"\0 \t\x1a\x1b"  # echoed Ctrl-Z and ESC count as padding too


class Prompt(Enum):
    """The `> ` that asks for a TPDU (27.005 section 3.5.1)."""

    PROMPT = ">"


class Lines:
    """A buffer that gives its content line by line."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def put(self, data: bytes) -> None:
        """Append what the port gave."""
        self._buffer += data

    def take(self, *, prompt: bool) -> str | Prompt | None:
        """The next line, None when none is complete.

        With `prompt`, a ">" at the start of a line is the prompt; it has no line end, and its blank
        may be missing or still on its way.  Without, it is text like any other.
        """
        while True:
            self._skip_blank()
            if prompt and self._buffer[:1] == b">":
                del self._buffer[:1]
                return Prompt.PROMPT
            end = self._end()
            if end is None:
                return None
            line = self._cut(end)
            if line:
                return line

    @property
    def prompt_waits(self) -> bool:
        """An unfinished line is, as it stands, a prompt that nobody asked for."""
        return bytes(self._buffer).strip(END + PADDING) == b">"

    def drop(self) -> None:
        """Forget the unfinished line."""
        self._buffer.clear()

    def _skip_blank(self) -> None:
        kept = self._buffer.lstrip(END + PADDING)
        if len(kept) != len(self._buffer):
            self._buffer = bytearray(kept)

    def _end(self) -> int | None:
        found = _END.search(self._buffer)
        if found:
            return found.start()
        return LONGEST if len(self._buffer) >= LONGEST else None

    def _cut(self, end: int) -> str:
        line = bytes(self._buffer[:end])
        del self._buffer[:end]
        return line.replace(b"\0", b"").strip(PADDING).decode("latin-1")
