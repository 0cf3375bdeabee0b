"""/api/v1/verifications: a code is asked for and checked; the answers never tell it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gateway.features.verify import rules
from gateway.policy.pumping import REFUSALS, WINDOWS, Limits, Rules
from gateway.store import database
from gateway.store.models import Message, Verification
from gateway.words import say
from web.api.codes import CODES

VERIFICATIONS = "/api/v1/verifications"
TO = "+33639980001"


def start(shop: Any, **body: Any) -> Any:
    return shop.post(VERIFICATIONS, {"to": TO, **body})


def check(shop: Any, code: str, **whom: str) -> Any:
    return shop.post(f"{VERIFICATIONS}/check", {"code": code, **(whom or {"to": TO})})


def test_a_code_is_sent_and_typed_back(shop: Any) -> None:
    answer = start(shop, code="735091", language="fr", domain="shop.example", address="203.0.113.7")
    assert answer.status_code == 202
    told = answer.get_json()
    assert (told["to"], told["state"], told["sends"], told["attempts_left"]) == (TO, "pending", 1, 5)
    message = shop.get(f"/api/v1/messages/{told['message']}").get_json()
    assert (message["category"], message["text"].count("******")) == ("otp", 2)
    wrong = check(shop, "735092").get_json()
    assert (wrong["valid"], wrong["state"], wrong["attempts_left"]) == (False, "pending", 4)
    right = check(shop, "735 091", id=told["id"])
    assert (right.status_code, right.get_json()["valid"], right.get_json()["state"]) == (
        200,
        True,
        "approved",
    )
    assert "735091" not in answer.get_data(as_text=True) + right.get_data(as_text=True) + str(message)
    again = check(shop, "735091")
    assert (again.status_code, again.get_json()["code"]) == (404, "verification_unknown")


def test_too_soon_is_said_with_the_rule_and_until_when(shop: Any, clock: Any) -> None:
    start(shop)
    answer = start(shop)
    assert (answer.status_code, answer.get_json()["code"]) == (429, "code_delay")
    assert answer.headers["Retry-After"] == "30"
    clock.instant += timedelta(seconds=30)
    assert start(shop).get_json()["sends"] == 2


def test_five_wrong_ones_end_it(shop: Any) -> None:
    start(shop, code="735091")
    answers = [check(shop, f"00000{number}").get_json() for number in range(5)]
    assert [(answer["valid"], answer["attempts_left"]) for answer in answers] == [
        (False, left) for left in (4, 3, 2, 1, 0)
    ]
    over = check(shop, "735091")
    assert (over.status_code, over.get_json()["code"]) == (429, "code_attempts")
    assert over.headers["Retry-After"] == "600"


def test_it_is_looked_at_and_taken_back_by_its_own_key(shop: Any, judge: Any, new_key: Any, app: Any) -> None:
    uid = start(shop).get_json()["id"]
    assert shop.get(f"{VERIFICATIONS}/{uid}").get_json()["state"] == "pending"
    stranger = type(shop)(app, judge, new_key("send"))
    assert stranger.get(f"{VERIFICATIONS}/{uid}").status_code == 404
    assert stranger.post(f"{VERIFICATIONS}/{uid}/cancel").status_code == 404
    assert shop.post(f"{VERIFICATIONS}/{uid}/cancel").get_json()["state"] == "canceled"
    again = shop.post(f"{VERIFICATIONS}/{uid}/cancel")
    assert (again.status_code, again.get_json()["state"]) == (409, "canceled")


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"to": "+447400123456"}, 403, "code_country", "to"),
        ({"to": "+33145678901"}, 403, "code_number_type", "to"),
        ({"to": "06x"}, 422, "number_has_letter", "to"),
        ({"length": 3}, 422, "out_of_range", "length"),
        ({"length": "6"}, 422, "wrong_type", "length"),
        ({"life_s": 59}, 422, "out_of_range", "life_s"),
        ({"language": "tlh"}, 422, "code_language", "language"),
        ({"code": "secret"}, 422, "code_bad", "code"),
        ({"address": "x"}, 422, "address_bad", "address"),
        ({"device": "x" * 201}, 422, "text_long", "device"),
        ({"domain": "a b"}, 422, "domain_bad", "domain"),
        ({"channel": "call"}, 422, "unknown_field", "channel"),
    ],
)
def test_a_wrong_request_is_refused_in_one_sentence(
    shop: Any, ledger: Callable[[], Any], body: dict[str, Any], status: int, code: str, field: str
) -> None:
    answer = start(shop, **body)
    told = answer.get_json()
    assert (answer.status_code, told["code"], told["field"]) == (status, code, field)
    assert ledger()["Message"] == []


@pytest.mark.parametrize("body", [{"code": "1"}, {"code": "1", "id": "0" * 32, "to": TO}])
def test_a_check_names_one_verification(shop: Any, body: dict[str, str]) -> None:
    answer = shop.post(f"{VERIFICATIONS}/check", body)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "verification_unnamed")


def test_only_a_key_that_may_send_starts_and_checks(app: Any, judge: Any, shop: Any, new_key: Any) -> None:
    reader = type(shop)(app, judge, new_key("read"))
    uid = start(shop).get_json()["id"]
    assert [start(reader).status_code, check(reader, "1").status_code] == [403, 403]
    assert reader.get(f"{VERIFICATIONS}/{uid}").status_code == 404  # of another key
    with database.connection():
        assert Verification.select().count() == Message.select().count() == 1


def test_every_rule_has_its_words_and_its_place_in_the_document() -> None:
    told = {code for codes in CODES.values() for code in codes}
    for code in REFUSALS:
        assert code in told
        for language in ("fr", "en"):
            assert say(f"error.{code}", language) != f"error.{code}"
            assert say(f"code_rule.{code}", language) != f"code_rule.{code}"
    for limit in set(WINDOWS) - {"country_hour"}:
        assert say(f"code_limit.{limit}", "fr") != f"code_limit.{limit}"


def test_a_limit_that_people_chose_holds_at_once(shop: Any, clock: Any) -> None:
    with database.connection():
        rules.choose(Rules(limits=Limits(address_hour=1)), "page:ana", clock.now())
    assert start(shop, address="203.0.113.7").status_code == 202
    answer = start(shop, to="+33698765432", address="203.0.113.7")
    assert (answer.status_code, answer.get_json()["code"]) == (429, "code_address_hour")
    assert answer.headers["Retry-After"] == "3600"
