"""What the loop does for the alerts: tell the rest of an hour, forget what is long over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from gateway.features.alerts import telling
from gateway.features.api import Feature, House


class Alerts(Feature):
    name = "alerts"

    def minute(self, house: House, now: datetime) -> None:
        telling.tell_the_rest(house.caller("gateway:alerts"), now)

    def night(self, house: House, now: datetime) -> Iterator[None]:
        telling.forget(now)
        yield
