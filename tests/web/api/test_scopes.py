"""Every address of programs × {no key, send, read, admin}: found by walking the addresses, so that a new one
is asked too.  To look takes `read`, all else `send`, unless it is named here."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from gateway.access import keys
from gateway.access.keys import NewKey
from gateway.ids import Ids
from gateway.secret import appliance_secret
from gateway.store import database
from gateway.store.models import ApiKey, Message
from web import sign_in

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
SCOPES = ("send", "read", "admin")
OPEN = {"/api/v1/openapi.json", "/docs", "/docs/<path:filename>", "/healthz", "/metrics", "/openapi.json"}
ADMIN = re.compile(r"/api/v1/(webhooks|webhook-deliveries|keywords)\b")  # what goes elsewhere by itself
NAMED = {
    ("POST", "/api/v1/contacts/<number>/consents"): {"admin"},
    ("POST", "/api/v1/rehearsal"): {"send", "read", "admin"},
    ("GET", "/api/v1/verifications/<uid>"): {"send", "read", "admin"},
    ("GET", "/api/v1/callback-secret"): {"send", "admin"},
}
KEYLESS_REASONS = {"key_missing", "key_wrong", 20003}


def calls(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(sign_in.PUBLIC_PATHS) and rule.rule not in OPEN:
            yield from ((method, rule.rule) for method in sorted((rule.methods or set()) & METHODS))


def least(method: str, rule: str) -> set[str]:
    """The scopes that open it."""
    if ADMIN.match(rule):
        return {"admin"}
    return NAMED.get((method, rule)) or {"read" if method == "GET" else "send", "admin"}


def ask(app: Flask, method: str, rule: str, key: NewKey | None) -> TestResponse:
    """The call with its gaps filled in and nothing in its body."""
    account = key.account_sid if key else "AC" + "0" * 32
    words = {"account": account, "service": "VA" + account[2:], "program": "grafana", "name": "on-call"}
    path = re.sub(r"<int[^>]*>", "1", rule)
    path = re.sub(r"<(?:[^:>]*:)?(\w+)>", lambda gap: words.get(gap[1], "+33639980001"), path)
    headers = {}
    if key is not None and rule.startswith(("/api/", "/hooks/")):
        headers["Authorization"] = f"Bearer {key.key}"
    elif key is not None:
        pair = f"{key.account_sid}:{key.auth_token}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    return app.test_client().open(path, method=method, headers=headers)


def test_without_a_key_every_call_is_refused_before_anything_else(app: Flask) -> None:
    asked, wrong = 0, []
    for method, rule in calls(app):
        asked += 1
        answer = ask(app, method, rule, None)
        if answer.status_code != 401 or answer.get_json()["code"] not in KEYLESS_REASONS:
            wrong.append(f"{method} {rule}: {answer.status_code}")
    assert wrong == []
    assert asked > 60


@pytest.mark.parametrize("scope", SCOPES)
def test_each_scope_opens_exactly_what_the_table_says(app: Flask, scope: str) -> None:
    secret = appliance_secret(app.extensions["chappe"].config.appliance.data_dir, Ids())
    with database.connection():
        key = keys.create("program", (scope,), app.extensions["chappe"].clock.now(), Ids(), secret)
    wrong = []
    for method, rule in calls(app):
        answer = ask(app, method, rule, key)
        if (answer.status_code not in (401, 403)) != (scope in least(method, rule)):
            wrong.append(f"{method} {rule}: {answer.status_code}")
    assert wrong == []
    with database.connection():
        assert not Message.select().exists()


@pytest.mark.parametrize("scope", ["", "everything", "sender", "admins"])
def test_a_scope_that_nobody_knows_opens_nothing(app: Flask, scope: str) -> None:
    secret = appliance_secret(app.extensions["chappe"].config.appliance.data_dir, Ids())
    with database.connection():
        key = keys.create("program", (), app.extensions["chappe"].clock.now(), Ids(), secret)
        ApiKey.update(scopes=scope).execute()
    assert [call for call in calls(app) if ask(app, *call, key).status_code != 403] == []


def test_the_account_of_another_key_is_not_there(app: Flask) -> None:
    secret = appliance_secret(app.extensions["chappe"].config.appliance.data_dir, Ids())
    with database.connection():
        now = app.extensions["chappe"].clock.now()
        mine, other = (keys.create(name, ("admin",), now, Ids(), secret) for name in ("mine", "other"))
    pair = base64.b64encode(f"{mine.account_sid}:{mine.auth_token}".encode()).decode()
    headers, client = {"Authorization": f"Basic {pair}"}, app.test_client()
    for path in (f"/2010-04-01/Accounts/{other.account_sid}.json", f"/v2/Services/VA{other.account_sid[2:]}"):
        assert client.get(path, headers=headers).status_code == 404
