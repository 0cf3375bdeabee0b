"""A campaign through the simulated network while the gateway dies at random instants; and one by hand."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.contacts import book, groups
from gateway.contacts.book import Entry
from gateway.store import database
from gateway.store.models import GroupMember
from journeys.browser import DESK, Witness, come_in
from stack import Stack, until

PEOPLE, KILLS = 250, 3
FIRST = 2000  # the simulated phones below have habits of their own
OVER = ("done", "stopped")
BY = "page:ana"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("campaign"), language="en") as running:
        fill(running, "Everybody", [number(place) for place in range(PEOPLE)])
        fill(running, "Club", ["+33639980007", "+33639980001", "+33639981234"])
        yield running


def number(place: int) -> str:
    return f"+3363998{FIRST + place:04d}"


def fill(stack: Stack, group: str, numbers: list[str]) -> None:
    """A group of people, straight into the ledger."""
    now = datetime.now(UTC)
    database.open(stack.ledger / "chappe.sqlite")
    with database.connection(), database.transaction():
        known = groups.add(group, BY, now)
        for one in numbers:
            contact = book.add(one, Entry(f"Ana {one[-4:]}"), BY, now)
            GroupMember.create(group=known.id, contact=contact.id)
    database.db.close_all()


def begin(stack: Stack, name: str, **more: Any) -> str:
    """A campaign that may leave at any hour of the week."""
    told = {"name": name, "to": ["@Everybody"], "texts": [{"text": "Nous fermons lundi, {prénom}."}]}
    status, made = stack.api("POST", "/api/v1/campaigns", {**told, "category": "notification", **more})
    assert status == 201, made
    status, begun = stack.api("POST", f"/api/v1/campaigns/{made['id']}/start")
    assert status == 200, begun
    return str(made["id"])


def look(stack: Stack, uid: str) -> dict[str, Any]:
    status, told = stack.api("GET", f"/api/v1/campaigns/{uid}")
    assert status == 200, told
    return dict(told)


def test_nobody_twice_nobody_forgotten_though_the_gateway_dies_again_and_again(stack: Stack) -> None:
    storm = random.Random(7)
    uid = begin(stack, "Lundi")
    overtook = 0
    for kill in range(KILLS):
        time.sleep(storm.uniform(0.2, 0.9))  # the instant of the kill is what is random here
        stack.kill("gateway")
        told = look(stack, uid)
        assert told["people"] == told["waiting"] + told["left_out"] + told["done"]
        stack.start("gateway")
        until(stack.modem_ready, "a ready modem")
        code = stack.send("+33639981900", f"Code {kill}", category="otp")
        stack.wait_for(code, "delivered")
        overtook += look(stack, uid)["waiting"] > 0
    until(lambda: look(stack, uid)["state"] in OVER, "the end of the campaign")
    told = look(stack, uid)
    assert overtook, "a code left while others of the campaign still waited"
    assert (told["people"], told["left_out"], told["waiting"], told["done"]) == (PEOPLE, 0, 0, PEOPLE)
    left = Counter(
        event["recipient"] for event in stack.submitted() if event["text"].startswith("Nous fermons")
    )
    assert max(left.values()) == 1, "nobody twice"
    lost = PEOPLE - len(left)
    assert lost <= told["counts"].get("uncertain", 0), "nobody forgotten: who is not on the wire is uncertain"


def test_a_campaign_by_hand(stack: Stack, chromium: Browser) -> None:
    page, witness = chromium.new_page(viewport=DESK), Witness(stack.url)
    witness.watch(page)
    come_in(page, stack.sign_in_link())
    write_it(page, stack)
    begin_it(page)
    assert witness.complaints == []
    page.close()


def write_it(page: Page, stack: Stack) -> None:
    """The six steps, each kept, with a look ahead and a test on one's own telephone."""
    page.goto(f"{stack.url}/campaigns")
    page.get_by_role("link", name="A new campaign").click()
    page.get_by_label("Name", exact=True).fill("Autumn")
    with page.expect_navigation():
        page.get_by_role("button", name="Go on").click()
    page.locator("#to").press_sequentially("@clu")
    page.locator("#to-options [role=option]").first.click()
    expect(page.locator(".meant-one")).to_contain_text("3 people")
    page.get_by_role("button", name="Keep it and go on").click()
    page.get_by_label("What somebody expects to hear").check()
    page.get_by_label("Text", exact=True).fill("{first name|Hello}, the course begins at six.")
    page.get_by_role("button", name="Keep it and go on").click()
    page.get_by_label("So many an hour").check()
    page.get_by_label("Messages an hour").fill("36000")
    page.get_by_role("button", name="Keep it and go on").click()
    expect(page.get_by_text("3 people get it")).to_be_visible()
    page.get_by_role("link", name="Go on", exact=True).click()
    page.get_by_label("Your number").fill("06 39 98 00 01")
    page.get_by_role("button", name="Send me a test").click()
    expect(page.get_by_text("1 test message is on its way.")).to_be_visible()
    page.get_by_role("link", name="Go on", exact=True).click()


def begin_it(page: Page) -> None:
    """It runs while somebody looks; the telephones have it."""
    page.get_by_role("button", name="Let it begin now").click()
    expect(page.locator("#progress")).to_contain_text("3 of 3 people")
    expect(page.locator("#progress")).to_contain_text(re.compile("Done|last messages"))
    page.get_by_role("link", name="Campaigns").first.click()
    expect(page.locator("#campaigns")).to_contain_text("Autumn")
