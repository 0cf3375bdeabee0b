"""A shop's day, as somebody at the counter lives it: a file of people, a text to them, their answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from journeys.browser import DESK, Witness, come_in
from stack import Stack, until

ANSWERS_YES, ANSWERS_STOP, SILENT = "+33639980007", "+33639980006", "+33639981234"
# As a till writes it: semicolons, Windows letters, a zero that Excel lost, one line that is no number.
FILE = """prénom;nom;portable
Anaïs;Léger;06 39 98 00 07
Émile;Roux;0639980006
Zoé;Noël;639981234
Ivan;Petit;06 39
""".encode("cp1252")
WORDING = "[x] I want to hear of your offers by SMS."


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("shop"), language="en") as running:
        yield running


def test_a_day(stack: Stack, chromium: Browser) -> None:
    page, witness = chromium.new_page(viewport=DESK), Witness(stack.url)
    witness.watch(page)
    come_in(page, stack.sign_in_link())
    take_people_in(page, stack)
    write_a_template(page, stack)
    send_to_all(page, stack)
    answer(page, stack)
    see_who_said_stop(page, stack)
    see_the_figures(page, stack)
    assert witness.complaints == []


def take_people_in(page: Page, stack: Stack) -> None:
    """The file, its columns as they were guessed, a group for all, and the line that was wrong."""
    page.goto(f"{stack.url}/imports")
    page.locator("#file").set_input_files({"name": "till.csv", "mimeType": "text/csv", "buffer": FILE})
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_text("zero put back")).to_be_visible()
    page.get_by_label("Group", exact=True).fill("Regulars")
    page.get_by_label("All of them did").check()
    page.get_by_label("Exact words that the people were shown").fill(WORDING)
    page.get_by_role("button", name="Take in 4 lines").click()
    expect(page.get_by_role("heading", name="It is in")).to_be_visible()
    page.get_by_role("link", name="Mend the lines at fault").click()
    page.get_by_label("Number", exact=True).fill("06 39 98 12 35")
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_text("Nothing is wrong any more.")).to_be_visible()
    page.goto(f"{stack.url}/contacts")
    expect(page.locator("#list .row-item")).to_have_count(4)


def write_a_template(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/templates/new")
    page.get_by_label("Name", exact=True).fill("Ready")
    page.locator("#text").fill("Hello {first name}, your order is ready.")
    page.locator("main form button.btn-main").first.click()
    expect(page.get_by_text("Ready", exact=True).first).to_be_visible()


def send_to_all(page: Page, stack: Stack) -> None:
    """What would become of it is shown first; nothing leaves before one says so."""
    page.goto(f"{stack.url}/write")
    page.get_by_label("To", exact=True).fill("@Regulars")
    page.get_by_label("Begin with a template").select_option(label="Ready")
    page.locator("[value=notification]").check()
    page.locator("button[value=send]").click()
    expect(page.get_by_role("heading", name="4 people")).to_be_visible()
    assert stack.submitted() == [], "nothing leaves before one says so"
    page.get_by_role("button", name="Send to 4 people").click()
    expect(page.locator("#progress li")).to_have_text([re.compile(r"^\s*Delivered\s*4\s*$")])
    said = {event["text"] for event in stack.submitted()}
    assert "Hello Anaïs, your order is ready." in said


def answer(page: Page, stack: Stack) -> None:
    """The yes is there, unread; a reply goes out and arrives."""
    page.goto(f"{stack.url}/conversations?show=unread")
    page.get_by_role("link", name="Anaïs Léger").click()
    expect(page.locator(".bubble.theirs")).to_have_text("OUI")
    page.get_by_label("Answer", exact=True).fill("See you then!")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".said.ours .state").last).to_have_text("Delivered")


def see_who_said_stop(page: Page, stack: Stack) -> None:
    """The next offer leaves that person out, and says so before anything leaves."""
    page.goto(f"{stack.url}/write")
    page.get_by_label("To", exact=True).fill("@Regulars")
    page.locator("#text").fill("Two for one. STOP to end this.")
    page.locator("[value=marketing]").check()
    page.locator("button[value=send]").click()
    expect(page.locator(".counted.tone-bad")).to_contain_text("does not leave")
    expect(page.locator(".counted.tone-bad b")).to_have_text("1")


def see_the_figures(page: Page, stack: Stack) -> None:
    """Four texts, a reply and the confirmation of the STOP left; a STOP and a yes to each came: STOPs of the
    same second are one."""
    until(lambda: [one["text"] for one in stack.inbound()].count("OUI") == 2, "a yes to each")
    came = stack.inbound()
    assert {(one["from"], one["text"]) for one in came} == {(ANSWERS_YES, "OUI"), (ANSWERS_STOP, "STOP")}
    page.goto(stack.url)
    expect(page.locator(".chart-sent figcaption b")).to_have_text("6")
    expect(page.locator(".chart-delivered figcaption b")).to_have_text("6")
    expect(page.locator(".chart-received figcaption b")).to_have_text(str(len(came)))
    expect(page.locator("main")).to_contain_text("Anaïs Léger")
