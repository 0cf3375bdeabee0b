"""What a key may send: its categories, its modems, so many a minute and a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from gateway.access import allowances, keys
from gateway.access.keys import Rules
from gateway.policy.categories import CATEGORIES
from gateway.status import ModemStatus
from gateway.store import database
from gateway.store.models import KeyUsage, Message

SIMS = ("sim1", "sim2")


@pytest.fixture
def ruled(shop: Any) -> Callable[..., None]:
    """Gives the shop's key these rules."""

    def give(**rules: Any) -> None:
        with database.connection():
            keys.change("key1", keys.mended(Rules(**rules), list(CATEGORIES), SIMS))

    return give


def used(app: Flask, clock: Any) -> int:
    with database.connection():
        zone = app.extensions["chappe"].config.appliance.timezone
        return allowances.used_today(keys.get("key1"), clock.now(), zone)


def refused(answer: Any) -> tuple[int, str, str | None]:
    problem = answer.get_json()
    return answer.status_code, problem["code"], problem["field"]


def test_a_key_for_alerts_sends_alerts_and_nothing_else(
    shop: Any, ruled: Callable[..., None], ledger: Callable[[], Any]
) -> None:
    ruled(categories=("alert",))
    for call in ("messages", "rehearsal"):
        for category in ("marketing", "notification", "otp"):
            body = {"to": "+33639980001", "text": "Soldes", "category": category}
            answer = shop.post(f"/api/v1/{call}", body)
            assert refused(answer) == (403, "category_not_allowed", "category")
    assert ledger()["Message"] == []
    assert shop.send().get_json()["category"] == "alert"  # the key's own, where the call names none
    assert shop.send(category="alert").status_code == 202


def test_a_call_without_a_category_has_the_keys(shop: Any, ruled: Callable[..., None]) -> None:
    assert shop.send().get_json()["category"] == "notification"
    ruled(category="otp")
    assert shop.send().get_json()["category"] == "otp"
    assert shop.send(category="alert").get_json()["category"] == "alert"


def test_so_many_a_minute_and_then_when_to_come_again(
    shop: Any, ruled: Callable[..., None], clock: Any, app: Flask, ledger: Callable[[], Any]
) -> None:
    ruled(per_minute=3)
    clock.instant += timedelta(seconds=20)
    assert [shop.send().status_code for _ in range(3)] == [202] * 3
    before = ledger()
    answer = shop.send()
    assert refused(answer) == (429, "too_many_a_minute", None)
    assert answer.headers["Retry-After"] == "40"
    assert ledger() == before
    clock.instant += timedelta(seconds=40)
    assert shop.send().status_code == 202
    assert used(app, clock) == 4


def test_so_many_a_day_until_the_appliances_midnight(
    shop: Any, ruled: Callable[..., None], clock: Any, app: Flask
) -> None:
    ruled(per_day=3)
    assert shop.send(to=["+33639980001", "+33639980002"]).status_code == 202
    answer = shop.send(to=["+33639980001", "+33639980002"])
    assert refused(answer) == (429, "too_many_a_day", None)
    assert answer.headers["Retry-After"] == str(12 * 3600)  # it is noon in Paris
    assert shop.send().status_code == 202  # one was left
    clock.instant += timedelta(hours=12)
    assert shop.send().status_code == 202
    assert used(app, clock) == 1


def test_what_was_refused_or_asked_for_before_uses_nothing_up(
    shop: Any, ruled: Callable[..., None], clock: Any, app: Flask
) -> None:
    ruled(per_minute=4, per_day=4)
    named = {"Idempotency-Key": "order-1"}
    for _ in range(3):
        assert shop.send(headers=named).status_code == 202
    assert shop.send(text="").status_code == 422
    assert used(app, clock) == 1
    answer = shop.send(to=["+33639980001", "nobody", "+33639980002"])
    assert [("error" in entry) for entry in answer.get_json()["messages"]] == [False, True, False]
    assert used(app, clock) == 3
    several = {"to": ["+33639980003"], "headers": {"Idempotency-Key": "list-1"}}
    assert [shop.send(**several).status_code for _ in range(3)] == [202] * 3
    assert shop.send(headers=named).status_code == 202  # the first answer is given though nothing is left
    assert shop.send(to=["nobody"], text="").status_code in (422, 429)
    assert refused(shop.send())[1] == "too_many_a_minute"
    assert used(app, clock) == 4


def test_a_key_of_one_modem_writes_to_that_modem_alone(
    shop: Any, ruled: Callable[..., None], beat: Any
) -> None:
    beat(ModemStatus("sim1", "ready"), ModemStatus("sim2", "closed"))
    ruled(modems=("sim2",))
    assert shop.send().status_code == 202
    assert shop.send(to=["+33639980001"]).status_code == 202
    assert shop.send(modem="sim2").status_code == 202
    assert refused(shop.send(modem="sim1")) == (403, "modem_not_allowed", "modem")
    assert refused(shop.send(modem="sim9")) == (422, "modem_unknown", "modem")
    with database.connection():
        rows = [(row.wanted_modem, [part.bound for part in row.parts]) for row in Message.select()]
    assert rows == [("sim2", ["sim2"])] * 3


def test_a_key_of_several_modems_takes_one_that_is_well(
    shop: Any, ruled: Callable[..., None], beat: Any
) -> None:
    beat(ModemStatus("sim1", "closed"), ModemStatus("sim2", "ready"))
    ruled(modems=SIMS)
    assert shop.send().status_code == 202
    with database.connection():
        assert Message.get().wanted_modem == "sim2"


def test_a_key_whose_modems_are_gone_sends_through_no_other(shop: Any, ledger: Callable[[], Any]) -> None:
    with database.connection():
        keys.change("key1", Rules(modems=("old sim",)))
    assert refused(shop.send()) == (403, "modem_not_allowed", "modem")
    assert ledger()["Message"] == []


def test_what_was_used_long_ago_is_forgotten_and_today_is_not(
    shop: Any, ruled: Callable[..., None], clock: Any, app: Flask
) -> None:
    ruled(per_minute=5)
    shop.send()
    with database.connection():
        assert KeyUsage.select().count() == 2
        allowances.tidy(clock.now() + timedelta(minutes=2))
        assert [row.messages for row in KeyUsage.select()] == [1]
        allowances.tidy(clock.now() + allowances.KEPT + timedelta(days=1))
        assert KeyUsage.select().count() == 0


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"categories": ("spam",)}, "categories"),
        ({"modems": ("sim9",)}, "modems"),
        ({"category": "spam"}, "category"),
        ({"categories": ("alert",), "category": "otp"}, "category"),
        ({"per_minute": 0}, "per_minute"),
        ({"per_day": keys.MOST + 1}, "per_day"),
        ({"inbound_url": "http://a/" + "a" * 500}, "inbound_url"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused_at_their_field(rules: dict[str, Any], field: str) -> None:
    with pytest.raises(keys.Invalid) as caught:
        keys.mended(Rules(**rules), list(CATEGORIES), SIMS)
    assert caught.value.field == field
