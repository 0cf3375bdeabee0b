"""Calls the features at their moments; what fails in one of them concerns neither the loop nor the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from gateway.config import Appliance
from gateway.daemon.events import Told
from gateway.features.api import Feature, House
from gateway.ids import Ids
from gateway.messages import lookup
from gateway.store import database
from gateway.store.models import Inbound

log = logging.getLogger(__name__)

T = TypeVar("T")
LOOKED_AT = 20  # of the last messages to somebody: which question theirs may answer


class FeatureDesk:
    """Each feature with a house of its own, in the order in which they are asked about a message."""

    def __init__(
        self,
        features: Sequence[Callable[[], Feature]],
        site: Appliance,
        modems: Sequence[str],
        ids: Ids,
        tell: Callable[[Told], None],
        trusted: Callable[[], bool],
    ) -> None:
        made = [make() for make in features]
        self.features = {feature.name: feature for feature in made}
        self.houses = {
            name: House(site, tuple(modems), ids, partial(_say, tell, name), trusted)
            for name in self.features
        }
        self.more = bool(made)  # some feature may have work that waits

    def begin(self, now: datetime) -> None:
        for name, feature in self.features.items():
            self._safely(name, partial(feature.begin, self.houses[name], now))

    def hear(self, message: Inbound, number: str, now: datetime) -> None:
        """Inside the transaction that stores the message: what one feature did wrong is undone alone."""
        for name, feature in self._in_turn(number):
            try:
                with database.transaction():
                    taken = feature.hear(message, number, self.houses[name], now)
            except database.Trouble:
                raise
            except Exception:
                log.exception("%s could not take message %s", name, message.uid)
                continue
            if taken:
                return

    def _in_turn(self, number: str) -> Iterator[tuple[str, Feature]]:
        """As listed; but those that ask people something change places, the last question first."""
        asking = [feature for feature in self.features.values() if feature.asks]
        sources = lookup.sources_to(number, LOOKED_AT) if len(asking) > 1 else []

        def place(feature: Feature) -> int:
            theirs = (at for at, source in enumerate(sources) if source.startswith(feature.asks))
            return next(theirs, LOOKED_AT)

        recent = iter(sorted(asking, key=place))
        for feature in self.features.values():
            chosen = next(recent) if feature.asks else feature
            yield chosen.name, chosen

    def step(self, now: datetime) -> None:
        """Each feature's next short transaction."""
        self.more = False
        for name, feature in self.features.items():
            self.more |= bool(self._safely(name, partial(feature.step, self.houses[name], now)))

    def minute(self, now: datetime) -> None:
        self.more = True
        for name, feature in self.features.items():
            self._safely(name, partial(feature.minute, self.houses[name], now))

    def night(self, now: datetime) -> Iterator[None]:
        for name, feature in self.features.items():
            steps = iter(feature.night(self.houses[name], now))
            while self._safely(name, partial(_goes_on, steps)):
                yield

    def told(self, event: Told, now: datetime) -> None:
        self.more = True
        feature = self.features[event.feature]
        self._safely(event.feature, partial(feature.told, event.value, self.houses[event.feature], now))

    def due(self, now: datetime) -> datetime | None:
        """The next instant at which a feature wants its step."""
        found = [self._safely(name, partial(feature.due, now)) for name, feature in self.features.items()]
        return min((instant for instant in found if instant is not None), default=None)

    def end(self) -> None:
        for name, feature in self.features.items():
            self._safely(name, feature.end)

    def _safely(self, name: str, work: Callable[[], T]) -> T | None:
        try:
            return work()
        except database.Trouble:
            raise
        except Exception:
            log.exception("in the feature %s", name)
            return None


def _say(tell: Callable[[Told], None], name: str, value: object) -> None:
    tell(Told(name, value))


def _goes_on(steps: Iterator[None]) -> bool:
    return next(steps, steps) is not steps
