"""/hooks/…: what Alertmanager and Grafana post, with the keys they can hold, and what they are answered."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from fakes import MONDAY_NOON, FakeClock
from gateway.access import keys
from gateway.config import Config
from gateway.features.alerts import routes
from gateway.features.alerts.routes import Wish
from gateway.ids import Ids
from gateway.store import database
from gateway.store.models import ApiKey, KeyUsage, Message
from installation import installed
from web.app import furnish

ANNA = "+33639980001"
ALERT = {
    "status": "firing",
    "labels": {"alertname": "InstanceDown", "instance": "web-1:9100", "severity": "critical"},
    "annotations": {"summary": "web-1 is down."},
    "fingerprint": "f3a1",
}
PAYLOAD = {"version": "4", "groupKey": "{}:{}", "status": "firing", "alerts": [ALERT]}
SAID = "ALERT (1): InstanceDown web-1:9100 critical. web-1 is down."
Key = Callable[..., dict[str, str]]


@pytest.fixture
def site(tmp_path: Path, empty_database: Path) -> Config:
    return installed(tmp_path, empty_database)


@pytest.fixture
def app(built: Flask, site: Config) -> Iterator[Flask]:
    furnish(built, site, FakeClock(), Ids())
    with database.connection():
        routes.add(Wish("on-call", ANNA), site.appliance, "test:me", MONDAY_NOON)
    yield built
    database.db.close_all()


@pytest.fixture
def key(app: Flask) -> Key:
    """A key's header; what it may do is given by its columns."""

    def make(name: str, *scopes: str, **columns: Any) -> dict[str, str]:
        with database.connection():
            new = keys.create(name, scopes or ("send",), MONDAY_NOON, Ids(), bytes(32))
            ApiKey.update({"name": name, **columns}).where(ApiKey.name == name).execute()
        return {"Authorization": f"Bearer {new.key}"}

    return make


def post(app: Flask, headers: dict[str, str], to: str = "alertmanager/on-call", **how: Any) -> TestResponse:
    given = {"json": PAYLOAD, **how} if "data" not in how else how
    return app.test_client().open(f"/hooks/{to}", **{"method": "POST", "headers": headers, **given})


def said() -> list[tuple[str, str, str]]:
    with database.connection():
        return [(row.recipient, row.text, row.source) for row in Message.select()]


def basic(user: str, header: dict[str, str]) -> dict[str, str]:
    password = header["Authorization"].partition(" ")[2]
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_an_alert_is_told_in_the_name_of_the_key_and_a_retry_tells_nobody(app: Flask, key: Key) -> None:
    prometheus = key("prometheus")
    first, again = post(app, prometheus), post(app, prometheus)
    assert (first.status_code, first.get_json()) == (200, {"sent": 1, "muted": 0, "reason": "new"})
    assert (again.status_code, again.get_json()) == (200, {"sent": 0, "muted": 1, "reason": "repeated"})
    assert said() == [(ANNA, SAID, "key:prometheus")]
    with database.connection():
        assert KeyUsage.get().messages == 1


def test_grafana_posts_or_puts_with_the_key_as_a_password(app: Flask, key: Key) -> None:
    grafana = basic("anything", key("grafana"))
    over = {**PAYLOAD, "alerts": [{**ALERT, "status": "resolved"}], "orgId": 1, "title": "[RESOLVED]"}
    assert post(app, grafana, "grafana/on-call").get_json()["reason"] == "new"
    assert post(app, grafana, "grafana/on-call", method="PUT", json=over).get_json()["reason"] == "over"
    assert [text.partition(" (")[0] for _, text, _ in said()] == ["ALERT", "RESOLVED"]


def test_who_may_not_is_refused_and_nothing_is_written(app: Flask, key: Key) -> None:
    reads, sends_codes, limited = key("a", "read"), key("b", categories="otp"), key("c", per_day=0)
    nobody = {"Authorization": "Bearer nobody"}
    for headers, status, code in (
        ({}, 401, "key_missing"),
        (nobody, 401, "key_wrong"),
        (basic("ana", nobody), 401, "key_wrong"),
        (reads, 403, "scope_missing"),
        (basic("ana", reads), 403, "scope_missing"),
        (sends_codes, 403, "category_not_allowed"),
        (limited, 429, "too_many_a_day"),
    ):
        answer = post(app, headers)
        assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert said() == []
    assert post(app, key("d")).get_json()["reason"] == "new"


def test_what_cannot_be_told_is_answered_by_a_problem(app: Flask, key: Key) -> None:
    sends = key("prometheus")
    many = {
        **PAYLOAD,
        "alerts": [{**ALERT, "fingerprint": str(n), "labels": {"a": "b" * 900}} for n in range(1500)],
    }
    for to, how, status, code in (
        ("alertmanager/nowhere", {}, 404, "alert_route_unknown"),
        ("zabbix/on-call", {}, 404, "not_found"),
        ("alertmanager/on-call", {"data": b"{"}, 400, "not_json"),
        ("alertmanager/on-call", {"data": b"\xff"}, 400, "not_json"),
        ("alertmanager/on-call", {"json": {"alerts": []}}, 422, "alert_unreadable"),
        ("alertmanager/on-call", {"json": many}, 413, "body_too_large"),
        ("alertmanager/on-call", {"method": "GET"}, 405, "method_not_allowed"),
    ):
        answer = post(app, sends, to, **how)
        assert (answer.status_code, answer.get_json()["code"]) == (status, code)
        assert answer.content_type == "application/problem+json"
    assert said() == []


def test_a_storm_of_alerts_is_one_text(app: Flask, key: Key) -> None:
    """Larger than what other calls may be: it must not be lost for that."""
    storm = [
        {**ALERT, "fingerprint": str(n), "labels": {"alertname": f"A{n}", "b": "c" * 150}} for n in range(900)
    ]
    answer = post(app, key("prometheus"), json={**PAYLOAD, "alerts": storm, "truncatedAlerts": 100})
    assert answer.get_json() == {"sent": 1, "muted": 0, "reason": "new"}
    assert said()[0][1] == "ALERT (1000): A0, A1, A2.... web-1 is down."
