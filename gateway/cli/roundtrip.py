"""The proof that everything works: over HTTP a message goes out, is delivered, and an answer comes back."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime
from typing import Any

from gateway.access import keys
from gateway.cli.desk import Desk
from gateway.errors import GatewayError
from gateway.secret import appliance_secret

NUMBER = "+33639980007"  # the handset that answers OUI
TEXT = "Bonjour, ici Chappe. Tout marche ?"
PATIENCE = 60.0  # seconds
GLANCE = 0.2


def page_answers(desk: Desk) -> bool:
    try:
        return bool(_call(desk, "GET", "/healthz"))
    except (OSError, ValueError, GatewayError):
        return False


def make(desk: Desk, still_alive: Callable[[], None]) -> str:
    """Send, wait for the delivery, wait for the answer and return it; raises GatewayError `demo_late`."""
    name = f"roundtrip-{desk.ids.random(4).hex()}"
    with desk.ledger():
        secret = appliance_secret(desk.config.appliance.data_dir, desk.ids)
        key = keys.create(name, (), desk.clock.now(), desk.ids, secret).key
    try:
        since = desk.clock.now().isoformat()
        sent = _call(desk, "POST", "/api/v1/messages", key, {"to": NUMBER, "text": TEXT})
        where = f"/api/v1/messages/{sent['id']}"
        _until(desk, "delivered", still_alive, lambda: _call(desk, "GET", where, key)["state"] == "delivered")
        return str(_until(desk, "reply", still_alive, lambda: _answer(desk, key, since)))
    finally:
        with desk.ledger():
            keys.revoke(name, desk.clock.now())


def _answer(desk: Desk, key: str, since: str) -> str | None:
    items = _call(desk, "GET", "/api/v1/inbound", key)["items"]
    answers = [m["text"] for m in items if m["from"] == NUMBER and _after(m["received_at"], since)]
    return answers[0] if answers else None


def _after(at: str, since: str) -> bool:
    return datetime.fromisoformat(at) >= datetime.fromisoformat(since)


def _until(desk: Desk, step: str, still_alive: Callable[[], None], look: Callable[[], Any]) -> Any:
    deadline = desk.clock.monotonic() + PATIENCE
    while not (found := look()):
        still_alive()
        if desk.clock.monotonic() > deadline:
            raise GatewayError("demo_late", step=step, seconds=int(PATIENCE))
        desk.clock.sleep(GLANCE)
    return found


def _call(desk: Desk, method: str, path: str, key: str = "", body: dict[str, Any] | None = None) -> Any:
    web = desk.config.web
    request = urllib.request.Request(
        f"http://{web.host}:{web.port}{path}",
        method=method,
        data=json.dumps(body).encode() if body else None,
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise GatewayError("demo_refused", status=error.code, path=path) from error
