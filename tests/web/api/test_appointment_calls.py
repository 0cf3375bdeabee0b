"""/api/v1/appointments: written down, brought up to date by its id, listed, canceled; each fault named."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.store import database
from gateway.store.models import Reminder

BODY = {"id": "booking-1", "to": "0612345678", "starts_at": "2026-11-25T10:00:00+01:00", "name": "Anna"}
PATH = "/api/v1/appointments"


def put(shop: Any, **change: Any) -> Any:
    return shop.post(PATH, {**BODY, **change})


def test_an_appointment_is_written_down_moved_by_its_id_and_canceled(shop: Any) -> None:
    made = put(shop)
    assert (made.status_code, made.get_json()["to"], made.get_json()["state"]) == (
        201,
        "+33612345678",
        "planned",
    )
    assert made.get_json()["ends_at"] == "2026-11-25T10:30:00.000+01:00"
    again = put(shop, starts_at="2026-11-26T11:00:00+01:00")
    assert (again.status_code, again.get_json()["id"]) == (200, "booking-1")
    (listed,) = shop.get(PATH).get_json()["items"]
    assert listed["starts_at"] == "2026-11-26T11:00:00.000+01:00"
    assert shop.get(f"{PATH}?to=0699999999").get_json()["items"] == []
    with database.connection():
        assert [row.state for row in Reminder.select().order_by(Reminder.id)] == ["canceled", "waiting"]
    assert shop.post(f"{PATH}/booking-1/cancel").get_json()["state"] == "canceled"
    with database.connection():
        assert {row.state for row in Reminder.select()} == {"canceled"}
    assert put(shop).get_json()["state"] == "planned"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"to": "abc"}, "number_has_letter", "to"),
        ({"starts_at": "2026-11-25T10:00:00"}, "time_without_offset", "starts_at"),
        ({"starts_at": "2026-11-01T10:00:00+01:00"}, "appointment_hour", "starts_at"),
        ({"id": "x" * 101}, "text_long", "id"),
        ({"id": 1.5}, "wrong_type", "id"),
        ({"colour": "red"}, "unknown_field", "colour"),
    ],
)
def test_a_wrong_one_is_refused_at_its_field(
    shop: Any, change: dict[str, Any], code: str, field: str
) -> None:
    answer = put(shop, **change)
    assert answer.status_code == 422
    (fault,) = answer.get_json()["errors"]
    assert (fault["code"], fault["field"]) == (code, field)
    assert shop.get(PATH).get_json()["items"] == []


def test_what_is_not_there_cannot_be_canceled(shop: Any) -> None:
    assert shop.post(f"{PATH}/nothing/cancel").status_code == 404
