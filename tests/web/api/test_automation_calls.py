"""/api/v1/events and /api/v1/automations: told once, within what the key may; listed, paused, resumed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gateway.features.automations import beginning, diary, verbs
from gateway.features.automations.plan import Step, Terms
from gateway.store import database
from gateway.store.models import ApiKey, AutomationEvent, KeyUsage

EVENTS, AUTOMATIONS = "/api/v1/events", "/api/v1/automations"
ANNA = "+33639983001"
CART = {"name": "cart_abandoned", "to": "06 39 98 30 01", "facts": {"total": "42 EUR"}, "reference": "c1"}


def running(shop: Any, category: str = "notification") -> str:
    here = shop.app.extensions["chappe"]
    site, now = here.config.appliance, here.clock.now()
    with database.connection():
        uid = verbs.draft("Cart", "page:ana", now, here.ids).uid
        verbs.choose(uid, Terms("event", category, event="cart_abandoned"), now)
        verbs.add_step(uid, Step("send", "Hello"), site)
        verbs.start(uid, "page:ana", site, now)
        beginning.begin(verbs.find(uid), ANNA, "x", site.timezone, now - timedelta(days=2))
    return uid


def test_an_event_is_written_down_once(shop: Any) -> None:
    first, again = shop.post(EVENTS, CART), shop.post(EVENTS, CART)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert first.get_json()["to"] == ANNA
    other = shop.post(EVENTS, {**CART, "name": "order_placed"})
    assert (other.status_code, other.get_json()["code"]) == (409, "event_reference_taken")
    with database.connection():
        assert AutomationEvent.select().count() == 1


WRONG: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"name": "Été"}, "event_name_bad", "name"),
    ({"to": "x"}, "number_has_letter", "to"),
    ({"facts": {"{": "x"}}, "event_fact_bad", "facts"),
    ({"facts": {f"f{place}": "x" for place in range(21)}}, "too_many_entries", "facts"),
    ({"reference": ""}, "out_of_range", "reference"),
)


def test_what_is_wrong_is_named_and_nothing_is_written(shop: Any) -> None:
    for more, code, field in WRONG:
        told = shop.post(EVENTS, {**CART, **more}).get_json()
        fault = told["errors"][0] if told.get("errors") else told
        assert (fault["code"], fault["field"]) == (code, field), told
    with database.connection():
        assert AutomationEvent.select().count() == 0


def test_a_key_sets_off_only_what_it_might_send_itself(shop: Any) -> None:
    running(shop, "marketing")
    with database.connection():
        ApiKey.update(categories="notification").execute()
    refused = shop.post(EVENTS, CART)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "category_not_allowed")
    with database.connection():
        assert AutomationEvent.select().count() == 0
        ApiKey.update(categories="", per_day=1).execute()
    assert shop.post(EVENTS, CART).status_code == 201
    assert shop.post(EVENTS, CART).status_code == 200, "the same one costs nothing"
    limited = shop.post(EVENTS, {**CART, "reference": "c2"})
    assert (limited.status_code, limited.get_json()["code"]) == (429, "too_many_a_day")
    with database.connection():
        assert [usage.messages for usage in KeyUsage.select()] == [1]


def test_automations_are_listed_paused_and_resumed(shop: Any) -> None:
    uid = running(shop)
    (told,) = shop.get(AUTOMATIONS).get_json()["items"]
    assert (told["state"], told["runs"]) == ("running", {"waiting": 1})
    (run,) = shop.get(f"{AUTOMATIONS}/{uid}/runs").get_json()["items"]
    assert (run["to"], run["state"], [turn["what"] for turn in run["history"]]) == (
        ANNA,
        "waiting",
        ["begun"],
    )
    assert shop.post(f"{AUTOMATIONS}/{uid}/pause", {}).get_json()["state"] == "paused"
    assert shop.post(f"{AUTOMATIONS}/{uid}/pause", {}).get_json()["code"] == "automation_state"
    assert shop.post(f"{AUTOMATIONS}/{uid}/resume", {}).get_json()["state"] == "running"
    assert shop.get(f"{AUTOMATIONS}/nothing/runs").get_json()["code"] == "automation_unknown"
    assert shop.get(f"{AUTOMATIONS}/{uid}/runs?cursor=x").get_json()["code"] == "cursor_unknown"
    with database.connection():
        assert len(diary.runs(verbs.find(uid))) == 1
