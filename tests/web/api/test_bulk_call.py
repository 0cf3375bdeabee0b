"""Many in one call: each with variables of their own, each with an answer of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gateway.store import database
from gateway.store.models import Message
from web.api.outputs import Cards, MessageSchema

API = "/api/v1/messages"
ZOE = {"to": "+33639980001", "variables": {"prénom": "Zoé"}}


def ask(shop: Any, recipients: Any, text: str = "Bonjour {prénom}, à demain", **more: Any) -> Any:
    headers = more.pop("headers", {})
    return shop.post(API, {"recipients": recipients, "text": text, **more}, headers=headers)


def test_each_reads_a_text_with_their_own_words(shop: Any) -> None:
    others = [{"to": "06 39 98 00 02", "variables": {"PRENOM": "Ana"}}, {"to": "+33639980003"}]
    answer = ask(shop, [ZOE, *others], text="Bonjour {prénom|cher client} {{ok}}")
    assert answer.status_code == 202
    found = [(entry["to"], entry["text"]) for entry in answer.get_json()["messages"]]
    assert found == [
        ("+33639980001", "Bonjour Zoé {ok}"),
        ("+33639980002", "Bonjour Ana {ok}"),
        ("+33639980003", "Bonjour cher client {ok}"),
    ]


def test_a_missing_variable_is_named_in_its_entry_and_spoils_no_other(shop: Any) -> None:
    entries = ask(shop, [{"to": "+33639980002"}, ZOE, {"to": "nobody", "variables": {"prénom": "X"}}])
    missing, sent, wrong = entries.get_json()["messages"]
    assert (missing["error"]["code"], missing["error"]["field"]) == ("variable_missing", "variables")
    assert "prénom" in missing["error"]["detail"]
    assert sent["text"] == "Bonjour Zoé, à demain"
    assert wrong["error"]["code"] == "number_has_letter"


def test_a_list_of_only_missing_variables_says_so_of_each(shop: Any, ledger: Callable[[], Any]) -> None:
    answer = ask(shop, [{"to": "+33639980002"}, {"to": "+33639980003"}])
    assert [entry["error"]["code"] for entry in answer.get_json()["messages"]] == ["variable_missing"] * 2
    assert ledger()["Message"] == []


def test_the_same_list_under_its_key_sends_nothing_new(shop: Any, ledger: Callable[[], Any]) -> None:
    named = {"Idempotency-Key": "A-17"}
    first = ask(shop, [ZOE, {"to": "+33639980002", "variables": {"prénom": "Ana"}}], headers=named)
    before = ledger()
    again = ask(shop, [ZOE, {"to": "+33639980002", "variables": {"prénom": "Ana"}}], headers=named)
    assert again.get_json() == first.get_json()
    assert ledger() == before
    other = ask(shop, [ZOE, {"to": "+33639980002", "variables": {"prénom": "Eva"}}], headers=named)
    codes = [entry.get("error", {}).get("code") for entry in other.get_json()["messages"]]
    assert codes == [None, "idempotency_conflict"]


def test_without_recipients_a_brace_is_a_brace(shop: Any) -> None:
    assert shop.send(text="{prénom}").get_json()["text"] == "{prénom}"


NESTED = {"to": "1", "variables": {"a": {}}}
WRONG = [
    ("neither", {"text": "a"}, "field_missing", "to"),
    ("both", {"to": "+33639980001", "recipients": [ZOE]}, "recipients_twice", "recipients"),
    ("none of them", {"recipients": []}, "field_missing", "recipients"),
    ("not a list", {"recipients": ZOE}, "wrong_type", "recipients"),
    ("a string among them", {"recipients": ["+33639980001"]}, "wrong_type", "recipients.0"),
    ("no number", {"recipients": [ZOE, {"variables": {}}]}, "field_missing", "recipients.1.to"),
    ("a number as a number", {"recipients": [{"to": 33}]}, "wrong_type", "recipients.0.to"),
    ("another field", {"recipients": [{"to": "1", "name": "Z"}]}, "unknown_field", "recipients.0.name"),
    ("words that nest", {"recipients": [NESTED]}, "wrong_type", "recipients.0.variables"),
    ("too many", {"recipients": [{"to": "1"}] * 1001}, "too_many_recipients", "recipients"),
    ("a brace left open", {"recipients": [ZOE], "text": "Bonjour {prénom"}, "brace_open", "text"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "code", "field"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_wrong_list_is_refused_with_one_clear_error_and_changes_nothing(
    shop: Any, ledger: Callable[[], Any], body: dict[str, Any], code: str, field: str
) -> None:
    problem = shop.post(API, {"text": "a", **body}).get_json()
    assert (problem["status"], problem["code"], problem["field"]) == (422, code, field)
    assert ledger()["Message"] == []


def test_every_card_of_a_list_is_what_looking_at_the_message_shows(shop: Any) -> None:
    """What messages have in common is written out once, and yet nothing of one stands in another's card."""
    shop.send(text="L’été", smart_encoding=True)
    shop.send(category="otp", metadata={"a": "b"})
    shop.send(send_at="2026-11-24T09:30:00+01:00")
    ask(shop, [ZOE, {"to": "+33639980002", "variables": {"prénom": "Zoé"}}])
    with database.connection():
        rows = list(Message.select())
        rows = [*rows, *reversed(rows), *rows]
        cards = Cards()
        with shop.app.app_context():
            assert [cards.of(row) for row in rows] == [MessageSchema().dump(row) for row in rows]
