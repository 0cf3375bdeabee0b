"""/api/v1/lookup: what the plans say of a number, and what we know of it ourselves."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.consent import ledger as law
from gateway.consent.ledger import Act
from gateway.store import database
from gateway.store.models import Message


def look(shop: Any, number: str) -> Any:
    return shop.get(f"/api/v1/lookup/{number}")


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("+33612345678", (True, True, "mobile", "FR", 33, "06 12 34 56 78")),
        ("06 12 34 56 78", (True, True, "mobile", "FR", 33, "06 12 34 56 78")),
        ("0690001234", (True, True, "mobile", "GP", 590, "0690 00 12 34")),
        ("+33145678901", (True, True, "fixed_line", "FR", 33, "01 45 67 89 01")),
        ("+33899123456", (True, True, "premium_rate", "FR", 33, "0 899 12 34 56")),
        ("+12125550100", (True, True, "fixed_line_or_mobile", "US", 1, "(212) 555-0100")),
        ("+33639980001", (False, True, "mobile", "FR", 33, "06 39 98 00 01")),
        ("+3312", (False, False, "unknown", "FR", 33, "12")),
        ("36180", (True, True, "short_code", "", None, "36180")),
    ],
)
def test_a_number_is_told_by_its_plan(shop: Any, typed: str, known: tuple[Any, ...]) -> None:
    told = look(shop, typed).get_json()
    names = ("valid", "possible", "type", "region", "country_code", "national")
    assert tuple(told[name] for name in names) == known
    assert told["zones"] == {"FR": ["Europe/Paris"], "GP": ["America/Guadeloupe"]}.get(
        told["region"], told["zones"]
    )
    assert len(told["zones"]) == 0 if known[3] == "" else len(told["zones"]) > 0


def test_our_own_history_is_told(shop: Any, clock: Any) -> None:
    number = "+33612345678"
    uid = shop.send(number).get_json()["id"]
    assert look(shop, number).get_json()["last_delivered"] is None
    with database.connection():
        Message.update(state="delivered").where(Message.uid == uid).execute()
        law.oppose(number, "marketing", Act("phone", "test:me"), clock.now())
    told = look(shop, number).get_json()
    assert told["last_delivered"] == "2026-11-23T12:00:00.000+01:00"
    assert (told["last_failure"], told["opposed"]) == (None, ["marketing"])
    with database.connection():
        Message.update(state="undelivered").where(Message.uid == uid).execute()
    told = look(shop, number).get_json()
    assert (told["last_delivered"], told["last_failure"]) == (None, "2026-11-23T12:00:00.000+01:00")


@pytest.mark.parametrize(("typed", "code"), [("abc", "number_has_letter"), ("+999999", "bad_number")])
def test_what_is_no_number_is_refused(shop: Any, typed: str, code: str) -> None:
    answer = look(shop, typed)
    assert (answer.status_code, answer.get_json()["code"], answer.get_json()["field"]) == (
        422,
        code,
        "number",
    )


def test_only_a_key_that_may_read_looks_up(app: Any, judge: Any, shop: Any, new_key: Any) -> None:
    assert look(type(shop)(app, judge, new_key("send")), "+33612345678").status_code == 403
