"""Writing in a real browser: names become chips, each reads their own text, what was sent is taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from gateway.contacts import book, groups, templates
from gateway.contacts.book import Entry
from gateway.contacts.templates import Wording
from gateway.store import database
from gateway.store.models import GroupMember, Message
from journeys.browser import Witness, faint, unnamed, wider_than
from journeys.visitor import Ledger

ME = "test:me"
PEOPLE = {"+33639980001": "Ana Durand", "+33639980002": "Bob", "+33639980003": "Bob", "+33639980004": "Zoé"}


@pytest.fixture(autouse=True)
def book_of_four(ledger: Ledger) -> None:
    """In the book are four people, two of one name, and all of them in @Club."""
    now = ledger.clock.now()
    with database.connection():
        club = groups.add("Club", ME, now)
        for number, name in PEOPLE.items():
            GroupMember.create(group=club, contact=book.add(number, Entry(name), ME, now))
        templates.save(Wording("Prêt", "Bonjour {first name}, c’est prêt.", category="alert"), ME, now)


def test_a_letter_from_the_first_name_to_the_undo(phone: Page, origin: str, witness: Witness) -> None:
    phone.goto(f"{origin}/write")
    to, chips = phone.get_by_label("To", exact=True), phone.locator(".meant-one")
    expect(phone.locator("[data-without-script]")).not_to_have_count(0)
    expect(phone.locator("[data-without-script]:visible")).to_have_count(0)

    to.press_sequentially("zo")
    expect(phone.locator("#to-options [role=option]")).to_contain_text(["Zoé"])
    to.press("ArrowDown")
    to.press("Enter")
    expect(chips).to_have_count(1)
    to.press_sequentially("Bob\n")
    phone.get_by_role("button", name=re.compile(r"^Bob .*03$")).click()
    expect(chips).to_have_count(2)
    phone.get_by_role("button", name="Take Zoé out").click()
    expect(chips).to_have_count(1)
    to.press_sequentially("@Club,")
    expect(phone.locator(".meant-count")).to_contain_text("5 people in all")

    phone.get_by_label("Begin with a template").select_option(label="Prêt")
    expect(phone.get_by_role("radio", name="Alert")).to_be_checked()
    expect(phone.locator("[data-of=text]")).to_have_text("Bonjour Bob, c’est prêt.")
    phone.get_by_role("button", name="The next person").click()
    expect(phone.locator("[data-of=text]")).to_have_text("Bonjour Ana, c’est prêt.")
    phone.get_by_label("Text", exact=True).fill("Bonjour {first name} !")
    expect(phone.locator("[data-show=characters]")).to_have_text("13")  # Bonjour Ana !
    assert (wider_than(phone), unnamed(phone), faint(phone)) == (0, [], [])

    phone.get_by_role("radio", name="Notification").check()
    phone.get_by_role("button", name="Send", exact=True).click()
    phone.get_by_role("button", name="Send to 4 people").click()
    bar = phone.locator("[data-undo]")
    expect(bar).to_contain_text("Leaves in")
    assert (wider_than(phone), unnamed(phone), faint(phone)) == (0, [], [])
    bar.get_by_role("button", name="Undo").click()
    expect(phone.get_by_text("4 messages are taken back")).to_be_visible()
    with database.connection():
        assert {(each.state, each.text) for each in Message.select()} == {
            ("canceled", f"Bonjour {name} !") for name in ("Ana", "Bob", "Zoé")
        }
    assert witness.complaints == []


def test_a_pasted_list_becomes_chips_and_what_is_wrong_stays(phone: Page, origin: str) -> None:
    phone.goto(f"{origin}/write")
    to = phone.get_by_label("To", exact=True)
    to.fill("Nom;Portable\nAna;06 39 98 00 01\nX;O6 39 98 00 02\nZoé;06 39 98 00 04")
    phone.get_by_label("Text", exact=True).focus()
    expect(phone.locator(".meant-one")).to_have_count(2)
    expect(to).to_have_value("O6 39 98 00 02\n")
    expect(phone.locator(".unclear")).to_contain_text("Is it the letter O for a zero?")


def test_whoever_types_faster_than_the_page_answers_loses_nothing(phone: Page, origin: str) -> None:
    phone.goto(f"{origin}/write")
    to = phone.get_by_label("To", exact=True)
    to.press_sequentially("zoé\nBob\nana durand\nO639980001, 06 39 98 00 09\n")
    expect(phone.locator(".meant-one")).to_have_count(3)
    expect(to).to_have_value("Bob\nO639980001\n")


def test_what_was_typed_before_the_scripts_came_counts_all_the_same(
    phone: Page, origin: str, witness: Witness
) -> None:
    held: list[Route] = []
    phone.route(re.compile(r"/static/(write|recipients)\.js"), lambda route: held.append(route))
    phone.goto(f"{origin}/write", wait_until="commit")
    phone.get_by_role("radio", name="Marketing").check()
    phone.get_by_role("radio", name="Later").check()
    phone.locator("[name=at]").fill("2030-06-02T10:00")  # a Sunday
    phone.get_by_label("Text", exact=True).fill("-20 %")
    phone.get_by_label("To", exact=True).press_sequentially("zo")
    assert len(held) == 2, "no script has run yet"
    for script in held:
        script.continue_()
    expect(phone.locator("[data-leaves=marketing]")).to_contain_text("Leaves 3 Jun 2030")
    expect(phone.locator("#to-options [role=option]")).to_contain_text(["Zoé"])
    expect(phone.locator("[data-findings] li").first).to_be_visible()
    assert witness.complaints == []
