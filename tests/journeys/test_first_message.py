"""A person's first quarter of an hour, in a real browser before the real three processes."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from journeys.browser import DESK, PHONE, Witness, come_in, faint, unnamed, wider_than
from journeys.conftest import Invitation

SILENT = "+33639981234"  # receives, says nothing
PAGES = (
    "/attention",
    "/",
    "/write",
    "/messages",
    "/conversations",
    f"/conversations/{SILENT}",
    "/contacts",
    f"/contacts/{SILENT}",
    "/modems",
    "/settings",
    "/handsets",
    "/help",
    "/nowhere",
)


def write(page: Page, invitation: Invitation, to: str, text: str) -> None:
    page.goto(f"{invitation.origin}/write")
    page.get_by_label("À", exact=True).fill(to)
    page.get_by_label("Texte").fill(text)
    page.get_by_role("button", name="Envoyer").click()


def test_a_message_is_written_delivered_and_answered_before_ones_eyes(
    invitation: Invitation, chromium: Browser
) -> None:
    page, witness = chromium.new_page(viewport=PHONE), Witness(invitation.origin)
    witness.watch(page)

    come_in(page, invitation.link)
    expect(page.get_by_role("heading", name="Prêt à envoyer et à recevoir.")).to_be_visible()
    assert witness.octets() < 200_000, "the first view is heavier than 200 kB"

    write(page, invitation, "06 39 98 00 07", "On déjeune à midi ?")
    expect(page.get_by_text("Pris en charge et noté.")).to_be_visible()
    expect(page.locator("#now .state")).to_have_text("Reçu")
    expect(page.locator("#steps li")).to_have_count(4)

    page.get_by_role("link", name="Conversation", exact=True).click()
    expect(page.locator(".bubble.theirs")).to_have_text("OUI")

    page.get_by_label("Répondre").fill("Parfait, à tout à l'heure.")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator(".bubble.ours")).to_have_count(2)
    expect(page.locator(".said.ours .state").last).to_have_text("Reçu")
    assert witness.complaints == []


def test_an_answer_typed_on_a_handset_arrives_without_a_reload(
    invitation: Invitation, chromium: Browser
) -> None:
    context = chromium.new_context(viewport=DESK)
    page, witness = context.new_page(), Witness(invitation.origin)
    witness.watch(page)
    come_in(page, invitation.link)
    write(page, invitation, "+33639980001", "Tout va bien ?")
    expect(page.locator("#now .state")).to_have_text("Reçu")

    handsets = context.new_page()
    witness.watch(handsets)
    handsets.goto(f"{invitation.origin}/handsets")
    phone = handsets.locator("#phone-33639980001")
    expect(phone.locator(".bubble.theirs")).to_have_text("Tout va bien ?")

    page.goto(f"{invitation.origin}/conversations/+33639980001")
    page.get_by_label("Répondre").fill("Un brouillon que l'arrivée ne doit pas effacer")
    phone.get_by_placeholder("Répondre").fill("Oui, et vous ?")
    phone.get_by_role("button", name="Envoyer").click()
    expect(phone.locator(".bubble.ours")).to_have_text("Oui, et vous ?")
    page.bring_to_front()
    expect(page.locator(".bubble.theirs")).to_have_text("Oui, et vous ?")
    expect(page.get_by_label("Répondre")).to_have_value("Un brouillon que l'arrivée ne doit pas effacer")
    assert witness.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_small_telephone_is_named_and_readable(
    invitation: Invitation, chromium: Browser, scheme: str
) -> None:
    page, witness = chromium.new_page(viewport=PHONE, color_scheme=scheme), Witness(invitation.origin)
    come_in(page, invitation.link)
    write(page, invitation, SILENT, f"Un lien sans espace ({scheme}) : https://exemple.invalid/" + "a" * 70)
    expect(page.locator("#now .state")).to_have_text("Reçu")
    for language in ("fr", "en"):
        page.goto(invitation.origin)
        page.locator("details.more summary").click()
        with page.expect_navigation():
            page.locator(f".sheet button[lang={language}]").click()
        for path in PAGES:
            page.goto(invitation.origin + path)
            found = wider_than(page), unnamed(page), faint(page), page.locator("h1").count()
            assert found == (0, [], [], 1), f"{path} in {language}"
    assert witness.complaints == []


def test_everything_is_done_without_scripts(invitation: Invitation, chromium: Browser) -> None:
    page = chromium.new_context(java_script_enabled=False, viewport=PHONE).new_page()
    come_in(page, invitation.link)
    page.goto(f"{invitation.origin}/write")
    page.get_by_label("À", exact=True).fill("+33639980001")
    page.get_by_label("Texte").fill("l’été, l’œuf")
    page.get_by_role("button", name="Vérifier le coût").click()
    expect(page.locator("[data-show=alphabet]")).to_have_text("UCS-2")
    page.get_by_role("button", name="Prendre cette écriture").click()
    expect(page.get_by_label("Texte")).to_have_value("l'été, l'oeuf")
    page.get_by_label("Plus tard", exact=True).check()
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator("#at-fault")).to_contain_text("Choisissez le jour et l’heure")
    page.get_by_label("Maintenant", exact=True).check()
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("Pris en charge et noté.")).to_be_visible()


def test_while_one_types_the_cost_follows_and_the_cheaper_spelling_is_one_click(
    invitation: Invitation, chromium: Browser
) -> None:
    page, witness = chromium.new_page(viewport=DESK), Witness(invitation.origin)
    come_in(page, invitation.link)
    page.goto(f"{invitation.origin}/write")
    witness.watch(page)
    page.wait_for_load_state("load")
    asked: list[str] = []
    by_itself = (
        "/live",
        "/live/events",
        "/write",
        "/static/mark.svg",
    )  # the page renews, the tab has its sign

    page.on("request", lambda asks: urlsplit(asks.url).path not in by_itself and asked.append(asks.url))
    text = page.get_by_label("Texte")
    text.press_sequentially("L’œuf est prêt")
    expect(page.locator("[data-show=alphabet]")).to_have_text("UCS-2")
    expect(page.locator("[data-show=left]")).to_have_text("56")
    expect(page.locator(".culprits li")).to_have_text(["’", "œ", "ê"])
    page.get_by_role("button", name="Prendre cette écriture").click()
    expect(text).to_have_value("L'oeuf est pret")
    expect(page.locator("[data-show=alphabet]")).to_have_text("GSM-7")
    expect(page.locator("[data-dear]")).to_be_hidden()
    assert asked == [], "typing asked the server"
    assert witness.complaints == []


def test_a_later_hour_shows_when_marketing_would_leave(invitation: Invitation, chromium: Browser) -> None:
    page = chromium.new_page(viewport=DESK)
    come_in(page, invitation.link)
    page.goto(f"{invitation.origin}/write")
    page.get_by_label("Publicité", exact=True).check()
    page.get_by_label("Plus tard", exact=True).check()
    page.get_by_label(re.compile("Jour et heure")).fill("2030-06-02T10:00")  # a Sunday
    page.get_by_label("Texte").click()
    expect(page.locator("[data-leaves=marketing]")).to_contain_text("3 juin 2030, 08:00")
