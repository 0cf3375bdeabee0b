"""Automations on the page: made of a model, changed step by step, started, read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from fakes import FakeClock, counting_ids
from gateway import letters
from gateway.config import Config
from gateway.contacts import book, fields, groups
from gateway.contacts.book import Entry
from gateway.features.api import House
from gateway.features.automations import events, presets, verbs
from gateway.features.automations.events import Told
from gateway.features.automations.feature import Automations
from gateway.letters import Business
from gateway.store import database
from gateway.store.models import Automation, AutomationStep, Message
from journeys.visitor import Visitor
from web.app import furnish

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


@pytest.mark.parametrize("shop", ["", "Boulangerie Martin"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_model_can_be_made_and_started_in_the_shops_name(
    app: Flask, site: Config, clock: FakeClock, ana: Visitor, language: str, shop: str
) -> None:
    furnish(app, replace(site, appliance=replace(site.appliance, language=language)), clock, counting_ids())
    with database.connection():
        if shop:
            letters.choose_business(Business(shop), "page:ana", clock.now())
        fields.add("Visit", "date", "page:ana", clock.now())
        group = groups.add("New", "page:ana", clock.now())
    for preset, model in presets.PRESETS.items():
        at = made(ana, preset=preset)
        if model.terms.kind == "group":
            ana.send(f"{at}/terms", form_at=at, **{**TERMS, "kind": "group", "group": str(group.id)})
        assert "It is running." in ana.send(f"{at}/start", form_at=at), preset
    with database.connection():
        texts = [step.text for step in AutomationStep.select() if step.kind == "send"]
    assert len(texts) == 6
    assert all(text.startswith(f"{shop or 'chappe'}{' :' if language == 'fr' else ':'} ") for text in texts)


def test_each_text_says_how_many_parts_it_takes_with_what_is_added(ana: Visitor) -> None:
    at = made(ana, preset="cart")
    first = step_ids(at)[1]
    for text, category, said in (
        ("a" * 160, "notification", "1 part, with its gaps as they stand<"),
        ("a" * 160, "marketing", "2 parts, with its gaps as they stand, and with the way to say STOP<"),
        ("é’" * 80, "notification", "1 part, with its gaps as they stand<"),  # spelt as it leaves
    ):
        ana.send(f"{at}/terms", form_at=at, **{**TERMS, "category": category, "event": "cart_abandoned"})
        ana.send(f"{at}/steps/{first}", form_at=at, kind="send", text=text)
        assert said in ana.read(at).partition(f'id="step-{first}"')[2].partition("</li>")[0], text


def test_a_step_that_keeps_it_from_starting_is_opened_with_what_is_wrong(
    ana: Visitor, clock: FakeClock
) -> None:
    at = made(ana, preset="cart")
    with database.connection():
        letters.choose_business(Business("Chez Léo"), "page:ana", clock.now())
    ana.send(f"{at}/terms", form_at=at, **{**TERMS, "category": "marketing", "event": "cart_abandoned"})
    page = ana.send(f"{at}/start", form_at=at, expect=422)
    first = step_ids(at)[1]
    assert f'href="#{first}-text"' in page
    assert f'id="{first}-text-fault"' in page
    assert re.search(rf'id="step-{first}".*?<details class="act" open>', page, re.DOTALL)
    assert "Chez Léo" in page.partition(f'id="{first}-text-fault"')[2].partition("</p>")[0]


def test_what_keeps_one_from_being_made_is_said_first_whatever_its_field(ana: Visitor) -> None:
    ana.send("/automations", preset="", name="Essai")
    for form, field in (
        ({"preset": "", "name": "Essai"}, "name"),
        ({"preset": "", "name": ""}, "name"),
        ({"preset": "x", "name": "Y"}, "preset"),
    ):
        page = ana.send("/automations", expect=422, **form)
        assert f'href="#{field}"' in page.partition('role="alert"')[2].partition("</div>")[0], form
        assert f'id="{field}-fault"' in page


def test_a_step_is_moved_past_people_only_when_that_was_said(ana: Visitor, gateway: Gateway) -> None:
    at = made(ana, preset="cart")
    ana.send(f"{at}/terms", form_at=at, **TERMS, event="cart_abandoned")
    assert "automation-move" not in ana.read(at)
    ana.send(f"{at}/start", form_at=at)
    gateway.tell("cart_abandoned", total="42 EUR", link="https://example.com/c")
    ana.send(f"{at}/pause", form_at=at)
    page = " ".join(ana.read(at).split())
    assert "1 person is on the way. Of these, 1 stands between the two steps and takes both" in page
    assert "1 person is on the way. Nobody stands between the two steps" in page
    assert "if this step is still before them, they do not take it" in page
    wait, first = step_ids(at)[:2]
    assert f"/steps/{wait}/down" in page.partition("Yes, move it down")[0]
    ana.send(f"{at}/steps/{wait}/down", form_at=at)
    assert step_ids(at)[:2] == [first, wait]


def test_what_is_still_to_be_chosen_is_said_so(ana: Visitor) -> None:
    for preset, words in (
        ("birthday", "Birthday, by the field “(to be chosen)”, at 10:00"),
        ("welcome", "Somebody is put into the group “(to be chosen)”"),
    ):
        ana.send("/automations", preset=preset)
        assert words in ana.read("/automations")


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
        assert Message.get().text.startswith("chappe: hello, thank you for your visit.")
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
