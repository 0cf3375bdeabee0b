"""The dialects before the programs that speak them: a real database, a real socket, the unmodified client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from twilio.rest import Client
from werkzeug.serving import make_server

from fakes import MONDAY_NOON, FakeClock, counting_ids
from gateway import status
from gateway.access import keys
from gateway.config import Config
from gateway.messages.outbox import Caller
from gateway.secret import appliance_secret
from gateway.status import ModemStatus
from gateway.store import database, models
from installation import installed
from program import OURS, Program
from web.app import furnish

MODEMS = (
    ModemStatus("sim1", "ready", iccid="8933010000000001234", registration=1, number=OURS),
    ModemStatus("sim2", "ready", iccid="8933010000000005678", registration=1),
)


@pytest.fixture
def site(tmp_path: Path, empty_database: Path) -> Config:
    loaded = installed(tmp_path, empty_database, modems=2)
    status.write(tmp_path, MODEMS, MONDAY_NOON)
    return loaded


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def served(built: Flask) -> Iterator[str]:
    """Where the application answers on a socket, for all tests."""
    server = make_server("127.0.0.1", 0, built, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def app(built: Flask, site: Config, clock: FakeClock) -> Flask:
    furnish(built, site, clock, counting_ids())
    return built


@pytest.fixture
def root(served: str, app: Flask) -> str:
    return served


@pytest.fixture
def new_program(root: str, site: Config) -> Iterator[Callable[..., Program]]:
    """Makes a key with these scopes and columns, and a program that has it."""
    numbers, made = count(1), list[Client]()
    counted = counting_ids()

    def make(*scopes: str, **columns: Any) -> Program:
        secret = appliance_secret(site.appliance.data_dir, counted)
        with database.connection():
            name = f"key{next(numbers)}"
            key = keys.create(name, scopes, MONDAY_NOON, counted, secret)
            if columns:
                models.ApiKey.update(columns).where(models.ApiKey.name == name).execute()
        client = Client(key.account_sid, key.auth_token)
        for product in (client.api, client.verify, client.lookups):
            product.base_url = root
        made.append(client)
        return Program(root, key, client)

    yield make
    for client in made:
        client.http_client.session.close()


@pytest.fixture
def shop(new_program: Callable[..., Program]) -> Program:
    return new_program("send", "read")


@pytest.fixture
def heard(app: Flask) -> Callable[..., str]:
    """Stores a received message and gives its sid."""
    numbers = count(1)

    def store(sender: str, text: str, minutes: int = 0, **columns: Any) -> str:
        uid = f"{next(numbers):032x}"
        row = {"complete": True, "modem": "sim1", "sim": "8933", **columns}
        with database.connection():
            clock = app.extensions["chappe"].clock
            models.Inbound.create(uid=uid, sender=sender, text=text, received_at=clock.now(), **row)
        return f"SM{uid}"

    return store


@pytest.fixture
def rows(app: Flask) -> Callable[[Any], list[Any]]:
    """All rows of a table."""

    def read(table: Any) -> list[Any]:
        with database.connection():
            return list(table.select())

    return read


@pytest.fixture
def outside(site: Config) -> Caller:
    """Somebody else who writes: a person at the page."""
    return Caller("page:ana", site.appliance, site.modem_names, counting_ids())
