"""The two clocks, and what the kernel says of them.  Only the daemon, the web and the command line ask; all
else takes `now`."""

from __future__ import annotations

import ctypes
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
STA_UNSYNC = 0x40


class Clock(Protocol):
    """Wall time for what people see, monotonic time for how long things take."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class _Timex(ctypes.Structure):
    """The beginning of struct timex (linux/timex.h); the rest is room."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("frequency", ctypes.c_long),
        ("most_error", ctypes.c_long),
        ("estimated_error", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 400),
    )


def synchronised() -> bool:
    """The kernel says that a time server keeps the wall clock (adjtimex(2)).

    Whoever sets the clock by hand ends that, until a server was asked again.  False where the kernel does
    not answer: a unit with `ProtectClock=` hides it.
    """
    answer = _Timex()
    try:
        state: int = ctypes.CDLL(None).adjtimex(ctypes.byref(answer))
    except (OSError, AttributeError):  # another system
        return False
    return 0 <= state < TIME_ERROR and not answer.status & STA_UNSYNC


def boot_id() -> str:
    """What tells one start of the machine from another; "" where nothing does."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""
