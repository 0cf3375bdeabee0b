"""Notices as the loop knows them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from gateway.features.api import Feature, House
from gateway.features.notices import room, telling
from gateway.store import database


class Notices(Feature):
    """Tells people of alarms."""

    name = "notices"

    def begin(self, house: House, now: datetime) -> None:
        telling.begin()

    def step(self, house: House, now: datetime) -> bool:
        return telling.step(house.caller(telling.SOURCE), now)

    def minute(self, house: House, now: datetime) -> None:
        room.watch(house.site, now)
        telling.tell_the_rest(house.caller(telling.SOURCE), now)

    def night(self, house: House, now: datetime) -> Iterator[None]:
        with database.transaction():
            telling.forget(now)
        yield
