"""One answer for many messages, given behind the page: one round after the other, and how far each is.

What was done is in the ledger; how far a round got only this process remembers.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event

from gateway import wake
from gateway.errors import NotFound
from gateway.messages import outbox
from gateway.messages.bulk import Outcome
from gateway.store import database
from web.errands import Errands
from web.memory import Kept
from web.office import Office, office

REMEMBERED = 20
RING = 20  # steps

log = logging.getLogger(__name__)


@dataclass
class Round:
    """Which answer, for how many, how far it is, and whether it is over."""

    token: str
    answer: str
    total: int
    outcome: Outcome = field(default_factory=Outcome)
    began: float | None = None  # monotonic seconds
    stopped: Event = field(default_factory=Event)
    over: Event = field(default_factory=Event)
    trouble: str = ""  # the code of an error that ended it early

    @property
    def share(self) -> int:
        """How much of it is done, in percent."""
        done = 100 * self.outcome.looked_at // max(1, self.total)
        return 100 if self.over.is_set() and not self.is_cut else min(99, done)

    @property
    def is_cut(self) -> bool:
        """It ended before it had looked at everything."""
        return self.over.is_set() and (self.stopped.is_set() or bool(self.trouble))

    def seconds_left(self, now: float) -> float | None:
        """How long it takes at the pace so far; None while nobody can tell."""
        done = self.outcome.looked_at
        if not done or self.began is None or self.over.is_set():
            return None
        return max(0.0, (now - self.began) * (self.total - done) / done)


class Rounds:
    """The rounds that wait, the one that is being made, and the last that were."""

    def __init__(self) -> None:
        self._known: dict[str, Round] = {}
        self.errands = Errands("rounds")

    def start(self, round: Round, steps: Iterator[Outcome], here: Office) -> None:
        self._known[round.token] = round
        for token in [each.token for each in self._known.values() if each.over.is_set()][:-REMEMBERED]:
            del self._known[token]
        self.errands.add(lambda: self._make(round, steps, here))

    def under_way(self) -> Round | None:
        """The first that is not over."""
        return next((round for round in list(self._known.values()) if not round.over.is_set()), None)

    def get(self, token: str) -> Round:
        """Raises NotFound `round_unknown`."""
        if (found := self._known.get(token)) is None:
            raise NotFound("round_unknown")
        return found

    def _make(self, round: Round, steps: Iterator[Outcome], here: Office) -> None:
        try:
            with database.connection():
                self._go(round, steps, here)
        except database.Trouble as trouble:
            log.error("a round of %r ended early: %s", round.answer, trouble)
            round.trouble = database.trouble_code(trouble)
        except Exception:
            log.exception("a round of %r failed", round.answer)
            round.trouble = "internal"
        finally:
            wake.ring(here.config.appliance.runtime_dir)
            round.over.set()

    def _go(self, round: Round, steps: Iterator[Outcome], here: Office) -> None:
        """As much rest as work: the gateway writes meanwhile, and the pages are answered."""
        began = round.began = here.clock.monotonic()
        for number, outcome in enumerate(steps):
            round.outcome.add(outcome)
            if number % RING == 0:
                wake.ring(here.config.appliance.runtime_dir)
            if round.stopped.is_set() or self.errands.closing.is_set():
                break
            here.clock.sleep(max(outbox.PAUSE, here.clock.monotonic() - began))
            began = here.clock.monotonic()


rounds = Kept(lambda _: Rounds())


def start(answer: str, total: int, steps: Iterator[Outcome]) -> Round:
    """Have it done when its turn comes; the page goes on at once."""
    round = Round(office().ids.token(), answer, total)
    rounds().start(round, steps, office())
    return round
