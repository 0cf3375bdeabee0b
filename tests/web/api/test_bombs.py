"""Bodies that are made to cost much: refused, at every door, and without a failure of ours."""

from __future__ import annotations

import base64
import gzip
from itertools import product

import pytest
from flask import Flask

from gateway.access import keys
from gateway.access.keys import NewKey
from gateway.ids import Ids
from gateway.secret import appliance_secret
from gateway.store import database
from gateway.store.models import Message

BOMBS = {
    "deep lists": b"[" * 60_000,
    "deep objects": b'{"to":' * 10_000,
    "deep and closed": b"[" * 30_000 + b"]" * 30_000,
    "a number without an end": b"1" * 60_000,
    "a number beyond all": b'{"to": 1e999999, "Body": -Infinity}',
    "the same field for ever": b'{"to": "x",' * 5_000,
    "half a character": b'{"to": "\\ud800", "text": "\\udfff", "Body": "\\ud800", "version": "\\ud800"}',
    "compressed": gzip.compress(b" " * 60_000_000, 1)[:60_000],
    "too large": b'"' + b"a" * 2_000_000 + b'"',
}
DOORS = (
    "/api/v1/messages",
    "/api/v1/campaigns",
    "/hooks/grafana/on-call",
    "/2010-04-01/Accounts/{}/Messages.json",
)


@pytest.fixture
def key(app: Flask) -> NewKey:
    here = app.extensions["chappe"]
    with database.connection():
        secret = appliance_secret(here.config.appliance.data_dir, Ids())
        return keys.create("program", ("admin",), here.clock.now(), Ids(), secret)


def test_no_body_costs_more_than_a_refusal(app: Flask, key: NewKey) -> None:
    pair = base64.b64encode(f"{key.account_sid}:{key.auth_token}".encode()).decode()
    wrong = []
    for (name, body), door in product(BOMBS.items(), DOORS):
        who = f"Basic {pair}" if "Accounts" in door else f"Bearer {key.key}"
        headers = {"Authorization": who, "Content-Type": "application/json"}
        if name == "compressed":
            headers["Content-Encoding"] = "gzip"
        answer = app.test_client().post(door.format(key.account_sid), data=body, headers=headers)
        if not 400 <= answer.status_code < 500:
            wrong.append(f"{name} at {door}: {answer.status_code}")
    assert wrong == []
    with database.connection():
        assert not Message.select().exists()
