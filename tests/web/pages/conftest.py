"""The pages over a real database file and the real verbs, asked by Flask's own client."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from fakes import MONDAY_NOON, FakeClock, counting_ids
from gateway import config, status
from gateway.access import people
from gateway.config import Config
from gateway.status import ModemStatus
from gateway.store import database, upgrade
from journeys.visitor import PASSWORD, SIM, Ledger, Visitor
from web.app import create_app

TOML = """
[appliance]
language = "en"
data_dir = "{folder}"
runtime_dir = "{folder}"
[[modems]]
name = "sim1"
port = "/dev/ttyUSB0"
[demo]
simulator = "{folder}/no-such-socket"
"""
READY = ModemStatus("sim1", "ready", imei="490154203237518", iccid=SIM, operator="Tour F", signal_dbm=-71)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("database") / "chappe.sqlite"
    upgrade.upgrade(path, MONDAY_NOON)
    return path


@pytest.fixture
def site(tmp_path: Path, empty_database: Path) -> Config:
    (tmp_path / "gateway.toml").write_text(TOML.format(folder=tmp_path), encoding="utf-8")
    loaded = config.load(tmp_path / "gateway.toml")
    shutil.copy(empty_database, loaded.appliance.database_path)
    status.write(tmp_path, (READY,), MONDAY_NOON)
    return loaded


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def app(site: Config, clock: FakeClock) -> Iterator[Flask]:
    yield create_app(site, clock, counting_ids())
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
def ana(app: Flask, invite: Callable[..., str]) -> Visitor:
    """A person who reads English and came in by her one-time link."""
    visitor = Visitor(app.test_client())
    visitor.send(f"/welcome/{invite('ana')}", password=PASSWORD)
    return visitor


@pytest.fixture
def ledger(app: Flask, site: Config, clock: FakeClock) -> Ledger:
    return Ledger(site, clock)
