"""What the lamps of the panel say, and two small doors beside the doorbell: a finger on a button that is
only a picture, and the wish that the whole machine is shut down.
"""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Pattern(StrEnum):
    OFF = "off"
    STEADY = "steady"
    SLOW = "slow"  # a second on, a second off
    FAST = "fast"  # five times as fast


class Press(StrEnum):
    SHORT = "short"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is to show: how many modems are ready, and of how many; whether messages wait, an alarm
    stands, the ledger cannot be written, the machine is about to be shut down."""

    ready: int = 0
    modems: int = 0
    waiting: bool = False
    alarm: bool = False
    stuck: bool = False
    ending: bool = False


@dataclass(frozen=True, slots=True)
class Lamps:
    well: Pattern = Pattern.OFF
    waiting: Pattern = Pattern.OFF
    trouble: Pattern = Pattern.OFF


def lamps(sight: Sight) -> Lamps:
    """The pattern of each lamp."""
    if sight.ending:
        return Lamps(Pattern.FAST, Pattern.FAST, Pattern.FAST)
    if sight.stuck:
        return Lamps(trouble=Pattern.FAST)
    return Lamps(_well(sight), _waiting(sight), _trouble(sight))


def _well(sight: Sight) -> Pattern:
    if sight.modems and sight.ready == sight.modems:
        return Pattern.STEADY
    return Pattern.SLOW if sight.ready else Pattern.OFF


def _waiting(sight: Sight) -> Pattern:
    if not sight.waiting:
        return Pattern.OFF
    return Pattern.STEADY if sight.ready else Pattern.SLOW


def _trouble(sight: Sight) -> Pattern:
    if not sight.alarm:
        return Pattern.OFF
    return Pattern.SLOW if sight.ready else Pattern.FAST


# ---- beside the doorbell -------------------------------------------------------------------------


def finger(runtime_dir: Path) -> Path:
    """Where the picture of a button is pressed."""
    return runtime_dir / "panel"


def press(runtime_dir: Path, how: Press) -> bool:
    """Press the picture's button; False where no gateway has one."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hand:
            hand.setblocking(False)
            hand.sendto(how.encode(), str(finger(runtime_dir)))
    except OSError:
        return False
    return True


def ask_shutdown(runtime_dir: Path) -> None:
    """`chappe-shutdown.path` watches for this file."""
    (runtime_dir / "shutdown").touch(mode=0o640)


def is_shutdown_asked(runtime_dir: Path) -> bool:
    return (runtime_dir / "shutdown").exists()


def forget_shutdown(runtime_dir: Path) -> None:
    """The gateway starts: what was asked before has been done, or never will be."""
    with contextlib.suppress(OSError):
        (runtime_dir / "shutdown").unlink(missing_ok=True)
