"""A modem that is deaf and mute: for a while, or until something brings it back.

| `cure` | what ends it before its time |
|---|---|
| "" | only the cable or a loss of power |
| `reset` | a line with AT+CFUN=1,1 besides: the only one it still hears |
"""

from __future__ import annotations

import re

FOR_EVER = float("inf")
CURES = ("", "reset")
RESTART = re.compile(rb"AT\+CFUN=1,1\s*\r", re.IGNORECASE)
REMEMBERED = 64  # octets of what was typed


class Silence:
    """At most one silence at a time; instants are monotonic."""

    def __init__(self) -> None:
        self._until = 0.0
        self._cure = ""
        self._typed = b""
        self._late: bytearray | None = None

    def begin(self, until: float, *, late: bool = False, cure: str = "") -> None:
        """Silent up to that instant; with `late` what is said meanwhile is kept."""
        self._until, self._cure, self._typed = until, cure, b""
        self._late = bytearray() if late else None

    def reigns(self, now: float) -> bool:
        return now < self._until

    def keep(self, octets: bytes) -> None:
        """Something was said that nobody hears now."""
        if self._late is not None:
            self._late += octets

    def is_broken_by(self, data: bytes) -> bool:
        """True when what was typed since is the command that ends it."""
        if self._cure != "reset":
            return False
        self._typed = (self._typed + data)[-REMEMBERED:]
        return RESTART.search(self._typed) is not None

    def end(self) -> bytes:
        """No silence any more; what was kept."""
        kept, self._late, self._until = bytes(self._late or b""), None, 0.0
        return kept
