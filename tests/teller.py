"""The webhooks feature as the loop drives it, with real workers, real HTTP and a clock that is told."""

from __future__ import annotations

import json
import queue
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from gateway.features.api import House
from gateway.features.webhooks import hooks
from gateway.features.webhooks.events import EVENTS
from gateway.features.webhooks.feature import Webhooks
from gateway.messages import inbox
from gateway.store.models import ApiKey, Delivery, Webhook
from modem import api
from receiver import Request

if TYPE_CHECKING:
    from conftest import Bench

SECRET = bytes(range(32))


@dataclass
class Teller:
    """`settle` runs the feature until nothing is left to do at this instant."""

    bench: Bench
    inbox: queue.SimpleQueue[Any] = field(init=False)
    house: House = field(init=False)
    trusted: bool = True

    def __post_init__(self) -> None:
        (self.bench.site.data_dir / "secret").write_bytes(SECRET)
        self.begin()

    def begin(self) -> None:
        """As after any end of the process: nothing is in memory."""
        self.inbox = queue.SimpleQueue()
        self.house = House(self.bench.site, ("sim1",), self.bench.ids, self.inbox.put, lambda: self.trusted)
        self.feature = Webhooks()
        self.feature.begin(self.house, self.bench.now)

    def step(self) -> bool:
        return self.feature.step(self.house, self.bench.now)

    def settle(self) -> None:
        while self.step() or self.flying:
            if self.flying:
                self.feature.told(self.inbox.get(timeout=30), self.house, self.bench.now)

    @property
    def flying(self) -> dict[int, str]:
        assert self.feature.dispatch is not None
        return self.feature.dispatch.flying

    def minute(self) -> None:
        self.feature.minute(self.house, self.bench.now)
        self.settle()

    def until_told(self, most: timedelta) -> None:
        """Go from one due instant to the next, until nothing waits or so much time has passed."""
        end = self.bench.now + most
        self.settle()
        while (due := self.feature.due(self.bench.now)) is not None and due <= end:
            self.bench.clock.move(max(timedelta(), due - self.bench.now))
            self.settle()

    def add(self, url: str, *events: str, name: str = "till", key: str | None = None) -> Webhook:
        bench = self.bench
        return hooks.add(name, url, events or EVENTS, "test:me", bench.now, bench.ids, key)

    def key(self, name: str = "shop", **columns: Any) -> ApiKey:
        account = f"AC{name.encode().hex():0<32}"[:34]
        row = {"name": name, "digest": name, "account_sid": account, "scopes": "send read"}
        return ApiKey.create(**{**row, **columns}, created_at=self.bench.now)

    def deliver(self, message: Any) -> None:
        """The network takes it, and the report says that it arrived."""
        self.bench.ready()
        accepted = self.bench.modem.accepts()
        self.bench.dispatcher.accepted(accepted, self.bench.now)
        self.hear(api.Report(accepted.reference, message.recipient, 0, self.bench.now, self.bench.now))

    def hear(self, item: Any, tpdu: str = "") -> None:
        tpdu = tpdu or self.bench.ids.random(8).hex()
        inbox.take(
            api.Heard("sim1", self.bench.modem.sim, tpdu, item, None), self.bench.caller, self.bench.now
        )

    def says(self, text: str, sender: str = "+33612345678", concat: Any = None) -> None:
        self.hear(api.InboundPart(sender, text, api.Alphabet.GSM7, self.bench.now, concat=concat))


def told(request: Request) -> tuple[str, Any]:
    """(type, data) of one event."""
    body = json.loads(request.body)
    return body["type"], body["data"]


def types(requests: list[Request]) -> list[str]:
    return [told(request)[0] for request in requests]


def rows(**columns: Any) -> list[Delivery]:
    query = Delivery.select().order_by(Delivery.id)
    for name, value in columns.items():
        query = query.where(getattr(Delivery, name) == value)
    return list(query)
