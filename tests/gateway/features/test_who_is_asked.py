"""An answer goes to the feature that wrote to this person last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from gateway.daemon.feature_desk import FeatureDesk
from gateway.features.api import Feature, House
from gateway.messages import outbox
from gateway.messages.outbox import Caller, Draft
from gateway.store.models import Inbound, Message

ANNA = "+33612345678"


def feature(called: str, asks: str, heard: list[str], takes: bool = True) -> type[Feature]:
    class Made(Feature):
        name = called

        def hear(self, message: Inbound, number: str, house: House, now: datetime) -> bool:
            heard.append(called)
            return takes

    Made.asks = asks
    return Made


@pytest.mark.parametrize(
    ("wrote", "first"),
    [
        ((), "reminders"),
        (("gateway:reminders",), "reminders"),
        (("survey:1",), "surveys"),
        (("gateway:reminders", "survey:1"), "surveys"),
        (("survey:1", "gateway:reminders", "page:ana"), "reminders"),
    ],
)
def test_whoever_asked_last_hears_first(bench: Any, wrote: tuple[str, ...], first: str) -> None:
    heard: list[str] = []
    for source in wrote:
        caller = Caller(source, bench.site, ("sim1",), bench.ids)
        uid = outbox.submit(Draft(ANNA, f"? {source}"), caller, bench.now).uid
        Message.update(state="sent").where(Message.uid == uid).execute()
    made = [
        feature("listens", "", heard, takes=False),
        feature("reminders", "gateway:reminders", heard),
        feature("surveys", "survey:", heard),
    ]
    desk = FeatureDesk(made, bench.site, ["sim1"], bench.ids, lambda told: None, lambda: True)
    desk.hear(Inbound(uid="x"), ANNA, bench.now)
    assert heard == ["listens", first]


def test_a_question_that_has_not_left_is_not_answered(bench: Any) -> None:
    heard: list[str] = []
    outbox.submit(Draft(ANNA, "?"), Caller("survey:1", bench.site, ("sim1",), bench.ids), bench.now)
    made = [feature("reminders", "gateway:reminders", heard), feature("surveys", "survey:", heard)]
    desk = FeatureDesk(made, bench.site, ["sim1"], bench.ids, lambda told: None, lambda: True)
    desk.hear(Inbound(uid="x"), ANNA, bench.now)
    assert heard == ["reminders"]
