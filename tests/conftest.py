"""What tests of several rooms share: the running stack, once a module; browser and empty database, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from fakes import MONDAY_NOON
from gateway.store.upgrade import upgrade
from journeys import browser
from stack import Stack
from web.app import build


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with browser.running() as running:
        yield running


@pytest.fixture(scope="session")
def built() -> Flask:
    """The web application, of no installation yet: slow to make, so that each test furnishes the same one."""
    return build()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of this version, with nothing in it: made once, copied for each test."""
    path = tmp_path_factory.mktemp("database") / "chappe.sqlite"
    upgrade(path, MONDAY_NOON)
    return path


@pytest.fixture(autouse=True)
def _close_pages(request: pytest.FixtureRequest) -> Iterator[None]:
    """A page that a test leaves open goes on listening, and only so many may."""
    known = request.getfixturevalue("chromium") if "chromium" in request.fixturenames else None
    before = list(known.contexts) if known else []
    yield
    for context in known.contexts if known else ():
        if context not in before:
            context.close()
