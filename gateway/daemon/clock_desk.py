"""The loop's hour: every look at the clock first asks whether somebody set it, and whether to believe it.

What a step or a change of trust means for the rows is written before any decision is taken at the new hour.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from gateway import trust
from gateway.clock import Clock
from gateway.daemon.events import TimeTold
from gateway.daemon.gauges import Gauges
from gateway.daemon.timekeeper import Timekeeper
from gateway.messages import stepping, waiting
from gateway.messages.gathering import Judge
from gateway.modems import alarms
from gateway.status import ClockStatus
from gateway.store import database, shifts
from gateway.trust import Kept

log = logging.getLogger(__name__)

ALARM = "clock_untrusted"
SUBJECT = "clock"
PATIENCE = 120.0  # seconds in which a modem or a time server usually tells the hour: no alarm before
REFRESH = 1.0  # seconds: it costs as much as a message, and quiet moments come many a second
SEEN_EVERY = 3600.0  # seconds between two notes of an hour that is vouched for

WasSet = Iterable[Callable[[], None]]


@dataclass(frozen=True, slots=True)
class Turn:
    """The clock was set by `step` seconds, or its standing changed: what the rows must still learn."""

    apart: float  # since then
    step: float
    trusted: bool  # since then
    between: tuple[float, float]  # the two looks (monotonic) between which it happened
    marks: Mapping[str, int] = field(default_factory=dict)


class ClockDesk:
    """Asks both clocks for the loop; keeps the judge, the gauges and the ledger of one mind about them."""

    def __init__(
        self, clock: Clock, judge: Judge, gauges: Gauges, keeper: Timekeeper, boot: str, was_set: WasSet
    ) -> None:
        self.clock, self.judge, self.gauges = clock, judge, gauges
        self.keeper, self.boot = keeper, boot
        self.was_set = was_set  # what else must begin anew; told when the rows are right
        self.standing: ClockStatus | None = None
        self.kept: Kept | None = None  # as it stands in the ledger
        self.turns: list[Turn] = []  # what the ledger does not know yet
        self.marks: Mapping[str, int] = {}  # the newest rows at the last quiet moment
        self.looked = clock.monotonic()
        self.refreshed = float("-inf")
        self.doubtful: float | None = None  # since when (monotonic) nobody vouches

    def begin(self) -> None:
        """Before anything is decided: what the last run knew; a step since then is found by the next look."""
        now, monotonic = self.clock.now(), self.clock.monotonic()
        self.kept = trust.begin(self.boot, now, monotonic)
        self.keeper.seen = self.kept.seen
        self.keeper.apart = self.kept.apart
        self.turns.clear()
        self.standing, self.refreshed = None, float("-inf")
        self.refresh()
        self.now()

    def look(self) -> datetime:
        """The hour; what it changes in the ledger is written by the next `now`."""
        now, monotonic = self.clock.now(), self.clock.monotonic()
        step = self.keeper.look(now, monotonic)
        if step or self.standing is None:
            self._weigh(now, monotonic, step)
        self.looked = monotonic
        return now

    def now(self) -> datetime:
        """The hour, when the ledger knows all that follows from it; not inside a transaction."""
        now = self.look()
        if self.turns and self.kept is not None:
            self._write_down(self.kept, now)
        return now

    def told(self, event: TimeTold) -> None:
        """A modem told the network's time."""
        self.keeper.told(event.modem, event.at, event.monotonic)
        self.gauges.network_time(event.modem, (event.at - event.wall).total_seconds())
        self._weigh(self.look(), self.clock.monotonic(), 0.0)

    def refresh(self) -> None:
        """In a quiet moment: a person's word, a source grown old; what was held for the clock goes on."""
        now, monotonic = self.look(), self.clock.monotonic()
        if monotonic - self.refreshed < REFRESH:
            return
        self.keeper.word = trust.word(self.boot)
        self._weigh(now, monotonic, 0.0)
        self.refreshed = monotonic
        if self.judge.trusted:
            self.marks = shifts.newest()
            waiting.wake(now)

    def watch(self) -> None:
        """Each minute: a clock that nobody vouches for is worth an alarm."""
        if self.doubtful is not None and self.clock.monotonic() - self.doubtful >= PATIENCE:
            alarms.raise_(ALARM, SUBJECT, self.clock.now())

    # ---- machinery -----------------------------------------------------------------------------

    def _weigh(self, now: datetime, monotonic: float, step: float) -> None:
        """Judge the clock anew; whoever asks the judge from now on is told of it."""
        before, standing = self.standing, self.keeper.judge(now, monotonic)
        at = now.isoformat() if step else before.stepped_at if before else None
        self.standing = self.gauges.clock = replace(standing, stepped_at=at)
        self.judge.trusted = standing.trusted
        if not standing.trusted:
            self.doubtful = monotonic if self.doubtful is None else self.doubtful
        else:
            self.doubtful = None
        if step:
            log.warning("the clock was set to %s, by %+.0f s", now.isoformat(), step)
            self.gauges.clock_was_set(step)
        changed = before is None or before.trusted != standing.trusted
        if changed or step:
            log.info("the clock: %s", standing.source if standing.trusted else standing.doubt)
            self.gauges.write(now)
        if changed or step or self._seen_long_ago(now):
            apart = now.timestamp() - monotonic
            self.turns.append(Turn(apart, step, standing.trusted, (self.looked, monotonic), self.marks))

    def _seen_long_ago(self, now: datetime) -> bool:
        return self.judge.trusted and abs(now.timestamp() - self.keeper.seen) >= SEEN_EVERY

    def _write_down(self, kept: Kept, now: datetime) -> None:
        with database.transaction():
            for turn in self.turns:
                kept = _turned(kept, turn)
            if self.judge.trusted:
                waiting.wake(now)
                self.marks = shifts.newest()
                kept = replace(kept, seen=now.timestamp())
                alarms.clear(ALARM, SUBJECT, now)
            trust.keep(kept)
        steps = [turn.step for turn in self.turns if turn.step]
        self.turns.clear()
        self.kept, self.keeper.seen = kept, kept.seen
        for begin_anew in self.was_set if steps else ():
            begin_anew()


def _turned(kept: Kept, turn: Turn) -> Kept:
    """Write in the rows what one turn means; the standing after it."""
    since, marks = kept.since, kept.marks
    if turn.step:
        step, (first, last) = timedelta(seconds=turn.step), turn.between
        old = turn.apart - turn.step
        stepping.move_waits(_instant(old + first), step)
        if since is not None:
            stepping.put_right(_instant(since), _instant(old + last), step, marks)
            since += turn.step
    if turn.trusted:
        since = None
    elif since is None:
        since, marks = turn.apart + turn.between[0], turn.marks
    return replace(kept, apart=turn.apart, since=since, marks=dict(marks))


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
