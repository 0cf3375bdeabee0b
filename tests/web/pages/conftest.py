"""The pages over a real database file and the real verbs, asked by Flask's own client."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.security import generate_password_hash

from fakes import MONDAY_NOON, FakeClock, counting_ids
from gateway import setup, status
from gateway.access import people, sessions
from gateway.config import Config
from gateway.status import ModemStatus
from gateway.store import database
from gateway.store.models import Setting, User
from installation import installed
from journeys.browser import PHONE, Witness
from journeys.visitor import PASSWORD, SIM, Ledger, Visitor
from web import live, serve, sign_in
from web.app import furnish

DEMO = """
[demo]
simulator = "{folder}/no-such-socket"
"""
READY = ModemStatus("sim1", "ready", imei="490154203237518", iccid=SIM, operator="Tour F", signal_dbm=-71)


@pytest.fixture(scope="session")
def empty_database(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of an appliance that is set up: nobody is led to the wizard."""
    path = tmp_path_factory.mktemp("database") / "chappe.sqlite"
    shutil.copy(empty_database, path)
    database.open(path)
    with database.connection():
        Setting.create(name=setup.ROW, value={"ended": "finished"})
    database.db.close_all()
    return path


@pytest.fixture(scope="session")
def password_hash() -> str:
    """A password is slow to hash, on purpose: once is enough."""
    return generate_password_hash(PASSWORD)


@pytest.fixture
def site(tmp_path: Path, empty_database: Path) -> Config:
    loaded = installed(tmp_path, empty_database, more=DEMO)
    status.write(tmp_path, (READY,), MONDAY_NOON)
    return loaded


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def app(built: Flask, site: Config, clock: FakeClock) -> Iterator[Flask]:
    furnish(built, site, clock, counting_ids())
    yield built
    database.db.close_all()


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    """Nobody signed in."""
    return Visitor(app.test_client())


@pytest.fixture
def invite(app: Flask, clock: FakeClock) -> Callable[..., str]:
    """Adds a person; gives the token of the one-time link."""
    ids = counting_ids()

    def add(name: str, language: str = "en") -> str:
        with database.connection():
            return people.add(name, language, clock.now(), ids)

    return add


@pytest.fixture
def ana(app: Flask, invite: Callable[..., str], clock: FakeClock, password_hash: str) -> Visitor:
    """A person who reads English, chose her password at her one-time link, and is signed in."""
    token, visitor = invite("ana"), Visitor(app.test_client())
    with database.connection():
        user = people.enter(token, clock.now())
        User.update(password_hash=password_hash).where(User.id == user.id).execute()
        visitor.client.set_cookie(sign_in.COOKIE, sessions.open(user, clock.now(), counting_ids()))
    return visitor


@pytest.fixture
def ledger(app: Flask, site: Config, clock: FakeClock) -> Ledger:
    return Ledger(site, clock)


# ---- in a browser --------------------------------------------------------------------------------


@pytest.fixture
def origin(app: Flask, site: Config) -> Iterator[str]:
    """Where the pages answer on a socket; at the end nobody is being answered any more."""
    here = replace(site, web=replace(site.web, port=0))
    server = serve.listening(app, here, trial=False)
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    live.close(app)
    server.close()
    serving.join()
    server.task_dispatcher.shutdown()


@pytest.fixture
def witness(origin: str) -> Witness:
    return Witness(origin)


@pytest.fixture
def phone(origin: str, witness: Witness, ana: Visitor, chromium: Browser) -> Iterator[Page]:
    """A telephone on which Ana is signed in, in the evening."""
    context = chromium.new_context(viewport=PHONE, color_scheme="dark")
    cookie = ana.client.get_cookie(sign_in.COOKIE)
    assert cookie
    context.add_cookies([{"name": sign_in.COOKIE, "value": cookie.value, "url": origin}])
    page = context.new_page()
    witness.watch(page)
    yield page
    context.close()
