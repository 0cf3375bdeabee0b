"""What follows the typing, in a real browser: what marketing lacks and adds, what an automatic text costs."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from fakes import FakeClock
from gateway import letters
from gateway.letters import Business
from gateway.store import database
from journeys.browser import Witness, faint, unnamed, wider_than
from people import agree

ANNA = "+33639980001"


@pytest.fixture(autouse=True)
def shop(app: Flask, clock: FakeClock) -> None:
    """It has a name; Anna agreed to offers."""
    with database.connection():
        letters.choose_business(Business("Léa"), "page:ben", clock.now())
        agree(ANNA, clock.now())


def test_what_marketing_lacks_is_said_while_one_types_and_nothing_leaves_unseen(
    phone: Page, origin: str, witness: Witness
) -> None:
    phone.goto(f"{origin}/write?to={ANNA.replace('+', '%2B')}")
    parts, marks = phone.locator("[data-show=parts]"), phone.locator("[data-findings] li")
    phone.locator("#text").fill("a" * 155)
    expect(parts).to_have_text("1")
    phone.locator("[value=marketing]").check()
    expect(marks).to_have_count(2)  # no name; the way to stop is added
    expect(parts).to_have_text("2")
    phone.locator("[value=alert]").check()
    expect(marks).to_have_count(0)
    expect(parts).to_have_text("1")
    phone.locator("[value=marketing]").check()
    phone.locator("#text").fill("Léa : -20 %, htp:/lea.example")
    expect(marks.first).to_contain_text("“Reply STOP” is added")
    expect(marks.last).to_contain_text("htp:/lea.example leads nowhere")
    phone.locator("#text").fill("Léa : -20 %. Reply STOP")
    expect(marks).to_have_count(0)

    phone.locator("#text").fill("Léa : -20 % !")
    phone.get_by_role("button", name="Send").click()
    expect(phone.locator(".bubble")).to_have_text("Léa : -20 % ! Reply STOP")
    assert (wider_than(phone), unnamed(phone), faint(phone)) == (0, [], [])
    phone.get_by_role("button", name="Change").click()
    expect(phone.locator("#text")).to_have_value("Léa : -20 % !")
    phone.get_by_role("button", name="Send").click()
    phone.get_by_role("button", name="Send to 1 person").click()
    expect(phone.get_by_text("Taken and written down.")).to_be_visible()
    assert witness.complaints == []


def test_an_automatic_text_is_measured_while_one_types(phone: Page, origin: str, witness: Witness) -> None:
    phone.goto(f"{origin}/settings")
    phone.evaluate("for (const part of document.querySelectorAll('details.act')) part.open = true")
    form = phone.locator("form", has=phone.locator("#help-text"))
    expect(form.locator("[data-parts]")).to_have_text("1")
    phone.locator("#help-text").fill("{name}" + "a" * 160 + " {word}")
    expect(form.locator("[data-parts]")).to_have_text("2")
    phone.locator("#help-text").fill("{name}: œuf {word}")
    expect(form.locator("[data-words]")).to_contain_text("Not in the alphabet")
    assert (wider_than(phone), unnamed(phone), faint(phone)) == (0, [], [])
    phone.locator("#help-text").fill("{name}: call us. {word}")
    with phone.expect_navigation():
        form.get_by_role("button", name="Remember").click()
    expect(phone.locator("#help-text")).to_have_value("{name}: call us. {word}")
    expect(phone.locator("#help-text")).to_be_visible()
    assert re.search(r"#help$", phone.url)
    assert witness.complaints == []


def test_an_answer_that_comes_late_does_not_stand_over_a_newer_one(
    phone: Page, origin: str, witness: Witness
) -> None:
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        held.append(route)
        if len(held) > 1:
            route.continue_()

    phone.goto(f"{origin}/write")
    leaves = phone.locator("[data-leaves=alert]")
    phone.route("**/write/departure", hold_the_first)
    phone.locator("[name=when][value=later]").check()  # no hour yet: at once
    phone.locator("[name=at]").fill("2026-12-24T10:00")
    expect(leaves).to_have_text(re.compile("Leaves Thu 24 Dec, 10:00"))
    with phone.expect_response("**/write/departure") as late:
        held[0].continue_()
    assert "Leaves at once." in late.value.json()["departures"]["alert"]
    phone.evaluate("new Promise((shown) => requestAnimationFrame(() => setTimeout(shown)))")
    expect(leaves).to_have_text(re.compile("Leaves Thu 24 Dec, 10:00"))
    assert witness.complaints == []
