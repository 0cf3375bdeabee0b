"""What tests of several rooms share: the running stack, once a module; the browser, once for all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from journeys import browser
from stack import Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with browser.running() as running:
        yield running


@pytest.fixture(autouse=True)
def _close_pages(request: pytest.FixtureRequest) -> Iterator[None]:
    """A page that a test leaves open goes on listening, and only so many may."""
    known = request.getfixturevalue("chromium") if "chromium" in request.fixturenames else None
    before = list(known.contexts) if known else []
    yield
    for context in known.contexts if known else ():
        if context not in before:
            context.close()
