"""From nothing to the first delivered message: the demonstration as it is started, in a real browser."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from journeys.browser import DESK, PHONE, Witness, faint, unnamed, wider_than
from journeys.visitor import PASSWORD
from stack import Stack, free_port, until

MOST_CLICKS, MOST_FIELDS = 6, 1
A_MINUTE = 60.0  # seconds, from the command to the delivered message


class Person:
    """Somebody at the page, who counts what it takes of them."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.fields = page, 0, 0

    def click(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()
        self.clicks += 1

    def fill(self, label: str, value: str) -> None:
        self.page.get_by_label(label, exact=True).fill(value)
        self.fields += 1

    def reads(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[str, float]]:
    """The link that a new demonstration prints, and when it was started (monotonic)."""
    began = time.monotonic()
    command = ["demo", "--port", str(free_port()), "--data", str(tmp_path), "--language", "fr"]
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-m", "gateway.cli", *command], stdout=subprocess.PIPE, stderr=log, text=True
        ) as running,
    ):
        try:
            assert running.stdout
            printed = (re.search(r"http://\S+/welcome/\S+", line) for line in running.stdout)
            yield next(link for link in printed if link)[0], began
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(20)


def test_from_the_command_to_the_first_delivered_message(demo: tuple[str, float], chromium: Browser) -> None:
    link, began = demo
    page = chromium.new_page(viewport=PHONE)
    witness = Witness(link.partition("/welcome")[0])
    witness.watch(page)
    ana = Person(page)

    page.goto(link)
    ana.click("Le mettre en service")
    ana.reads("Mettons cet appareil en service")
    ana.click("Continuer")
    ana.reads("Votre modem est prêt")
    ana.click("Continuer")
    ana.fill("Numéro de votre téléphone", "06 39 98 00 01")
    ana.click("L’envoyer")
    ana.reads("Il est arrivé !")

    assert time.monotonic() - began < A_MINUTE
    assert (ana.clicks <= MOST_CLICKS, ana.fields <= MOST_FIELDS) == (True, True), (ana.clicks, ana.fields)

    ana.click("Continuer")
    ana.fill("Mot de passe", PASSWORD)
    ana.click("Terminer")
    ana.reads("Tout est en service")
    page.get_by_role("link", name="À l’accueil", exact=True).click()
    ana.reads("Prêt à envoyer et à recevoir.")
    assert witness.complaints == []


def test_a_sim_that_asks_for_its_pin_gets_it_before_ones_eyes(tmp_path: Path, chromium: Browser) -> None:
    with Stack(tmp_path, pin="4321") as stack:
        page, witness = chromium.new_page(viewport=DESK), Witness(stack.url)
        witness.watch(page)
        ana = Person(page)
        page.goto(stack.sign_in_link())
        ana.click("Le mettre en service")
        ana.click("Continuer")
        expect(page.get_by_text("La SIM demande son code PIN.")).to_be_visible()

        ana.fill("Code PIN de la carte SIM", "4321")
        ana.click("Le donner")
        ana.reads("Votre modem est prêt")
        expect(page.get_by_label("Code PIN de la carte SIM")).to_have_count(0)
        assert witness.complaints == []

        stack.stop("gateway")
        stack.start("gateway")
        until(stack.modem_ready, "a modem that is unlocked again by itself")


def test_every_step_fits_a_small_telephone_is_named_and_readable(stack: Stack, chromium: Browser) -> None:
    page, witness = chromium.new_page(viewport=PHONE, reduced_motion="reduce"), Witness(stack.url)
    witness.watch(page)
    link = stack.sign_in_link()
    for language in ("en", "fr"):
        page.goto(link)
        with page.expect_navigation():
            page.locator(f".languages button[lang={language}]").click()
        assert_well(page, f"welcome in {language}")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Commencer", exact=True).click()
    steps = [f"/setup/{step}" for step in ("shop", "modem", "test", "done")]
    topics = [f"/help/{topic}" for topic in ("states", "programs", "troubles")]
    for language in ("en", "fr"):
        page.goto(f"{stack.url}/setup/shop")
        with page.expect_navigation():
            page.locator(f"fieldset button[lang={language}]").click()
        for path in (*steps, "/help?q=sim", *topics):
            page.goto(f"{stack.url}{path}")
            assert_well(page, f"{path} in {language}")
    assert witness.complaints == []


def assert_well(page: Page, which: str) -> None:
    assert (wider_than(page), unnamed(page), page.locator("h1").count()) == (0, [], 1), which
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert faint(page) == [], f"{which}, {scheme}"


# ---- pages that renew themselves ---------------------------------------------------------------


def test_a_page_is_told_without_asking_and_a_hidden_one_lets_its_place_go(
    stack: Stack, chromium: Browser
) -> None:
    context = chromium.new_context(viewport=DESK)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(stack.sign_in_link())
    page.get_by_label("Mot de passe").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Commencer", exact=True).click()
    with page.expect_request("**/live/events*"):
        page.goto(f"{stack.url}/messages")
    stack.send("+33639980001", "Sans question")
    expect(page.get_by_text("Sans question", exact=True)).to_be_visible()
    assert [url for url in asked if "/live?" in url] == [], "it asked all the same"

    asked.clear()
    page.evaluate(HIDE)
    stack.send("+33639980001", "Pendant l'absence")
    page.evaluate(SHOW)
    expect(page.get_by_text("Pendant l'absence", exact=True)).to_be_visible()
    assert len([url for url in asked if "/live/events" in url]) == 1, "it listened again, once"


def test_where_no_place_is_free_a_page_asks(stack: Stack, chromium: Browser) -> None:
    context = chromium.new_context(viewport=DESK)
    page = context.new_page()
    page.goto(stack.sign_in_link())
    page.get_by_label("Mot de passe").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Commencer", exact=True).click()
    page.route("**/live/events*", lambda route: route.fulfill(status=503))
    page.goto(f"{stack.url}/messages")
    with page.expect_request(re.compile(r"/live\?")):
        stack.send("+33639980001", "Par question")
    expect(page.get_by_text("Par question", exact=True)).to_be_visible()


# A headless page is never hidden by itself.
HIDE = """() => {
  Object.defineProperty(document, "hidden", { value: true, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
SHOW = HIDE.replace("true, conf", "false, conf")
