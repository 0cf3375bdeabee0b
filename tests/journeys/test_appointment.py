"""Somebody is reminded of an appointment and answers, before the real processes and a real browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, expect

from journeys.browser import DESK, Witness, come_in, faint, unnamed, wider_than
from journeys.conftest import Invitation
from stack import Stack, until

ANSWERS_YES = "06 39 98 00 07"
SILENT = "+33639981234"
PARIS = ZoneInfo("Europe/Paris")


def shows(page: Page, words: str) -> bool:
    """The page, asked again, has that state."""
    page.reload()
    return page.locator("section .state", has_text=words).count() > 0


def write_down(page: Page, origin: str, to: str, name: str) -> str:
    """Two hours from now: the reminder of the day before leaves at once.  Where its week is."""
    at = datetime.now(UTC).astimezone(PARIS) + timedelta(hours=2)
    page.goto(f"{origin}/appointments")
    page.get_by_text("Noter un rendez-vous…").click()
    for label, value in (("Numéro", to), ("Nom", name), ("Jour", f"{at:%Y-%m-%d}"), ("Heure", f"{at:%H:%M}")):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Noter", exact=True).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    return f"{origin}/appointments?on={at:%Y-%m-%d}"


def test_a_reminder_leaves_the_handset_answers_and_the_week_shows_it(
    stack: Stack, invitation: Invitation, chromium: Browser
) -> None:
    page, witness = chromium.new_page(viewport=DESK), Witness(invitation.origin)
    witness.watch(page)
    come_in(page, invitation.link)
    later = f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}"
    stack.run("appointment", "add", "0639980100", later, "10:00")
    by_night_too(page, invitation.origin)

    hers = write_down(page, invitation.origin, ANSWERS_YES, "Anna Durand")
    until(lambda: shows(page, "Confirmé"), "the answer")
    page.get_by_role("link", name="Le message").first.click()
    expect(page.get_by_text(re.compile("rappel de votre rendez-vous"))).to_be_visible()

    his = write_down(page, invitation.origin, SILENT, "Ben Roux")
    until(lambda: shows(page, "Écrit"), "the reminder")
    stack.modem(do="inject", sender=SILENT, text="2 merci")
    until(lambda: shows(page, "Ne peut pas venir"), "the answer")

    page.goto(hers)
    expect(page.locator(".meeting", has_text="Anna Durand")).to_contain_text("Confirmé")
    page.goto(his)
    expect(page.locator(".meeting", has_text="Ben Roux")).to_contain_text("Ne peut pas venir")
    assert (wider_than(page), unnamed(page), faint(page)) == (0, [], [])
    assert witness.complaints == []


def by_night_too(page: Page, origin: str) -> None:
    """Whenever the tests run."""
    page.goto(f"{origin}/appointments/calendars")
    page.get_by_role("link", name="Notés ici").click()
    page.get_by_text("Modifier…").click()
    for name in ("night_from", "night_to"):
        page.locator(f"#{name}").fill("03:00")
    page.locator("form:has(#night_from) .btn-main").click()
    expect(page.get_by_text("C’est retenu")).to_be_visible()
