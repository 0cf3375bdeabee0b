"""Keywords as the loop knows them: heard after the surveys, and after every word of the law."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from gateway.features.api import Feature, House
from gateway.features.keywords import acting, matching
from gateway.messages.keywords import SOURCE
from gateway.store import database
from gateway.store.models import Consent, Inbound
from gateway.store.terms import fn


class Keywords(Feature):
    """Does what a word asks for; whoever was asked joins with their yes."""

    name = "keywords"

    def __init__(self) -> None:
        self.seen = -1  # the last act of consent that was looked at

    def hear(self, message: Inbound, number: str, house: House, now: datetime) -> bool:
        found = matching.find(message.text)
        if found is None:
            return False
        acting.act(found, message, number, house.caller(SOURCE), now)
        return True

    def step(self, house: House, now: datetime) -> bool:
        newest = Consent.select(fn.MAX(Consent.id)).scalar() or 0
        if newest != self.seen:
            acting.settle(self.seen, house.caller(SOURCE), now)
            self.seen = newest
        return False

    def night(self, house: House, now: datetime) -> Iterator[None]:
        with database.transaction():
            acting.forget(now)
        yield
