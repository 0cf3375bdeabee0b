"""POST /messages: what is accepted, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gateway.config import Config
from gateway.store import database, models
from people import agree

API = "/api/v1/messages"
GOOD = {"to": "+33639980001", "text": "Bonjour"}


def test_a_message_is_accepted_written_down_and_found_where_location_says(shop: Any) -> None:
    answer = shop.send("06 39 98 00 01", "Votre code est 4821", metadata={"order": "A-17"})
    assert answer.status_code == 202
    message = answer.get_json()
    expected = {
        "to": "+33639980001",
        "text": "Votre code est 4821",
        "category": "notification",
        "state": "queued",
        "reason": None,
        "until": None,
        "alphabet": "GSM-7",
        "parts": 1,
        "created_at": "2026-11-23T12:00:00.000+01:00",
        "typed": None,
        "metadata": {"order": "A-17"},
    }
    assert {name: message[name] for name in expected} == expected
    assert answer.headers["Location"] == f"{API}/{message['id']}"
    found = shop.get(answer.headers["Location"]).get_json()
    assert {name: found[name] for name in message} == message


def test_the_gateway_is_rung_after_the_commit(shop: Any, site: Config) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.settimeout(5)
        bell.bind(str(site.appliance.runtime_dir / "doorbell"))
        assert shop.send().status_code == 202
        assert bell.recv(16)


def test_who_sent_it_is_written_down(shop: Any) -> None:
    shop.send()
    with database.connection():
        assert [row.source for row in models.Message.select()] == ["key:key1"]


def test_marketing_at_night_is_held_and_says_until_when(shop: Any, clock: Any) -> None:
    clock.instant += timedelta(hours=10)
    with database.connection():
        agree("+33639980001", clock.instant)
    message = shop.send(category="marketing").get_json()
    assert (message["state"], message["reason"]) == ("held", "quiet_hours")
    assert message["until"] == "2026-11-24T08:00:00.000+01:00"


@pytest.mark.parametrize(
    "send_at", ["2026-11-24T09:30:00+01:00", "2026-11-24T08:30:00Z", "2026-11-24t08:30:00.0z"]
)
def test_a_later_hour_is_one_instant_however_it_is_written(shop: Any, send_at: str) -> None:
    message = shop.send(send_at=send_at).get_json()
    assert message["state"] == "scheduled"
    assert message["send_at"] == message["until"] == "2026-11-24T09:30:00.000+01:00"


def test_a_cheaper_spelling_leaves_when_asked_for_and_both_are_shown(shop: Any) -> None:
    typed = "L’atelier est ouvert"
    smart = shop.send(text=typed, smart_encoding=True).get_json()
    plain = shop.send(text=typed).get_json()
    assert (smart["text"], smart["typed"], smart["alphabet"]) == ("L'atelier est ouvert", typed, "GSM-7")
    assert (plain["text"], plain["typed"], plain["alphabet"]) == (typed, None, "UCS-2")


def test_null_means_the_same_as_absent(shop: Any) -> None:
    message = shop.send(send_at=None, validity_s=None, modem=None).get_json()
    assert (message["state"], message["send_at"]) == ("queued", None)


def test_validity_and_modem_are_kept(shop: Any) -> None:
    uid = shop.send(validity_s=3600, modem="sim2").get_json()["id"]
    assert shop.get(f"{API}/{uid}").get_json()["expires_at"] == "2026-11-23T13:00:00.000+01:00"
    with database.connection():
        assert models.Message.get().wanted_modem == "sim2"


# ---- refusals ------------------------------------------------------------------------------------

TWENTY_ONE = {str(number): "" for number in range(21)}
HUGE = json.dumps({**GOOD, "text": "x" * 65536}).encode()
ELEVEN_PARTS = "x" * (153 * 10 + 1)
REFUSED = [
    ("a number of no country", {"to": "+3363998"}, 422, "bad_number", "to"),
    ("the letter O for a zero", {"to": "+3363998OOO1"}, 422, "number_has_letter", "to"),
    ("no number", {"to": " "}, 422, "number_missing", "to"),
    ("an empty list", {"to": []}, 422, "field_missing", "to"),
    ("a number that is a number", {"to": 33639980001}, 422, "wrong_type", "to"),
    ("a list of numbers", {"to": [33639980001]}, 422, "wrong_type", "to"),
    ("too many recipients", {"to": ["+33639980001"] * 1001}, 422, "too_many_recipients", "to"),
    ("to is null", {"to": None}, 422, "wrong_type", "to"),
    ("an empty text", {"text": ""}, 422, "text_empty", "text"),
    ("a text of spaces", {"text": " \n "}, 422, "text_empty", "text"),
    ("eleven parts", {"text": ELEVEN_PARTS}, 422, "too_many_parts", "text"),
    ("a text with NUL", {"text": "a\0b"}, 422, "text_unprintable", "text"),
    ("a text that is a list", {"text": ["a"]}, 422, "wrong_type", "text"),
    ("an unknown field", {"txt": "a"}, 422, "unknown_field", "txt"),
    (
        "a callback by http, far away",
        {"callback_url": "http://8.8.8.8/"},
        422,
        "url_forbidden",
        "callback_url",
    ),
    ("an unknown category", {"category": "advert"}, 422, "category_unknown", "category"),
    ("an unknown modem", {"modem": "sim9"}, 422, "modem_unknown", "modem"),
    ("a naive time", {"send_at": "2026-11-24T10:00:00"}, 422, "time_without_offset", "send_at"),
    ("a time in words", {"send_at": "tomorrow"}, 422, "time_unreadable", "send_at"),
    ("a date only", {"send_at": "2026-11-24"}, 422, "time_unreadable", "send_at"),
    ("a 30th of February", {"send_at": "2027-02-30T10:00:00Z"}, 422, "time_unreadable", "send_at"),
    ("the end of time", {"send_at": "9999-12-31T23:59:59-10:00"}, 422, "time_unreadable", "send_at"),
    ("a time that is a number", {"send_at": 1795515330}, 422, "wrong_type", "send_at"),
    ("a time that is over", {"send_at": "2026-11-22T10:00:00+01:00"}, 422, "send_at_past", "send_at"),
    ("a time too far", {"send_at": "2028-11-22T10:00:00+01:00"}, 422, "send_at_far", "send_at"),
    ("a validity too short", {"validity_s": 299}, 422, "validity_out_of_range", "validity_s"),
    ("a validity too long", {"validity_s": 10**30}, 422, "validity_out_of_range", "validity_s"),
    ("a validity as a string", {"validity_s": "300"}, 422, "wrong_type", "validity_s"),
    ("a validity that is true", {"validity_s": True}, 422, "wrong_type", "validity_s"),
    ("a fraction of a second", {"validity_s": 300.5}, 422, "wrong_type", "validity_s"),
    ("a flag that is 1", {"smart_encoding": 1}, 422, "wrong_type", "smart_encoding"),
    ("a flag that is a word", {"smart_encoding": "true"}, 422, "wrong_type", "smart_encoding"),
    ("metadata that nest", {"metadata": {"a": {}}}, 422, "wrong_type", "metadata"),
    ("metadata that are a list", {"metadata": ["a"]}, 422, "wrong_type", "metadata"),
    ("21 metadata", {"metadata": TWENTY_ONE}, 422, "metadata_too_large", "metadata"),
    ("a long metadatum", {"metadata": {"a": "x" * 501}}, 422, "metadata_too_large", "metadata"),
]


@pytest.mark.parametrize(
    ("change", "status", "code", "field"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_wrong_call_is_refused_with_one_clear_error_and_changes_nothing(
    shop: Any, ledger: Callable[[], Any], change: dict[str, Any], status: int, code: str, field: str
) -> None:
    before = ledger()
    answer = shop.post(API, {**GOOD, **change})
    problem = answer.get_json()
    assert (answer.status_code, problem["code"], problem["field"]) == (status, code, field)
    assert not re.search("^$|^error|…", problem["detail"])
    assert len(problem["errors"]) == 1
    assert ledger() == before


BODIES = [
    ("not JSON", b"{to: 06}", "application/json", 400, "not_json"),
    ("nothing at all", b"", "application/json", 400, "not_json"),
    ("not UTF-8", b'{"to": "\xff"}', "application/json", 400, "not_json"),
    ("half a character", rb'{"to": "+33639980001", "text": "\ud83d"}', "application/json", 400, "not_json"),
    ("an abyss of brackets", b"[" * 60_000, "application/json", 400, "not_json"),
    ("a number beyond reading", b'{"validity_s": ' + b"9" * 5000 + b"}", "application/json", 400, "not_json"),
    ("a list", b"[]", "application/json", 422, "wrong_type"),
    ("a form", b"to=06&text=a", "application/x-www-form-urlencoded", 415, "not_json_type"),
    ("JSON called text", json.dumps(GOOD).encode(), "text/plain", 415, "not_json_type"),
    ("no content type", json.dumps(GOOD).encode(), "", 415, "not_json_type"),
    ("too large", HUGE, "application/json", 413, "body_too_large"),
]


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES]
)
def test_a_body_that_cannot_be_read_is_refused_and_changes_nothing(
    shop: Any, ledger: Callable[[], Any], body: bytes, kind: str, status: int, code: str
) -> None:
    before = ledger()
    answer = shop.post(API, data=body, content_type=kind)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert "…" not in answer.get_json()["detail"]
    assert ledger() == before


def test_escaped_pairs_of_surrogates_are_whole_characters(shop: Any) -> None:
    body = rb'{"to": "+33639980001", "text": "\ud83d\ude00"}'
    assert shop.post(API, data=body, content_type="application/json").get_json()["text"] == "\U0001f600"


def test_everything_wrong_with_the_shape_is_named_at_once(shop: Any) -> None:
    problem = shop.post(API, {"to": 1, "txt": "a"}).get_json()
    named = {(error["field"], error["code"]) for error in problem["errors"]}
    assert named == {("to", "wrong_type"), ("text", "field_missing"), ("txt", "unknown_field")}


@pytest.mark.parametrize(
    ("asked", "words"), [("fr-FR,fr;q=0.9", "vide|écri"), ("en", "Write a text"), ("de", "Write a text")]
)
def test_the_sentence_is_in_the_readers_language_else_the_appliances(
    shop: Any, asked: str, words: str
) -> None:
    problem = shop.send(text="", headers={"Accept-Language": asked}).get_json()
    assert any(word in problem["detail"].lower() for word in words.lower().split("|")), problem["detail"]
    assert problem["title"] == "Text empty"


# ---- lists ---------------------------------------------------------------------------------------


def test_a_bad_recipient_in_the_middle_does_not_spoil_the_others(
    shop: Any, ledger: Callable[[], Any]
) -> None:
    recipients = ["+33639980001", "+3363998OOO2", "06 39 98 00 03"]
    answer = shop.send(recipients)
    assert answer.status_code == 202
    first, second, third = answer.get_json()["messages"]
    assert (first["to"], third["to"]) == ("+33639980001", "+33639980003")
    assert second["to"] == recipients[1]
    assert (second["error"]["code"], second["error"]["field"]) == ("number_has_letter", "to")
    assert len(ledger()["Message"]) == 2


def test_a_list_of_one_is_answered_with_a_list(shop: Any) -> None:
    assert [entry["to"] for entry in shop.send(["+33639980001"]).get_json()["messages"]] == ["+33639980001"]


def test_a_thousand_recipients_are_one_call(shop: Any) -> None:
    recipients = [f"+336399{index:05d}" for index in range(1000)]
    answer = shop.send(recipients)
    assert [entry["to"] for entry in answer.get_json()["messages"]] == recipients


@pytest.mark.parametrize("change", [{"text": ELEVEN_PARTS}, {"category": "advert"}, {"modem": "sim9"}])
def test_what_is_wrong_for_all_is_one_problem_not_a_list(
    shop: Any, ledger: Callable[[], Any], change: dict[str, Any]
) -> None:
    answer = shop.post(API, {"to": ["+33639980001", "+3363998OOO2"], "text": "a", **change})
    assert answer.status_code == 422
    assert answer.get_json()["field"] == next(iter(change))
    assert ledger()["Message"] == []


def test_a_list_of_only_bad_recipients_says_so_of_each(shop: Any) -> None:
    answer = shop.send(["nobody", ""])
    assert answer.status_code == 202
    assert [entry["error"]["code"] for entry in answer.get_json()["messages"]] == [
        "number_has_letter",
        "number_missing",
    ]


# ---- the same call twice -------------------------------------------------------------------------

KEY = {"Idempotency-Key": "order-17"}


def test_the_same_key_and_content_give_the_first_answer_and_send_once(
    shop: Any, clock: Any, ledger: Any
) -> None:
    first = shop.send(headers=KEY)
    clock.instant += timedelta(minutes=1)
    again = shop.send(headers=KEY)
    assert (again.status_code, again.get_json()) == (202, first.get_json())
    assert again.headers["Location"] == first.headers["Location"]
    assert len(ledger()["Message"]) == 1


def test_the_same_key_with_other_content_is_a_conflict_and_changes_nothing(shop: Any, ledger: Any) -> None:
    shop.send(headers=KEY)
    before = ledger()
    answer = shop.send(text="Autre chose", headers=KEY)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "idempotency_conflict")
    assert answer.get_json()["field"] == "Idempotency-Key"
    assert ledger() == before


def test_two_callers_may_use_the_same_key(shop: Any, ledger: Any, new_key: Callable[..., str]) -> None:
    shop.send(headers=KEY)
    shop.send(headers={**KEY, "Authorization": f"Bearer {new_key('send')}"})
    assert len(ledger()["Message"]) == 2


def test_a_list_sent_again_under_its_key_sends_nothing_new(shop: Any, ledger: Any) -> None:
    recipients = ["+33639980001", "nobody", "+33639980001"]
    first = shop.send(recipients, headers=KEY).get_json()
    assert shop.send(recipients, headers=KEY).get_json() == first
    assert len(ledger()["Message"]) == 2


def test_a_key_too_long_is_refused(shop: Any, ledger: Any) -> None:
    answer = shop.send(headers={"Idempotency-Key": "k" * 191})
    problem = answer.get_json()
    assert (answer.status_code, problem["code"], problem["field"]) == (422, "key_too_long", "Idempotency-Key")
    assert ledger()["Message"] == []
