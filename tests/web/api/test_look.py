"""Lists, one message in full, cancelling, what was received, the modems, a preview."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest

from gateway.messages import lifecycle, lookup, retries, topics
from gateway.messages.lifecycle import Event, Step
from gateway.modems import budgets
from gateway.policy.budgets import LIMITS, Limits
from gateway.status import ModemStatus
from gateway.store import database, models
from people import agree

API = "/api/v1/messages"


def ids(answer: Any) -> list[str]:
    return [entry["id"] for entry in answer.get_json()["items"]]


def test_pages_follow_each_other_newest_first_without_gap_or_repetition(shop: Any) -> None:
    sent = [shop.send(text=f"Message {index}").get_json()["id"] for index in range(7)]
    seen, path = [], f"{API}?limit=3"
    while path:
        answer = shop.get(path)
        seen.append(ids(answer))
        following = answer.get_json()["next"]
        path = f"{API}?limit=3&cursor={following}" if following else ""
    assert [len(page) for page in seen] == [3, 3, 1]
    assert list(chain(*seen)) == sent[::-1]


def test_what_is_sent_between_two_pages_disturbs_neither(shop: Any) -> None:
    sent = [shop.send().get_json()["id"] for _ in range(4)]
    first = shop.get(f"{API}?limit=2")
    shop.send()
    second = shop.get(f"{API}?limit=2&cursor={first.get_json()['next']}")
    assert ids(first) + ids(second) == sent[::-1]


def test_filters_narrow_the_list(shop: Any, clock: Any) -> None:
    queued = shop.send("+33639980001").get_json()["id"]
    later = shop.send("+33639980002", send_at="2026-11-24T10:00:00+01:00", category="otp").get_json()["id"]
    clock.instant += timedelta(hours=1)
    newest = shop.send("+33639980001").get_json()["id"]
    expected = {
        "": [newest, later, queued],
        "state=queued": [newest, queued],
        "state=queued&state=scheduled": [newest, later, queued],
        "state=scheduled,held": [later],
        "state=held": [],
        "to=%2B33639980001": [newest, queued],
        "to=+33639980001": [newest, queued],
        "to=06 39 98 00 02": [later],
        "category=otp": [later],
        "since=2026-11-23T13:00:00%2B01:00": [newest],
        "since=2026-11-23T13:00:00+01:00": [newest],
        "since=2026-11-23T12:00:00Z": [newest],
        "state=queued&to=%2B33639980002": [],
        "until=2026-11-23T13:00:00+01:00": [later, queued],
        "since=2026-11-23T12:00:00Z&until=2026-11-23T12:00:01Z": [newest],
        "source=key:key1": [newest, later, queued],
        "source=page:ana": [],
        "modem=sim1": [],
        "text=bonJOUR&category=otp": [later],
        "text=%25": [],
    }
    assert {query: ids(shop.get(f"{API}?{query}")) for query in expected} == expected


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("state=pending", "state_unknown", "state"),
        ("state=queued,pending", "state_unknown", "state"),
        ("category=advert", "category_unknown", "category"),
        ("since=2026-11-23T13:00:00", "time_without_offset", "since"),
        ("since=yesterday", "time_unreadable", "since"),
        ("until=yesterday", "time_unreadable", "until"),
        ("source=" + "x" * 61, "text_long", "source"),
        ("to=nobody", "number_has_letter", "to"),
        ("limit=0", "out_of_range", "limit"),
        ("limit=501", "out_of_range", "limit"),
        ("limit=many", "wrong_type", "limit"),
        ("cursor=x", "cursor_unknown", "cursor"),
        ("cursor=-1", "cursor_unknown", "cursor"),
        ("cursor=9999999999999999999", "cursor_unknown", "cursor"),
        ("page=2", "unknown_field", "page"),
    ],
)
def test_a_wrong_query_is_refused_with_one_clear_error(shop: Any, query: str, code: str, field: str) -> None:
    answer = shop.get(f"{API}?{query}")
    problem = answer.get_json()
    assert (answer.status_code, problem["code"], problem["field"]) == (422, code, field)
    assert not re.search("^error|…", problem["detail"])


def test_one_message_shows_its_parts_its_history_and_why_it_waits(
    shop: Any, beat: Callable[..., None]
) -> None:
    beat(ModemStatus("sim1", "registering"))
    uid = shop.send(text="x" * 200).get_json()["id"]
    message = shop.get(f"{API}/{uid}").get_json()
    assert message["parts"] == 2
    assert [(part["seq"], part["state"], part["attempts"]) for part in message["parts_detail"]] == [
        (1, "queued", 0),
        (2, "queued", 0),
    ]
    (step,) = message["history"]
    assert (step["part"], step["event"], step["state"]) == (None, "enqueue", "queued")
    assert step["detail"] == "In the queue"
    why = {entry["code"]: entry for entry in message["why"]}
    assert why["quiet_hours"]["answer"] == "allow"
    assert why["quiet_hours"]["detail"] is None
    assert (why["modem"]["answer"], why["modem"]["reason"]) == ("wait", "modem_not_ready")
    assert why["modem"]["detail"] == "Modem sim1 is not ready: looking for the network."


def test_a_held_message_says_the_reason_in_the_readers_language(shop: Any, clock: Any) -> None:
    clock.instant += timedelta(hours=10)
    with database.connection():
        agree("+33639980001", clock.instant)
    uid = shop.send(category="marketing").get_json()["id"]
    read = {
        language: shop.get(f"{API}/{uid}", headers={"Accept-Language": language}).get_json()
        for language in ("en", "fr")
    }
    for message in read.values():
        (rule,) = [entry for entry in message["why"] if entry["code"] == "quiet_hours"]
        assert (rule["answer"], rule["until"]) == ("hold", "2026-11-24T08:00:00.000+01:00")
        assert rule["detail"] in message["history"][0]["detail"]
    said = [{entry["code"]: entry["detail"] for entry in message["why"]} for message in read.values()]
    assert said[0]["quiet_hours"] != said[1]["quiet_hours"]


def test_a_waiting_message_can_be_canceled_once(shop: Any, ledger: Callable[[], Any]) -> None:
    uid = shop.send().get_json()["id"]
    answer = shop.post(f"{API}/{uid}/cancel")
    assert (answer.status_code, answer.get_json()["state"]) == (200, "canceled")
    assert shop.get(f"{API}/{uid}").get_json()["history"][-1]["event"] == "cancel"
    before = ledger()
    again = shop.post(f"{API}/{uid}/cancel")
    assert (again.status_code, again.get_json()["code"], again.get_json()["state"]) == (
        409,
        "not_cancelable",
        "canceled",
    )
    assert "canceled" in again.get_json()["detail"]
    assert ledger() == before


def test_what_is_on_its_way_cannot_be_canceled(shop: Any, clock: Any) -> None:
    uid = shop.send().get_json()["id"]
    with database.connection(), database.transaction():
        message = models.Message.get()
        lifecycle.advance(message, lookup.parts(message), Step(Event.CLAIM, clock.now()), modem="sim1")
    answer = shop.post(f"{API}/{uid}/cancel")
    assert (answer.status_code, answer.get_json()["state"]) == (409, "sending")


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", f"{API}/019aa9d3c1f27b6c8e0d4a5f9b3c2d1e", "message_unknown"),
        ("POST", f"{API}/019aa9d3c1f27b6c8e0d4a5f9b3c2d1e/cancel", "message_unknown"),
        ("GET", "/api/v1/inbound/1", "inbound_unknown"),
    ],
)
def test_an_unknown_id_is_not_found(shop: Any, method: str, path: str, code: str) -> None:
    answer = shop.call(method, path)
    assert (answer.status_code, answer.get_json()["code"]) == (404, code)


@pytest.fixture
def lost(shop: Any, clock: Any) -> str:
    """The id of a message that a modem took without an answer."""
    uid = str(shop.send().get_json()["id"])
    with database.connection(), database.transaction():
        message = lookup.message(uid)
        lifecycle.advance(message, lookup.parts(message), Step(Event.CLAIM, clock.now()), modem="sim1")
        step = retries.lost(message, "no_answer", "no_answer", clock.now())
        lifecycle.advance(message, lookup.parts(message), step)
    return uid


@pytest.mark.parametrize(
    ("decision", "state", "reason", "event"),
    [("left", "sent", "decided_left", "left"), ("again", "queued", "decided_again", "repeat")],
)
def test_an_uncertain_message_is_resolved_once(
    shop: Any, lost: str, ledger: Callable[[], Any], decision: str, state: str, reason: str, event: str
) -> None:
    answer = shop.post(f"{API}/{lost}/resolve", {"decision": decision})
    message = answer.get_json()
    assert (answer.status_code, message["id"], message["state"], message["reason"]) == (
        200,
        lost,
        state,
        reason,
    )
    step = shop.get(f"{API}/{lost}").get_json()["history"][-1]
    assert (step["event"], "key1" in step["detail"]) == (event, True)
    before = ledger()
    refused = shop.post(f"{API}/{lost}/resolve", {"decision": "left"})
    problem = refused.get_json()
    assert (refused.status_code, problem["code"], problem["state"]) == (409, "not_uncertain", state)
    assert ledger() == before


def test_what_failed_is_sent_again_with_a_validity_of_its_own(shop: Any, lost: str, clock: Any) -> None:
    with database.connection(), database.transaction():
        message = lookup.message(lost)
        lifecycle.advance(message, lookup.parts(message), Step(Event.GIVE_UP, clock.now(), "never_twice"))
    clock.instant += timedelta(days=30)
    refused = shop.post(f"{API}/{lost}/resolve", {"decision": "left"})
    assert (refused.status_code, refused.get_json()["state"]) == (409, "failed")
    message = shop.post(f"{API}/{lost}/resolve", {"decision": "again"}).get_json()
    assert (message["state"], message["expires_at"]) == ("queued", "2026-12-26T12:00:00.000+01:00")


def test_what_still_waits_is_not_sent_again(shop: Any, ledger: Callable[[], Any]) -> None:
    uid = shop.send().get_json()["id"]
    before = ledger()
    answer = shop.post(f"{API}/{uid}/resolve", {"decision": "again"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "not_repeatable")
    assert answer.get_json()["state"] == "queued"
    assert ledger() == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "field_missing"),
        ({"decision": "maybe"}, "wrong_type"),
        ({"decision": None}, "wrong_type"),
        ({"decision": 1}, "wrong_type"),
        ({"decision": "left", "why": "x"}, "unknown_field"),
    ],
)
def test_a_decision_that_is_none_is_refused_by_name(
    shop: Any, lost: str, ledger: Callable[[], Any], body: dict[str, Any], code: str
) -> None:
    before = ledger()
    answer = shop.post(f"{API}/{lost}/resolve", body)
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (422, code)
    assert problem["field"] == ("why" if code == "unknown_field" else "decision")
    assert "…" not in problem["detail"]
    assert ledger() == before


def test_who_may_only_read_decides_nothing(shop: Any, lost: str, new_key: Callable[..., str]) -> None:
    headers = {"Authorization": f"Bearer {new_key('read')}"}
    answer = shop.post(f"{API}/{lost}/resolve", {"decision": "left"}, headers=headers)
    assert (answer.status_code, shop.get(f"{API}/{lost}").get_json()["state"]) == (403, "uncertain")


def test_what_waits_for_its_hour_is_sent_now_or_gets_another_hour(shop: Any, clock: Any) -> None:
    uid = shop.send(send_at="2026-11-24T10:00:00+01:00").get_json()["id"]
    moved = shop.post(f"{API}/{uid}/reschedule", {"send_at": "2026-11-25T10:00:00+01:00"}).get_json()
    assert (moved["state"], moved["reason"]) == ("scheduled", "rescheduled")
    assert moved["send_at"].startswith("2026-11-25T10:00")
    past = shop.post(f"{API}/{uid}/reschedule", {"send_at": "2026-11-22T10:00:00+01:00"})
    assert (past.status_code, past.get_json()["code"], past.get_json()["field"]) == (
        422,
        "send_at_past",
        "send_at",
    )
    assert shop.post(f"{API}/{uid}/reschedule", {}).get_json()["code"] == "field_missing"
    assert shop.post(f"{API}/{uid}/resolve", {"decision": "release"}).get_json()["state"] == "queued"
    for path, body, code in (
        ("resolve", {"decision": "release"}, "not_releasable"),
        ("reschedule", {"send_at": "2026-11-25T10:00:00+01:00"}, "not_reschedulable"),
    ):
        refused = shop.post(f"{API}/{uid}/{path}", body)
        assert (refused.status_code, refused.get_json()["code"]) == (409, code)
        assert refused.get_json()["state"] == "queued"
    steps = [step["event"] for step in shop.get(f"{API}/{uid}").get_json()["history"]]
    assert steps == ["schedule", "reschedule", "enqueue"]


def test_received_messages_are_listed_newest_first(shop: Any, received: Callable[..., str]) -> None:
    first = received("+33639980006", "STOP")
    second = received("Orange", "Votre", minutes=5, complete=False)
    assert ids(shop.get("/api/v1/inbound")) == [second, first]
    assert ids(shop.get("/api/v1/inbound?from=+33639980006")) == [first]
    assert ids(shop.get("/api/v1/inbound?since=2026-11-23T11:05:00Z")) == [second]
    assert ids(shop.get("/api/v1/inbound?limit=1&cursor=2")) == [first]
    assert shop.get(f"/api/v1/inbound/{second}").get_json() == {
        "id": second,
        "from": "Orange",
        "text": "Votre",
        "received_at": "2026-11-23T12:05:00.000+01:00",
        "complete": False,
        "modem": "sim1",
        "about": None,
    }
    with database.connection(), database.transaction():
        topics.note(lookup.inbound(first), topics.SURVEY, "a" * 32)
    assert [one["about"] for one in shop.get("/api/v1/inbound").get_json()["items"]] == [
        None,
        {"kind": "survey", "id": "a" * 32},
    ]


def test_every_configured_modem_is_listed_and_the_sim_is_masked(shop: Any, beat: Callable[..., None]) -> None:
    beat()
    first, second = shop.get("/api/v1/modems").get_json()["items"]
    assert (first["name"], first["state"], first["signal_dbm"]) == ("sim1", "ready", -71)
    assert first["iccid"] == "•" * 15 + "1234"
    assert first["since"] == "2026-11-23T12:00:00.000+01:00"
    assert (second["name"], second["state"], second["since"]) == ("sim2", "closed", None)
    assert "imsi" not in first


def test_a_modem_says_what_holds_its_sim_and_what_it_is(shop: Any, beat: Callable[..., None]) -> None:
    until = "2026-11-23T11:30:00+00:00"
    known = {"family": "huawei", "port": "/dev/ttyUSB0", "number": "+33639981234", "pin_tries": 3}
    measured = {"storage_used": 7, "storage_total": 10, "clock_offset_s": 93.5}
    beat(ModemStatus("sim1", "ready", hold="sim_paused", hold_until=until, **known, **measured))
    first, second = shop.get("/api/v1/modems").get_json()["items"]
    assert {name: first[name] for name in (*known, *measured)} == {**known, **measured}
    assert (first["hold"], first["hold_until"]) == ("sim_paused", "2026-11-23T12:30:00.000+01:00")
    assert [second[name] for name in ("hold", "hold_until", "clock_offset_s", "number")] == [None] * 3 + [""]


def test_the_modems_show_what_each_sim_may_send(shop: Any, beat: Callable[..., None], clock: Any) -> None:
    with database.connection(), database.transaction():
        budgets.choose("sim1", Limits(day=200, ratio=20), "test", clock.now())
    beat()
    first, second = shop.get("/api/v1/modems").get_json()["items"]
    shown = {one["limit"]: (one["used"], one["most"]) for one in first["budgets"]}
    assert [*shown] == [*LIMITS]
    assert (shown["day"], shown["ratio"], shown["hour"]) == ((0, 200), (0, 0), (0, None))
    assert {one["most"] for one in second["budgets"]} == {None}


def test_a_silent_gateway_vouches_for_no_modem(shop: Any, beat: Callable[..., None], clock: Any) -> None:
    beat()
    clock.instant += timedelta(minutes=1)
    modems = shop.get("/api/v1/modems").get_json()["items"]
    assert [(modem["state"], modem["error"]) for modem in modems] == [("closed", "gateway_down")] * 2


def test_a_preview_counts_names_what_is_dear_and_suggests(shop: Any, ledger: Callable[[], Any]) -> None:
    answer = shop.post("/api/v1/preview", {"text": "L’atelier"})
    seen = answer.get_json()
    assert (seen["alphabet"], seen["parts"], seen["units_used"], seen["per_part"]) == ("UCS-2", 1, 9, 70)
    assert seen["units_left"] == 61
    assert seen["culprits"] == [{"char": "’", "index": 1, "name": "RIGHT SINGLE QUOTATION MARK"}]
    assert (seen["suggestion"], seen["suggestion_parts"]) == ("L'atelier", 1)
    assert seen["changes"] == [{"from": "’", "to": "'", "index": 1}]
    smart = shop.post("/api/v1/preview", {"text": "L’atelier", "smart_encoding": True}).get_json()
    assert (smart["text"], smart["alphabet"], smart["culprits"]) == ("L'atelier", "GSM-7", [])
    assert ledger()["Message"] == []
