"""What is kept of the clock's standing: since when nobody vouches for it, and a person's word for it.

The wall clock is compared with the monotonic one, which nobody sets: their difference in seconds (`apart`)
changes only when the wall clock is set, and is the same in every process until the machine starts again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from gateway import audit
from gateway.errors import Conflict
from gateway.status import ClockStatus
from gateway.store import choices, database, shifts

KEPT, WORD = "clock.kept", "clock.word"


@dataclass(frozen=True, slots=True)
class Kept:
    """How the clock stood when it was last written down; `since` and `seen` are seconds since 1970, as the
    wall clock counts them now."""

    boot: str
    apart: float
    since: float | None  # nobody has vouched for it since; None: somebody does
    marks: Mapping[str, int] = field(default_factory=dict)  # the newest rows then
    seen: float = 0.0  # the last hour that somebody vouched for


@dataclass(frozen=True, slots=True)
class Word:
    """A person said that the clock is right, knowing that the network's is `despite` seconds off (None: the
    network told none); worth nothing once the clock is set, or the machine started."""

    boot: str
    apart: float
    despite: float | None = None


def begin(boot: str, now: datetime, monotonic: float) -> Kept:
    """What is kept; a new start of the machine begins anew: what is written from now on is its own.

    Called by each process that writes rows, when it starts: the first one sets the marks.
    """
    with database.transaction():
        kept = read()
        if kept is None or not boot or kept.boot != boot:
            apart = now.timestamp() - monotonic
            kept = Kept(boot, apart, apart, shifts.newest(), kept.seen if kept else 0.0)
            keep(kept)
    return kept


def read() -> Kept | None:
    found = choices.find(KEPT)
    return Kept(**found) if found else None


def keep(kept: Kept) -> None:
    choices.keep(KEPT, asdict(kept))


def word(boot: str) -> Word | None:
    """A person's word, given since the machine started."""
    found = choices.find(WORD)
    return Word(**found) if found and boot and found["boot"] == boot else None


def confirm(by: str, boot: str, now: datetime, monotonic: float, seen: ClockStatus) -> None:
    """A person says that the clock is right; the caller rings.

    Raises Conflict `clock_too_early` for an hour before this program was made, which nobody can mean.
    """
    if seen.doubt == "too_early":
        raise Conflict("clock_too_early", clock=now.isoformat(timespec="seconds"))
    with database.transaction():
        choices.keep(WORD, asdict(Word(boot, now.timestamp() - monotonic, seen.offset_s)))
        audit.write(by, "clock_confirmed", now, clock=now.isoformat(timespec="seconds"))
