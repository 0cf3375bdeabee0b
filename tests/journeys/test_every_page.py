"""Every page, found by walking the addresses: whole, quiet, translated, fitting and readable."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from babel.messages.pofile import read_po
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.routing import Rule

from journeys import shop as shops
from journeys.browser import DESK, PHONE, Witness, faint, unnamed, wider_than
from journeys.shop import ANSWERS, Shop
from journeys.visitor import PASSWORD
from stack import Stack

# What programs ask, by the beginning of its address.
PROGRAMS = (
    "/api/",
    "/openapi.json",
    "/healthz",
    "/metrics",
    "/hooks/",
    "/2010-04-01/",
    "/v1/",
    "/v2/",
    "/.twilio.com/",
)
# What answers no page, by the beginning of its endpoint, and why.
NO_PAGES: Mapping[str, str] = {
    "code_pages.refused": "a file to keep",
    "crowd_pages.export": "a file to keep",
    "docs.static": "files",
    "bootstrap.static": "files",
    "static": "files",
    "import_pages.faulty": "a file to keep",
    "live.": "for the page's own script",
    "backup_pages.fetch": "a file to keep",
    "doctor_pages.fetch": "a file to keep",
    "message_pages.export": "a file to keep",
    "privacy.export": "a file to keep",
    "register_pages.": "a file to keep",
    "result_pages.export": "a file to keep",
    "result_pages.held_out": "a file to keep",
    "survey_pages.export": "a file to keep",
    "short.colour": "a file of the page",
    "short.follow": "leads elsewhere",
    "short.picture": "a file of the page",
    "write.departure": "for the page's own script",
    "write.suggest": "for the page's own script",
}
SIGNED_OUT = ("welcome.sign_in", "welcome.look", "privacy.notice")

# endpoint → the address where the shop shows something there; without one, the rule's own.
ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "alert_route_pages.show": ("/alert-routes/astreinte",),
    "appointment_pages.detail": ("/appointments/{appointment}",),
    "calendar_source_pages.show": ("/appointments/calendars/{calendar}",),
    "automation_pages.runs": ("/automations/{automation}/runs",),
    "automation_pages.show": ("/automations/{automation}", "/automations/{idle}"),
    "batches.reckon": ("/write/rehearsal/of-long-ago",),
    "batches.sent": ("{sent}",),
    "campaign_pages.show": ("/campaigns/{campaign}",),
    "campaign_steps.step": tuple(
        f"/campaigns/{{draft}}/step/{name}" for name in ("people", "text", "hours", "look", "test", "go")
    ),
    "contact_pages.card": ("/contacts/{number}",),
    "contact_pages.listing": ("/contacts", "/contacts?tag=pro"),
    "conversations.thread": ("/conversations/{number}",),
    "help.topic": ("/help/categories",),
    "import_pages.lines": ("/imports/{job}/lines",),
    "import_pages.show": ("/imports/{job}",),
    "keyword_pages.listing": ("/keywords", "/keywords?text=RSVP+2"),
    "keyword_pages.show": ("/keywords/{keyword}",),
    "landing_pages.edit": ("/landings/{landing}",),
    "landing_pages.preview": ("/landings/{landing}/preview",),
    "merge_pages.choose": ("/contacts/{number}/merge",),
    "message_pages.detail": ("/messages/{uid}",),
    "privacy.confirm": ("/people/{number}/erase",),
    "result_pages.listing": ("/results", "/results?rate=click&by=replies"),
    "result_pages.show": ("/results/{campaign}",),
    "segment_pages.edit": ("/segments/{segment}",),
    "several.progress": ("{work}",),
    "short.page": ("/p/{landing}",),
    "survey_pages.show": ("/surveys/{asking}", "/surveys/{survey}", "/surveys/{survey}?part=trial"),
    "template_pages.shelf": ("/templates/library", "/templates/library?trade=club&language=en"),
    "template_pages.show": ("/templates/{template}",),
    "webhook_pages.show": ("/webhooks/{webhook}",),
    "wizard.step": ("/setup/shop", "/setup/modem", "/setup/test", "/setup/password"),
    "write.blank": ("/write", f"/write?to=%2B{ANSWERS[1:]}&text=L%E2%80%99%C5%93uf+est+pr%C3%AAt"),
}
SHARES = 3  # of the pages, each a test of its own: whoever takes minutes is taken for one that hangs
ELSEWHERE = ("/nowhere", "/contacts?q=zzz", "/messages?state=canceled")  # what is not there

# Words of English that no French page holds, outside names, codes and what is marked as English.
ENGLISH = re.compile(r"\b(the|and|with|your|this|from|these|which|who|what|when|nobody|yet)\b", re.IGNORECASE)
CATALOG = Path(__file__).parents[2] / "web/translations/fr/LC_MESSAGES/messages.po"
PIECES = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const part = walker.currentNode.parentElement;
    if (!part.closest("code, pre, kbd, textarea, script, [lang=en]")) found.push(walker.currentNode.data);
  }
  for (const part of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
    if (part.closest("[lang=en]:not(html)")) continue;
    for (const name of ["aria-label", "title", "placeholder", "alt"]) found.push(part.getAttribute(name));
  }
  return [document.title, ...found].filter(Boolean).map((text) => text.trim().replace(/\\s+/g, " "));
}"""
# Contrast is looked at by `faint`, by day and in the evening: a hundredth of the time.
AXE = """async () => (await axe.run({
    resultTypes: ["violations"],
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    rules: {"color-contrast": {enabled: false}},
  })).violations
  .filter((each) => ["serious", "critical"].includes(each.impact))
  .map((each) => `${each.id}: ${each.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(" | ")}`)"""


@pytest.fixture(scope="module")
def shop(stack: Stack) -> Shop:
    return shops.opened(stack)


@pytest.fixture(scope="module")
def door(shop: Shop, chromium: Browser) -> Iterator[BrowserContext]:
    """Somebody who may do everything, signed in."""
    context = chromium.new_context(viewport=DESK)
    page = context.new_page()
    page.goto(shop.stack.sign_in_link())
    page.fill("#password", PASSWORD)
    with page.expect_navigation():
        page.click("main button.btn-main")
    shop.places.update(sent=write_to_two(page, shop), work=answer_for_all(page, shop))
    page.close()
    yield context
    context.close()


def write_to_two(page: Page, shop: Shop) -> str:
    """What the page says of several messages; where that stands."""
    page.goto(f"{shop.stack.url}/write?to=%2B33639981234%0A%2B33639981002")
    page.fill("#text", "Fermé lundi.")
    page.click("button[value=send]")
    page.click("button[value=confirm]")
    page.wait_for_url("**/write/sent/*")
    return urlsplit(page.url).path


def answer_for_all(page: Page, shop: Shop) -> str:
    """Have all that match dealt with, which is nobody; where it says how far that is."""
    form = {"answer": "cancel", "all": "1", "sure": "1", "top": "1", "state": "undelivered"}
    form["csrf_token"] = page.locator("[name=csrf_token]").first.input_value()
    return urlsplit(page.request.post(f"{shop.stack.url}/messages/several", form=form).url).path


def pages(shop: Shop) -> list[str]:
    """The addresses of all pages of somebody who is signed in."""
    rules = [rule for rule in shop.app.url_map.iter_rules() if is_page(rule)]
    found = [place for rule in rules for place in ADDRESSES.get(rule.endpoint, (rule.rule,))]
    return sorted({address.format(**shop.places) for address in found} | set(ELSEWHERE))


def is_page(rule: Rule) -> bool:
    """Whether somebody who is signed in can look at it."""
    return (
        "GET" in (rule.methods or ())
        and rule.endpoint not in SIGNED_OUT
        and not rule.rule.startswith(PROGRAMS)
        and not rule.endpoint.startswith(tuple(NO_PAGES))
    )


def speak(page: Page, shop: Shop, language: str) -> None:
    page.goto(f"{shop.stack.url}/account")
    with page.expect_navigation():
        page.locator(f"button[lang={language}]:visible").click()


def english() -> set[str]:
    """What a French page says otherwise."""
    with CATALOG.open("rb") as file:
        catalog = read_po(file)
    return {str(one.id) for one in catalog if one.id and isinstance(one.id, str) and one.string != one.id}


def axe(page: Page) -> list[str]:
    """What shuts somebody out, seriously or worse."""
    page.evaluate(AXE_SCRIPT)
    return list(page.evaluate(AXE))


def untranslated(page: Page, known: set[str]) -> list[str]:
    pieces = page.evaluate(PIECES)
    return [piece for piece in pieces if piece in known or ENGLISH.search(piece)]


def faults(page: Page, known: set[str], looks: bool = True) -> list[str]:
    """All that is wrong with the page that is open; `looks`: also on a desk, by day and by night."""
    found = [f"{page.locator('h1').count()} h1"] * (page.locator("h1").count() != 1)
    found += ["no title"] * (not page.title().split("·")[0].strip())
    found += [f"not translated: {piece[:80]}" for piece in (untranslated(page, known) if known else ())]
    found += [f"no name: {part[:120]}" for part in unnamed(page)]
    for size in (DESK, PHONE) if looks else (PHONE,):
        page.set_viewport_size(size)
        found += [f"{size['width']} px: {wide} too wide" for wide in [wider_than(page)] if wide]
    for scheme in ("dark", "light") if looks else ():
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [f"{scheme}: {text}" for text in faint(page)]
    return found


def test_no_page_is_left_out(shop: Shop, door: BrowserContext) -> None:
    assert [address for address in pages(shop) if "<" in address] == []


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_is_whole_quiet_translated_fits_and_shuts_nobody_out(
    shop: Shop, door: BrowserContext, language: str, share: int
) -> None:
    page, witness, found = door.new_page(), Witness(shop.stack.url), {}
    speak(page, shop, language)
    witness.watch(page)
    known = english() if language == "fr" else set()
    for address in pages(shop)[share::SHARES]:
        answer = page.goto(shop.stack.url + address)
        wrong = faults(page, known, looks=language == "fr")
        wrong += [f"{answer.status}"] * (answer is not None and answer.status not in (200, 404))
        wrong += axe(page) if language == "fr" else ()
        wrong += [said for said in witness.complaints if "404" not in said]
        witness.complaints.clear()
        if wrong:
            found[address] = wrong
    page.close()
    assert found == {}


def test_a_bad_page_is_found(chromium: Browser) -> None:
    page = chromium.new_page(viewport=PHONE)
    page.set_content(BAD)
    wrong = " ".join([*faults(page, {"Add somebody"}), *axe(page)])
    assert [word for word in FOUND if word not in wrong] == [], wrong
    page.close()


BAD = """<!doctype html><title> · test</title><h2>Bon</h2><p>Add somebody</p><p>This one of yours</p>
<p style="color: #bbb; background: #fff; width: 900px">Pâle</p><img src="data:,"><input>"""
FOUND = (
    "0 h1",
    "no title",
    "Add somebody",
    "This one",
    "no name",
    "360 px: ",
    "image-alt",
    "html-has-lang",
    "Pâle",
)
