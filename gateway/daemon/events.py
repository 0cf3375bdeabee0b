"""What wakes the loop, besides the modems' own events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.panel import Press


@dataclass(frozen=True, slots=True)
class Rung:
    """Somebody committed something and rang the doorbell."""


@dataclass(frozen=True, slots=True)
class Minute:
    """A minute has passed."""


@dataclass(frozen=True, slots=True)
class Night:
    """The hour of the nightly work."""


@dataclass(frozen=True, slots=True)
class TimeTold:
    """A modem told the network's time: `at`, when our clocks showed `wall` and `monotonic`."""

    modem: str
    at: datetime
    wall: datetime
    monotonic: float


@dataclass(frozen=True, slots=True)
class Told:
    """A feature's own worker had something to say."""

    feature: str
    value: object


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed the panel's button."""

    how: Press


@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody asked the daemon to end."""
