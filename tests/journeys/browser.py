"""A real browser for tests: Debian's chromium, driven by playwright; nothing is downloaded."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from journeys.visitor import PASSWORD

CHROMIUM = shutil.which("chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
)
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 860}
PATIENCE = 20_000  # milliseconds within which what is awaited must appear

expect.set_options(timeout=PATIENCE)


@contextmanager
def running() -> Iterator[Browser]:
    """The browser, or a skipped test where there is none."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: the page is not tested in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Witness:
    """Notes what a page must never do: complain on the console, fail, or ask another machine."""

    origin: str
    complaints: list[str] = field(default_factory=list)
    finished: list[Request] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on(
            "console", lambda said: said.type in ("error", "warning") and self.complaints.append(said.text)
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))
        page.on("requestfinished", lambda request: self.finished.append(request))

    def octets(self) -> int:
        """Of all answers until now, as they came over the wire; while the page is open."""
        sizes = [request.sizes() for request in self.finished]
        return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)

    def _asked(self, url: str) -> None:
        if urlsplit(url).scheme in ("http", "https") and not url.startswith(self.origin):
            self.complaints.append(f"asks {url}")


def come_in(page: Page, link: str) -> None:
    """By a one-time link, in whichever language; past the set-up, to which the first one is led."""
    page.goto(link)
    page.locator("#password").fill(PASSWORD)
    for button in ("main button.btn-main", "form.leave button"):
        if page.locator(button).count():
            with page.expect_navigation():
                page.locator(button).click()


def wider_than(page: Page) -> int:
    """By how many pixels the page is wider than its window; 0 when it fits."""
    page.wait_for_load_state()  # a click leaves while the next page is still coming
    return int(page.evaluate("Math.max(0, document.documentElement.scrollWidth - window.innerWidth)"))


def unnamed(page: Page) -> list[str]:
    """The fields, buttons and links that a screen reader could not name."""
    page.wait_for_load_state()
    return list(
        page.evaluate(
            """() => [...document.querySelectorAll("input:not([type=hidden]), textarea, button, a[href]")]
                .filter((part) => part.checkVisibility())
                .filter((part) => !(part.labels?.length || part.ariaLabel || part.textContent.trim()))
                .map((part) => part.outerHTML)"""
        )
    )


def faint(page: Page) -> list[str]:
    """The texts whose contrast with what lies behind them is below 4.5 (WCAG 1.4.3, 3 when large)."""
    page.wait_for_load_state()
    return list(page.evaluate(FAINT))


FAINT = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const colour = (name) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = name; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b]
    .map((part) => part / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (part) => {
    for (let at = part; at; at = at.parentElement) {
      const found = colour(getComputedStyle(at).backgroundColor);
      if (found[3] === 255) return found;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const part = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !part.checkVisibility()) continue;
    const style = getComputedStyle(part);
    const [one, other] = [light(colour(style.color)), light(behind(part))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) found.add(`${ratio.toFixed(2)} ${part.textContent.trim()}`);
  }
  return [...found];
}"""
