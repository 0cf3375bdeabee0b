"""The calls about webhooks: administrators alone; made, changed, tried out, their log, sent again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask

from gateway.features.webhooks import deliveries, payloads
from gateway.features.webhooks.deliveries import Listener
from gateway.features.webhooks.events import USUAL
from gateway.features.webhooks.signing import of_key
from gateway.ids import Ids
from gateway.messages import lookup, topics
from gateway.secret import appliance_secret
from gateway.store import database
from gateway.store.models import ApiKey, Callback, Delivery, Webhook
from web.api.outputs import InboundSchema, MessageSchema
from web.office import office

if TYPE_CHECKING:
    from conftest import Caller, StandingClock

Keyed = Callable[..., "Caller"]
HOOK = "http://192.168.1.20:8080/hook"
NEW = {"name": "till", "url": HOOK, "events": ["message.delivered"]}


@pytest.fixture
def keyed(app: Flask, shop: Caller, new_key: Callable[..., str]) -> Keyed:
    """A caller whose key has these scopes."""
    return lambda *scopes: replace(shop, key=new_key(*scopes))


@pytest.fixture
def admin(keyed: Keyed) -> Caller:
    return keyed("admin")


def made(admin: Caller, **more: Any) -> dict[str, Any]:
    answer = admin.post("/api/v1/webhooks", {**NEW, **more})
    assert answer.status_code == 201, answer.get_json()
    return dict(answer.get_json())


def given_up(app: Flask, clock: StandingClock, uid: str, count: int = 1) -> list[str]:
    """So many deliveries of a webhook that nobody took."""
    with database.connection():
        webhook = Webhook.get(Webhook.uid == uid)
        listener = Listener(webhook.url, "standard", webhook=webhook)
        rows = [
            deliveries.write(listener, "message.delivered", f"m{number}", "{}", clock.now(), Ids())
            for number in range(count)
        ]
        deliveries.give_up([row.id for row in rows], "unreachable", clock.now())
    return [row.uid for row in rows]


def test_a_webhook_is_made_shown_changed_and_removed(admin: Caller) -> None:
    new = made(admin)
    assert new["secret"].startswith("whsec_")
    (listed,) = admin.get("/api/v1/webhooks").get_json()["items"]
    assert "secret" not in listed
    assert (listed["name"], listed["url"], listed["events"]) == ("till", HOOK, ["message.delivered"])
    where = f"/api/v1/webhooks/{new['id']}"
    assert admin.get(where).get_json() == new
    changed = admin.call("PUT", where, json={"name": "shop till", "url": HOOK}).get_json()
    assert (changed["name"], changed["events"]) == ("shop till", list(USUAL))
    assert admin.post(f"{where}/roll").get_json()["secret"] != new["secret"]
    assert admin.post(f"{where}/disable").get_json()["disabled_at"]
    assert admin.post(f"{where}/test").status_code == 409
    assert admin.post(f"{where}/enable").get_json()["disabled_at"] is None
    assert admin.call("DELETE", where).get_json()["name"] == "shop till"
    assert admin.get(where).status_code == 404
    assert admin.get("/api/v1/webhooks").get_json()["items"] == []


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"url": "till"}, "url_bad", "url"),
        ({"url": "http://8.8.8.8/"}, "url_forbidden", "url"),
        ({"url": "https://169.254.169.254/"}, "url_forbidden", "url"),
        ({"url": "https://a.example/" + "x" * 500}, "url_long", "url"),
        ({"events": []}, "events_none", "events"),
        ({"events": ["message.lost"]}, "event_unknown", "events"),
        ({"events": "message.sent"}, "wrong_type", "events"),
        ({"name": ""}, "name_bad", "name"),
        ({"key": "nobody"}, "key_unknown", "key"),
        ({"secret": "mine"}, "unknown_field", "secret"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_made(
    admin: Caller, change: dict[str, Any], code: str, field: str
) -> None:
    answer = admin.post("/api/v1/webhooks", {**NEW, **change})
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert answer.get_json()["field"] == field
    assert admin.get("/api/v1/webhooks").get_json()["items"] == []


def test_two_webhooks_have_two_names(admin: Caller) -> None:
    made(admin)
    answer = admin.post("/api/v1/webhooks", NEW)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "name_taken")


def test_a_test_is_a_delivery_that_waits(admin: Caller) -> None:
    new = made(admin)
    sent = admin.post(f"/api/v1/webhooks/{new['id']}/test")
    assert sent.status_code == 202
    assert (sent.get_json()["event"], sent.get_json()["state"]) == ("webhook.test", "waiting")
    (logged,) = admin.get("/api/v1/webhook-deliveries").get_json()["items"]
    assert logged == sent.get_json()
    again = admin.post(f"/api/v1/webhook-deliveries/{logged['id']}/replay")
    assert (again.status_code, again.get_json()["code"]) == (409, "delivery_waits")


def test_what_was_given_up_is_seen_and_sent_again(app: Flask, admin: Caller, clock: StandingClock) -> None:
    new, other = made(admin), made(admin, name="other")
    mine = given_up(app, clock, new["id"], 3)
    given_up(app, clock, other["id"])
    page = admin.get(f"/api/v1/webhook-deliveries?webhook={new['id']}&state=given_up&limit=2").get_json()
    assert [one["id"] for one in page["items"]] == mine[:0:-1]
    rest = admin.get(f"/api/v1/webhook-deliveries?webhook={new['id']}&cursor={page['next']}").get_json()
    assert [one["id"] for one in rest["items"]] == mine[:1]
    assert page["items"][0]["error"] == "unreachable"
    again = admin.post(f"/api/v1/webhook-deliveries/{mine[0]}/replay").get_json()
    assert (again["state"], again["id"], again["error"]) == ("waiting", mine[0], None)
    answer = admin.post("/api/v1/webhook-deliveries/replay", {"webhook": new["id"]})
    assert answer.get_json() == {"count": 2}
    assert admin.post("/api/v1/webhook-deliveries/replay", {}).get_json() == {"count": 1}
    for where in ("webhook-deliveries/nothing/replay", "webhooks/nothing/test"):
        assert admin.post(f"/api/v1/{where}").status_code == 404


def test_only_an_administrators_key_may(keyed: Keyed) -> None:
    caller = keyed("send", "read")
    for method, path in (
        ("GET", "/api/v1/webhooks"),
        ("POST", "/api/v1/webhooks"),
        ("GET", "/api/v1/webhooks/x"),
        ("GET", "/api/v1/webhook-deliveries"),
        ("POST", "/api/v1/webhook-deliveries/replay"),
    ):
        assert caller.call(method, path, json={} if method == "POST" else None).status_code == 403


# ---- a message's own callback ---------------------------------------------------------------------


def test_a_message_may_name_its_callback_and_its_key_knows_the_secret(app: Flask, keyed: Keyed) -> None:
    caller = keyed("send")
    assert caller.send(callback_url=HOOK).status_code == 202
    assert caller.send(to=["+33639980001", "+33639980002"], callback_url=HOOK).status_code == 202
    secret = caller.get("/api/v1/callback-secret").get_json()["secret"]
    with app.app_context(), database.connection():
        key = ApiKey.select().order_by(ApiKey.id.desc()).get()
        assert [(row.url, row.style, row.key) for row in Callback.select()] == [(HOOK, "standard", key)] * 3
        assert secret == of_key(key, appliance_secret(office().config.appliance.data_dir, Ids()))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://x/", "url_bad"),
        ("http://8.8.8.8/", "url_forbidden"),
        ("https://a.example/" + "x" * 500, "url_long"),
        (7, "wrong_type"),
    ],
)
def test_a_callback_that_cannot_be_told_is_refused(admin: Caller, url: Any, code: str) -> None:
    for to in ("+33639980001", ["+33639980001"]):
        answer = admin.send(to=to, callback_url=url)
        assert (answer.status_code, answer.get_json()["code"]) == (422, code)
        assert answer.get_json()["field"] == "callback_url"
    assert admin.get("/api/v1/messages").get_json()["items"] == []


def test_an_event_says_what_the_api_answers(app: Flask, admin: Caller, received: Callable[..., str]) -> None:
    uid = admin.send(metadata={"order": "A-17"}, send_at="2026-11-24T10:00:00+01:00").get_json()["id"]
    came = received("+33639980006", "STOP")
    with app.app_context(), database.connection():
        zone = office().config.appliance.timezone
        message, inbound = lookup.message(uid), lookup.inbound(came)
        assert payloads.of_message(message, zone) == MessageSchema().dump(message)
        for about in (None, {"kind": "keyword", "id": "k"}):
            said = InboundSchema().dump({**inbound.__data__, "about": about})
            assert list(payloads.of_inbound(inbound, zone).items()) == list(said.items())
            topics.note(inbound, "keyword", "k")
        assert list(payloads.of_message(message, zone)) == list(MessageSchema().dump(message))
        assert Delivery.select().count() == 0
