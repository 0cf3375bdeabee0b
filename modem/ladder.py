"""Which rung is tried next to get a modem back: the gentlest first, the hard ones on a budget.

No clock and no port here: `now` is an argument, and the caller says which rungs it could climb.
Gentle rungs may be repeated for ever; a reset costs the network's patience and the modem's flash.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from modem.api import Rung
from modem.errors import Advice, Hung

GENTLE = (Rung.RESYNC, Rung.REOPEN)
RESETS = (Rung.RESTART, Rung.USB, Rung.POWER)


@dataclass(frozen=True, slots=True)
class Budget:
    """How many resets, in how many seconds, and how long a trouble must last before the first."""

    resets: int = 3
    within: float = 3600.0
    patience: float = 20.0  # most silences end by themselves


@dataclass(frozen=True, slots=True)
class Choice:
    """The rung to try now; `over`: a reset would be due, and the budget is spent."""

    rung: Rung
    over: bool = False


class ResetsOver(Hung):
    """The modem answers nothing and was reset as often as it may be: a person is needed."""

    advice = Advice.STOP_SIM


def choose(tried: Sequence[Rung], possible: Collection[Rung], *, may_reset: bool, spent: bool) -> Choice:
    """The first possible rung that this trouble has not seen; after the last one, the last again."""
    for rung in GENTLE:
        if rung in possible and rung not in tried:
            return Choice(rung)
    resets = [rung for rung in RESETS if rung in possible]
    if not resets or not may_reset:
        return Choice(Rung.REOPEN)
    if spent:
        return Choice(Rung.REOPEN, over=True)
    return Choice(next((rung for rung in resets if rung not in tried), resets[-1]))


class Ladder:
    """What was tried in the present trouble, and when the modem was reset."""

    def __init__(self, budget: Budget | None = None) -> None:
        self._budget = budget or Budget()
        self._since: float | None = None  # of the present trouble
        self._tried: list[Rung] = []
        self._resets: list[float] = []
        self._not_before = float("-inf")

    def trouble(self, now: float) -> None:
        """The modem is lost or silent; told again and again, it is one trouble until `well`."""
        if self._since is None:
            self._since = now

    def well(self) -> None:
        """The trouble is over; what it cost stays in the books."""
        self._since = None
        self._tried.clear()

    def starting(self, until: float) -> None:
        """The modem starts: until that instant its silence is no reason for a reset."""
        self._not_before = max(self._not_before, until)

    def next(self, possible: Collection[Rung], now: float) -> Choice:
        since = now if self._since is None else self._since
        may_reset = now >= max(self._not_before, since + self._budget.patience)
        return choose(self._tried, possible, may_reset=may_reset, spent=self.resets_left(now) == 0)

    def by_hand(self, possible: Collection[Rung]) -> Rung:
        """The reset a person gets, whatever the budget says: the first one this trouble has not seen."""
        return choose([*GENTLE, *self._tried], possible, may_reset=True, spent=False).rung

    def resets_left(self, now: float) -> int:
        recent = [at for at in self._resets if at > now - self._budget.within]
        return max(0, self._budget.resets - len(recent))

    def tried(self, rung: Rung, now: float, *, by_hand: bool = False) -> bool:
        """Note it; True when this trouble has not seen it before, or it is a reset.

        What a person asked for is not paid from the budget.
        """
        new = rung not in self._tried or rung in RESETS
        if rung not in self._tried:
            self._tried.append(rung)
        if rung in RESETS and not by_hand:
            self._resets = [at for at in self._resets if at > now - self._budget.within] + [now]
        return new
