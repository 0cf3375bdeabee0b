"""How strong the network was: a sample of each modem every ten minutes, kept for thirty days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.store import database, tallying
from gateway.store.models import Signal
from gateway.store.tallying import Strength

EVERY = timedelta(minutes=10)
KEPT = timedelta(days=30)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """The signal within one slot, in dBm."""

    least: int
    mean: int
    most: int


def note(heard: Mapping[str, int], now: datetime) -> None:
    """Write the sample of these ten minutes down, unless it is there: modem → dBm."""
    at = now - (now - EPOCH) % EVERY
    known = Signal.select(Signal.modem).where(Signal.modem.in_([*heard]), Signal.at == at)
    fresh = set(heard) - {sample.modem for sample in known}
    if fresh:
        with database.transaction():
            Signal.insert_many([{"modem": one, "at": at, "dbm": heard[one]} for one in fresh]).execute()
            Signal.delete().where(Signal.modem.in_([*fresh]), Signal.at < now - KEPT).execute()


def over(modem: str, begins: Sequence[datetime]) -> list[Span | None]:
    """One for each slot, which ends where the next one begins; None where nothing was heard."""
    slots: list[list[Strength]] = [[] for _ in begins]
    for strength in tallying.strengths(modem, begins[0]):
        slots[bisect_right(begins, strength.at) - 1].append(strength)
    return [_span(slot) if slot else None for slot in slots]


def _span(slot: Sequence[Strength]) -> Span:
    mean = sum(one.total for one in slot) / sum(one.samples for one in slot)
    return Span(min(one.least for one in slot), round(mean), max(one.most for one in slot))
