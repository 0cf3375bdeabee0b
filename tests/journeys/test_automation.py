"""An automation by hand, in a browser: an event sets it off, and the simulated telephones end it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from journeys.browser import DESK, Witness, come_in
from stack import Stack, until

STOPS = "+33639980006"  # answers STOP
ANSWERS = "+33639980007"  # answers OUI
SILENT = "+33639982501"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("automation"), language="en") as running:
        yield running


def test_an_abandoned_cart_from_the_model_to_the_readable_history(stack: Stack, chromium: Browser) -> None:
    page, witness = chromium.new_page(viewport=DESK), Witness(stack.url)
    witness.watch(page)
    come_in(page, stack.sign_in_link())
    page.get_by_role("link", name="Automations").first.click()
    page.get_by_label("Abandoned cart").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Go on").click()
    shape(page)
    page.get_by_role("button", name="Let it run").click()
    expect(page.get_by_text("It is running.")).to_be_visible()
    told(stack)
    ended(page)
    assert witness.complaints == []
    page.close()


def shape(page: Page) -> None:
    """At once instead of after two hours, and no offer: whoever answers is out."""
    page.get_by_label("Notification").check()
    expect(page.get_by_label("Which date of the contacts")).to_be_hidden()
    with page.expect_navigation():
        page.locator("#terms").get_by_role("button", name="Keep it").click()
    first = page.locator("#steps .automation-body").first
    first.get_by_text("Change…").click()
    first.get_by_text("Remove the step…").click()
    first.get_by_role("button", name="Yes, remove it").click()
    expect(page.get_by_text("The step is gone.")).to_be_visible()
    expect(page.locator("#steps .automation-body").first).to_contain_text("you left something")


def told(stack: Stack) -> None:
    """The shop's program tells of three carts, one of them twice, and of one order."""
    facts = {"total": "42 EUR", "link": "https://example.com/c"}
    for number in (STOPS, ANSWERS, SILENT, SILENT):
        event = {"name": "cart_abandoned", "to": number, "facts": facts, "reference": f"cart-{number}"}
        assert stack.api("POST", "/api/v1/events", event)[0] in (200, 201)
    until(lambda: stack.shown(SILENT), "the text to somebody who left a cart")
    assert stack.api("POST", "/api/v1/events", {"name": "order_placed", "to": SILENT})[0] == 201
    assert [text.partition("(")[2].partition(")")[0] for text in stack.shown(SILENT)] == ["42 EUR"]


def ended(page: Page) -> None:
    """Each for its own reason, line by line."""

    def over() -> bool:
        page.reload()
        return page.locator(".automation-runs .row-foot", has_text="Ended before").count() == 3

    until(over, "the end of all three runs")
    listed = page.locator(".automation-runs")
    for reason in ("The person answered.", "The person said no.", "The event that ends it came."):
        run = listed.locator("details", has=page.locator("summary", has_text=reason))
        run.locator("summary").click()
        expect(run.locator(".automation-history")).to_contain_text("A message was written")
        expect(run.locator(".automation-history")).to_contain_text(f"Ended: {reason}")
