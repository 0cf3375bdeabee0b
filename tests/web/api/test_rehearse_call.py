"""What would become of a message, asked by a program: the same body, an answer in figures, nothing queued."""

from __future__ import annotations

from typing import Any

import pytest

from gateway import rulebook
from gateway.modems import budgets
from gateway.policy.budgets import Limits
from gateway.store import database
from gateway.store.models import Message
from people import agree

PEOPLE = [f"+336399800{n:02}" for n in range(5)]
ASKED = {"to": [*PEOPLE, "06 39 98 00 01", "O6"], "text": "Léa : -20 %", "category": "marketing"}


@pytest.fixture
def agreed(shop: Any, clock: Any) -> None:
    """All but the last agreed."""
    with database.connection():
        for number in PEOPLE[:4]:
            agree(number, clock.now())


def ask(caller: Any, **change: Any) -> Any:
    return caller.post("/api/v1/rehearsal", {**ASKED, **change})


def test_the_answer_says_all_of_it_and_nothing_is_queued(shop: Any, agreed: None) -> None:
    seen = ask(shop).get_json()
    assert (seen["recipients"], seen["doubles"], seen["now"], seen["held"]) == (5, 1, 4, [])
    assert seen["text"].startswith("Léa : -20 % ")
    assert (seen["parts_each"], seen["parts"], seen["cost"], seen["budgets"]) == (1, 4, None, [])
    assert [(group["reason"], group["count"]) for group in seen["refused"]] == [("no_consent", 1)]
    assert seen["refused"][0]["detail"] == "Nobody recorded that they agreed to marketing."
    assert [(one["to"], one["error"]["code"]) for one in seen["wrong"]] == [("O6", "number_has_letter")]
    assert seen["fits"]
    assert seen["closes"] == "2026-11-23T20:00:00.000+01:00"
    with database.connection():
        assert Message.select().count() == 0


def test_one_recipient_is_rehearsed_as_well(shop: Any) -> None:
    seen = ask(shop, to="+33639980001", category="alert").get_json()
    assert (seen["now"], seen["closes"], seen["text"]) == (1, None, "Léa : -20 %")


def test_the_price_and_the_budgets_are_told(shop: Any, agreed: None, clock: Any) -> None:
    with database.connection():
        rulebook.choose_price("4.5", "EUR", "page:ana", clock.now())
        budgets.choose("sim2", Limits(day=3), "page:ana", clock.now())
    seen = ask(shop).get_json()
    assert (float(seen["cost"]), seen["currency"]) == (0.18, "EUR")
    assert [(room["modem"], room["today"], room["days"]) for room in seen["budgets"]] == [("sim2", 3, 2)]
    day = next(one for one in seen["budgets"][0]["limits"] if one["limit"] == "day")
    assert (day["used"], day["would_be"], day["most"]) == (0, 4, 3)
    assert ask(shop, category="alert").get_json()["budgets"] == []  # no budget holds an alert
    assert ask(shop, modem="sim1").get_json()["budgets"] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"text": ""}, "text_empty"),
        ({"category": "gossip"}, "category_unknown"),
        ({"text": "Voir https://lea"}, "link_broken"),
        ({"surprise": 1}, "unknown_field"),
    ],
)
def test_what_the_door_would_refuse_is_refused_here(shop: Any, change: dict[str, Any], code: str) -> None:
    answer = ask(shop, **change)
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)


@pytest.mark.parametrize("scope", ["send", "read", "admin"])
def test_a_key_that_may_send_or_one_that_may_read_is_enough(shop: Any, new_key: Any, scope: str) -> None:
    shop.key = new_key(scope)
    assert ask(shop).status_code == 200


def test_without_a_key_nothing_is_told(stranger: Any) -> None:
    assert ask(stranger).status_code == 401
