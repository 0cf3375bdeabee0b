"""The gateway's own part in automations: one short step after the other, all of it from the rows."""

from __future__ import annotations

from datetime import datetime

from gateway.features.api import Feature, House
from gateway.features.automations import ending, events, scanning, walking
from gateway.features.automations.states import SOURCE
from gateway.store.models import Automation, Inbound


class Automations(Feature):
    """While nobody vouches for the clock nothing begins and nobody goes on."""

    name = "automations"

    def __init__(self) -> None:
        self.next: datetime | None = None

    def begin(self, house: House, now: datetime) -> None:
        ending.begin()

    def hear(self, message: Inbound, number: str, house: House, now: datetime) -> bool:
        """A reply ends what it ends, and is everybody else's all the same."""
        ending.on_reply(number, now)
        return False

    def step(self, house: House, now: datetime) -> bool:
        self.next = None
        if not Automation.select().exists():
            return False
        more = ending.on_refusals(now)
        if not house.trusted():
            return more
        more = events.take(house.site, now) or scanning.step(house.site.timezone, now) or more
        more = walking.step(house.caller(SOURCE), now) or more
        found = walking.next_due(), scanning.next_due(house.site.timezone, now)
        self.next = min((at for at in found if at is not None), default=None)
        return more

    def due(self, now: datetime) -> datetime | None:
        return self.next
