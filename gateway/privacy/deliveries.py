"""What programs were told, or are about to be, about a person: shown to them, and emptied with the rest.

Nothing is left over by itself: what was told goes after seven days (`gateway.features.webhooks`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from gateway.privacy import spellings
from gateway.store import database
from gateway.store.models import Delivery
from gateway.store.terms import fn

LOOKED_THROUGH = 1000  # rows a look


def about(names: Sequence[str]) -> Any:
    """The condition that a number stands in what was said, or was answered, in any of its spellings."""
    digits = {tail for name in names if (tail := spellings.tail(name))}
    sought = sorted(digits) or [f'"{name}"' for name in names]  # a short code is only itself
    places = (Delivery.payload, Delivery.answer)
    return reduce(or_, (column.contains(piece) for column in places for piece in sought))


def empty(names: Sequence[str], now: datetime) -> Iterator[None]:
    """What was told says nothing any more, what waits is not told; each step is one short transaction."""
    last = Delivery.select(fn.MAX(Delivery.id)).scalar() or 0
    first = Delivery.select(fn.MIN(Delivery.id)).scalar() or 0
    for begin in range(first, last + 1, LOOKED_THROUGH):
        here = Delivery.id.between(begin, begin + LOOKED_THROUGH - 1)
        ids = [row.id for row in Delivery.select(Delivery.id).where(here, about(names))]
        if ids:
            with database.transaction():
                _give_up(ids, now)
                Delivery.update(payload="", answer="").where(Delivery.id.in_(ids)).execute()
        yield


def _give_up(ids: Sequence[int], now: datetime) -> None:
    over = {"state": "given_up", "next_at": None, "answered_at": now, "error": "erased"}
    Delivery.update(over).where(Delivery.id.in_(ids), Delivery.state == "waiting").execute()
