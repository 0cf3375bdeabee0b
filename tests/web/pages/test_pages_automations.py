"""Automations on the page: made of a model, changed step by step, started, read."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from fakes import FakeClock
from gateway.contacts import book, fields
from gateway.contacts.book import Entry
from gateway.features.api import House
from gateway.features.automations import events, verbs
from gateway.features.automations.events import Told
from gateway.features.automations.feature import Automations
from gateway.store import database
from gateway.store.models import Automation, Message
from journeys.visitor import Visitor

ANNA = "+33639983001"
TERMS = {"kind": "event", "category": "notification", "days": "0", "at_min": "09:00", "gap_days": "1"}


class Gateway:
    """The gateway's part."""

    def __init__(self, app: Flask, clock: FakeClock) -> None:
        here = app.extensions["chappe"]
        self.site, self.clock, self.feature = here.config.appliance, clock, Automations()
        self.house = House(self.site, ("sim1",), here.ids, lambda told: None, lambda: True)

    def tell(self, name: str, **facts: str) -> None:
        with database.connection():
            events.record(Told(name, ANNA, facts), "key:shop", self.site, self.clock.now())
            while self.feature.step(self.house, self.clock.now()):
                pass


@pytest.fixture
def gateway(app: Flask, clock: FakeClock) -> Gateway:
    return Gateway(app, clock)


def made(ana: Visitor, **form: str) -> str:
    page = ana.send("/automations", **form)
    found = re.search(r"/automations/[0-9a-f]{32}", page)
    assert found
    return found[0]


def step_ids(at: str) -> list[int]:
    with database.connection():
        return [step.id for step in verbs.steps(verbs.find(at.rsplit("/", 1)[1]))]


def test_without_one_the_page_says_what_to_do_first(ana: Visitor) -> None:
    assert "No automation yet. Begin with a model below" in ana.read("/automations")


def test_an_abandoned_cart_from_the_model_to_its_history(ana: Visitor, gateway: Gateway) -> None:
    at = made(ana, preset="cart")
    page = ana.read(at)
    assert "The event “cart_abandoned”" in page
    assert "Wait 2 h" in page
    ana.send(f"{at}/terms", form_at=at, **TERMS, event="cart_abandoned", exits="order_placed", on_reply="on")
    assert "It is running." in ana.send(f"{at}/start", form_at=at)
    gateway.tell("cart_abandoned", total="42 EUR", link="https://example.com/c")
    page = ana.read(at)
    assert "total: 42 EUR" in page
    assert "Waits until" in page
    gateway.clock.move(timedelta(hours=2))
    gateway.tell("other")
    assert "A message was written" in ana.read(f"{at}/runs")
    gateway.tell("order_placed")
    page = ana.read(at)
    assert "Ended: The event that ends it came." in page
    assert "1 such event in the last seven days." in page
    assert "is paused" in ana.send(f"{at}/pause", form_at=at)
    assert "is gone" in ana.send(f"{at}/remove", form_at=at)
    assert "No automation yet" in ana.read("/automations")


def test_steps_are_added_moved_changed_and_removed_without_a_script(ana: Visitor) -> None:
    at = made(ana, preset="", name="Essai")
    for form in (
        {"kind": "send", "text": "Bonjour {prénom}"},
        {"kind": "wait", "days": "1", "at_min": "10:00"},
        {"kind": "tag", "text": "relance"},
    ):
        assert "The step is added." in ana.send(f"{at}/steps", form_at=at, **form)
    page = ana.read(at)
    assert "Wait 1 day, then until 10:00" in page
    assert "Stick a tag on: relance" in page
    send, wait, tag = step_ids(at)
    ana.send(f"{at}/steps/{tag}/up", form_at=at)
    assert step_ids(at) == [send, tag, wait]
    ana.send(f"{at}/steps/{send}/down", form_at=at)
    assert step_ids(at) == [tag, send, wait]
    ana.send(f"{at}/steps/{wait}", form_at=at, kind="wait", hours="3")
    assert "Wait 3 h" in ana.read(at)
    ana.send(f"{at}/steps/{tag}/remove", form_at=at)
    assert step_ids(at) == [send, wait]


def test_who_would_get_it_is_told_by_day_and_name(ana: Visitor, clock: FakeClock) -> None:
    with database.connection():
        field = fields.add("Birthday", "date", "page:ana", clock.now())
        contact = book.add(ANNA, Entry("Anna"), "page:ana", clock.now())
        fields.keep(contact.id, {field.id: "1990-11-24"})
    at = made(ana, preset="birthday")
    page = " ".join(ana.read(at).split())
    assert "Birthday, by the field “Birthday”, at 10:00" in page
    assert "Tuesday, November 24</strong>: 1 person" in page.replace(
        "Tuesday 24 November", "Tuesday, November 24"
    )
    assert "Anna" in page
    assert "It is running." in ana.send(f"{at}/start", form_at=at)


def test_a_try_leaves_at_once(ana: Visitor) -> None:
    at = made(ana, preset="review")
    assert "On its way to your telephone" in ana.send(f"{at}/test", form_at=at, number=ANNA)
    with database.connection():
        assert Message.get().text.startswith("Hello, thank you for your visit.")
    assert "number" in ana.send(f"{at}/test", form_at=at, expect=422, number="x")


WRONG: tuple[tuple[str, dict[str, str], str], ...] = (
    ("terms", {**TERMS, "event": "É"}, "is no name of an event"),
    ("terms", {**TERMS, "at_min": "25:00"}, "is no hour of the day"),
    ("terms", {**TERMS, "gap_days": "x"}, "is not a number"),
    ("steps", {"kind": "send", "text": "{ville}"}, "ville"),
    ("steps", {"kind": "wait"}, "must be between 1"),
    ("start", {}, "Choose a date"),
)


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(ana: Visitor) -> None:
    at = made(ana, preset="", name="Essai")
    for where, form, said in WRONG:
        assert said in ana.send(f"{at}/{where}", form_at=at, expect=422, **form), where
    assert "“Essai”" in ana.send("/automations", expect=422, preset="", name="Essai")
    with database.connection():
        assert (Automation.get().state, step_ids(at)) == ("draft", [])
