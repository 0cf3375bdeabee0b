"""Webhooks as the loop knows them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from gateway.features import backlog
from gateway.features.api import Feature, House
from gateway.features.webhooks import deliveries, news
from gateway.features.webhooks.dispatch import Dispatch
from gateway.features.webhooks.posts import Outcome
from gateway.secret import appliance_secret
from gateway.store import database, delivering

ALARM, SUBJECT = "webhook_backlog", "webhooks"
KEPT = timedelta(days=7)  # what was told, and the answer
FORGOTTEN = 200  # rows a transaction


class Webhooks(Feature):
    """Tells programs what happens."""

    name = "webhooks"

    def __init__(self) -> None:
        self.dispatch: Dispatch | None = None
        self.secret: bytes | None = None
        self.impatient = True  # something may be incomplete for too long

    def begin(self, house: House, now: datetime) -> None:
        self.dispatch = Dispatch(house, lambda: self._secret(house))
        news.begin(now)

    def step(self, house: House, now: datetime) -> bool:
        more = news.step(house.site, house.ids, now)
        if self.impatient:
            self.impatient = news.lose_patience(house.site, house.ids, now)
        if self.dispatch is not None:
            more |= self.dispatch.step(now)
        return more or self.impatient

    def minute(self, house: House, now: datetime) -> None:
        self.impatient = True
        news.pass_over()
        backlog.watch(ALARM, SUBJECT, *deliveries.backlog(), now)

    def night(self, house: House, now: datetime) -> Iterator[None]:
        while _forget(now - KEPT):
            yield

    def told(self, value: object, house: House, now: datetime) -> None:
        if isinstance(value, Outcome) and self.dispatch is not None:
            self.dispatch.told(value)

    def due(self, now: datetime) -> datetime | None:
        return self.dispatch.next if self.dispatch is not None else None

    def end(self) -> None:
        if self.dispatch is not None:
            self.dispatch.workers.end()

    def _secret(self, house: House) -> bytes:
        if self.secret is None:
            self.secret = appliance_secret(house.site.data_dir, house.ids)
        return self.secret


def _forget(before: datetime) -> bool:
    """Some of what ended before that; False where there is nothing left."""
    with database.transaction():
        return delivering.forget_over(before, FORGOTTEN) > 0
