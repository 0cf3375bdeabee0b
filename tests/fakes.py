"""Second implementations at the seams: a clock that is told, ids that count, a modem in memory."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from gateway.ids import Ids
from modem import api
from modem.errors import ModemError

MONDAY_NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # 12:00 in Paris


class FakeClock:
    """Stands still until it is moved; `sleep` moves it."""

    def __init__(self, now: datetime = MONDAY_NOON) -> None:
        self.wall = now
        self.ticks = 1000.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.ticks

    def sleep(self, seconds: float) -> None:
        self.move(timedelta(seconds=seconds))

    def move(self, by: timedelta) -> None:
        self.wall += by
        self.ticks += by.total_seconds()


def counting_ids() -> Ids:
    """Ids whose randomness counts: different every time, the same in every run."""
    counter = itertools.count()

    def random(size: int) -> bytes:
        return next(counter).to_bytes(size, "big") if size > 1 else bytes([next(counter) % 256])

    return Ids(random)


@dataclass
class MemoryModem:
    """A modem that keeps what it is given until the test says what became of it."""

    name: str = "sim1"
    sim: str = "8933010000000000998"
    jobs: list[tuple[int, api.OutboundPart]] = field(default_factory=list)
    forgotten: list[api.Place] = field(default_factory=list)
    dialed: list[tuple[int, str]] = field(default_factory=list)
    resets: int = 0
    started: bool = False
    tell: api.Tell = field(default=lambda event: None)
    references: Callable[[], int] = field(default_factory=lambda: itertools.count(1).__next__)

    def start(self, tell: api.Tell) -> None:
        self.tell, self.started = tell, True

    def stop(self, timeout: float = 5.0) -> None:
        self.started = False

    def send(self, job: int, part: api.OutboundPart) -> None:
        self.jobs.append((job, part))

    def forget(self, place: api.Place) -> None:
        self.forgotten.append(place)

    def sweep(self) -> None:
        pass

    def ussd(self, job: int, code: str) -> None:
        self.dialed.append((job, code))

    def reset(self) -> None:
        self.resets += 1

    # ---- what the test makes of the part in hand: the event that the link would tell ----

    @property
    def job(self) -> int:
        return self.jobs[-1][0]

    @property
    def texts(self) -> list[str]:
        return [part.text for _, part in self.jobs]

    def accepts(self) -> api.PartAccepted:
        return api.PartAccepted(self.name, self.sim, self.job, self.references() % 256)

    def refuses(self, error: ModemError) -> api.PartRefused:
        return api.PartRefused(self.name, self.job, error)

    def falls_silent(self, error: ModemError) -> api.PartUncertain:
        return api.PartUncertain(self.name, self.sim, self.job, error)


class NoWatch:
    """Nobody counts the operator's refusals."""

    def accepted(self, modem: str, now: datetime) -> None: ...

    def refused(self, modem: str, number: str, error: ModemError, now: datetime) -> bool:
        return False
