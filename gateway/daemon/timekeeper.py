"""Whether the wall clock can be believed: reckoned from who vouches for it, never assumed.

Who vouches, best first: a time server, as the kernel says; the mobile network's time; a person.  Each is kept
as what the clocks should lie apart (see `gateway.trust`), so that it holds for as long as nobody sets the
clock, tells at once by how much a step was wrong, and is good again when the clock comes back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.status import ClockStatus
from gateway.trust import Word

RELEASED = datetime(2026, 11, 1, tzinfo=UTC)  # of this version: no earlier hour can be the true one
STEP = 2.0  # seconds by which wall and monotonic time may part before it counts as a step
NEAR = 300.0  # seconds: the mobile network's time is good enough to tell day from night
FAR = 86_400.0  # seconds: so far apart, one of two clocks tells nonsense
FRESH = 86_400.0  # seconds for which a source is believed without being heard again


@dataclass(frozen=True, slots=True)
class Evidence:
    """By how much the clocks should lie apart, and when (monotonic) that was heard."""

    apart: float
    at: float


class Timekeeper:
    """Knows the last look at both clocks, and what the sources said."""

    def __init__(self, synchronised: Callable[[], bool]) -> None:
        self.synchronised = synchronised
        self.apart: float | None = None
        self.server: Evidence | None = None
        self.networks: dict[str, Evidence] = {}  # by modem
        self.word: Word | None = None
        self.seen = 0.0  # the last hour that was vouched for, in seconds since 1970

    def look(self, now: datetime, monotonic: float) -> float:
        """By how many seconds the wall clock was set since the last look; 0.0 when it was not."""
        apart = now.timestamp() - monotonic
        step = apart - self.apart if self.apart is not None else 0.0
        self.apart = apart
        return step if abs(step) > STEP else 0.0

    def told(self, modem: str, at: datetime, monotonic: float) -> None:
        """The network's time, as this modem told it."""
        self.networks[modem] = Evidence(at.timestamp() - monotonic, monotonic)

    def judge(self, now: datetime, monotonic: float) -> ClockStatus:
        """Who vouches for the clock now, else why nobody does."""
        apart = now.timestamp() - monotonic
        if self.synchronised():
            self.server = Evidence(apart, monotonic)
        offset = self._offset(apart, monotonic)
        shown = None if offset is None else round(offset, 1)
        source, doubt = self._verdict(now.timestamp(), apart, offset, monotonic)
        return ClockStatus(not doubt, source, doubt, offset_s=shown)

    def _verdict(self, now: float, apart: float, offset: float | None, monotonic: float) -> tuple[str, str]:
        """(source, "") or ("none", doubt)."""
        word = self.word if self.word and abs(apart - self.word.apart) <= STEP else None
        if now < RELEASED.timestamp():
            return "none", "too_early"
        if offset is not None and abs(offset) > FAR and not _knew(word, offset):
            return "none", "contradicted"
        source = self._machine(apart, offset, monotonic)
        if source and now >= self.seen - FAR:
            return source, ""
        if word:
            return "person", ""
        return "none", "went_back" if source else "unvouched"

    def _machine(self, apart: float, offset: float | None, monotonic: float) -> str:
        server = self.server
        if server and monotonic - server.at <= FRESH and abs(apart - server.apart) <= STEP:
            return "ntp"
        return "network" if offset is not None and abs(offset) <= NEAR else ""

    def _offset(self, apart: float, monotonic: float) -> float | None:
        """The network's time minus ours, of the modem that agrees best; None when none told it lately."""
        lately = [heard for heard in self.networks.values() if monotonic - heard.at <= FRESH]
        return min((heard.apart - apart for heard in lately), key=abs, default=None)


def _knew(word: Word | None, offset: float) -> bool:
    """The person who vouches saw that the network says otherwise."""
    return word is not None and word.despite is not None and abs(word.despite - offset) <= NEAR
