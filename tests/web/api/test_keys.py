"""Who may call: without a key nothing is told, and a key does what its scopes say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gateway.access import keys
from gateway.store import database

SEND = ("POST", "/api/v1/messages", {"to": "+33639980001", "text": "Bonjour"})
CANCEL = ("POST", "/api/v1/messages/0000/cancel", None)
PREVIEW = ("POST", "/api/v1/preview", {"text": "a"})
READS = [
    ("GET", path, None)
    for path in (
        "/api/v1/messages",
        "/api/v1/messages/0000",
        "/api/v1/inbound",
        "/api/v1/inbound/0000",
        "/api/v1/modems",
    )
]
WRITES = [SEND, CANCEL, PREVIEW]


@pytest.mark.parametrize(("method", "path", "body"), [*WRITES, *READS])
def test_without_a_key_a_call_is_refused_and_changes_nothing(
    stranger: Any, ledger: Callable[[], Any], method: str, path: str, body: Any
) -> None:
    answer = stranger.call(method, path, json=body)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "key_missing")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert ledger()["Message"] == []


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Bearer chp_wrong", "key_wrong"),
        ("Bearer é", "key_wrong"),
        ("Bearer ", "key_missing"),
        ("Bearer", "key_missing"),
        ("Basic a2V5OjE=", "key_missing"),
        ("", "key_missing"),
    ],
)
def test_a_wrong_key_is_refused(stranger: Any, ledger: Callable[[], Any], header: str, code: str) -> None:
    answer = stranger.post(SEND[1], SEND[2], headers={"Authorization": header.encode().decode("latin-1")})
    assert (answer.status_code, answer.get_json()["code"]) == (401, code)
    assert ledger()["Message"] == []


def test_a_revoked_key_is_refused(shop: Any, ledger: Callable[[], Any], clock: Any) -> None:
    with database.connection():
        keys.revoke("key1", clock.now())
    answer = shop.send()
    assert (answer.status_code, answer.get_json()["code"]) == (401, "key_wrong")
    assert ledger()["Message"] == []


@pytest.mark.parametrize(
    ("scope", "refused"), [("send", READS), ("read", WRITES), ("admin", [])], ids=["send", "read", "admin"]
)
def test_a_key_does_what_its_scope_says(
    stranger: Any, new_key: Callable[..., str], scope: str, refused: list[Any]
) -> None:
    stranger.key = new_key(scope)
    for call in [*WRITES, *READS]:
        method, path, body = call
        answer = stranger.call(method, path, json=body)
        assert (answer.status_code == 403) == (call in refused), call
        if answer.status_code == 403:
            assert answer.get_json()["code"] == "scope_missing"
            assert "insufficient_scope" in answer.headers["WWW-Authenticate"]


def test_the_scheme_may_be_written_in_any_case(shop: Any) -> None:
    answer = shop.get("/api/v1/messages", headers={"Authorization": f"bEARER  {shop.key}"})
    assert answer.status_code == 200


def test_the_key_is_asked_for_before_the_body_is_read(stranger: Any) -> None:
    answer = stranger.post(SEND[1], data=b"{", content_type="application/json")
    assert answer.status_code == 401
