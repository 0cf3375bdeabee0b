"""The wire log of one modem: `time direction text`, one line for each line that passed, masked.

"<" is what the modem said, ">" what was typed at it; the text is escaped as in a Python string, line
ends included, so that `modem.replay` can play it again.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from modem.masking import Masks

log = logging.getLogger(__name__)

LONGEST = 8192  # octets of one line; more without an end is noise
_IN = re.compile(rb"[\r\n\0]*[^\r\n\0][^\n]*\n|[\r\n\0]*>[ ]?$")  # a line with its ends, or the prompt
_OUT = re.compile(rb"[^\r\x1a\x1b]*[\r\x1a\x1b]")
_PARTS = re.compile(r"([\r\n\0]*)(.*?)([\r\n\0\x1a\x1b]*)", re.DOTALL)


class Trace:
    """Follows a session (`modem.session.Session(trace=…)`), in the thread that owns it.

    `path` grows to `limit` octets, then becomes `path.1`, and that `path.2`: `kept` old ones.  A log that
    cannot be written ends, loudly, and disturbs nobody.
    """

    def __init__(
        self, path: Path, now: Callable[[], datetime], *, limit: int = 1_000_000, kept: int = 2
    ) -> None:
        self._path = path
        self._now = now
        self._limit = limit
        self._kept = kept
        self._unfinished = {"<": b"", ">": b""}
        self._masks = {"<": Masks(), ">": Masks()}
        self._broken = False

    def __call__(self, direction: str, data: bytes) -> None:
        """Note what passed; a line is written when it is whole, so that all of it is masked."""
        if self._broken:
            return
        data = self._unfinished[direction] + data
        end = 0
        for found in (_IN if direction == "<" else _OUT).finditer(data):
            self._line(direction, found[0])
            end = found.end()
        self._unfinished[direction] = data[end:] if len(data) - end <= LONGEST else b""

    def _line(self, direction: str, octets: bytes) -> None:
        parts = _PARTS.fullmatch(octets.decode("latin-1"))
        assert parts is not None  # it takes any text
        text = parts[1] + self._masks[direction].line(parts[2]) + parts[3]
        escaped = text.encode("unicode_escape").decode("ascii")
        self._write(f"{self._now().isoformat(timespec='milliseconds')} {direction} {escaped}\n")

    def _write(self, line: str) -> None:
        try:
            if self._path.exists() and self._path.stat().st_size + len(line) > self._limit:
                self._rotate()
            with open(self._path, "a", encoding="ascii", opener=_private) as file:
                file.write(line)
        except OSError as error:
            self._broken = True
            log.warning("the wire is not traced any more: %s", error)

    def _rotate(self) -> None:
        names = [self._path, *(self._path.with_name(f"{self._path.name}.{n + 1}") for n in range(self._kept))]
        for older, newer in zip(names[:0:-1], names[-2::-1], strict=True):
            if newer.exists():
                newer.replace(older)
        self._path.unlink(missing_ok=True)  # where none is kept


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
