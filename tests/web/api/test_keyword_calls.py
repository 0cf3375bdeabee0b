"""The calls about keywords: made, read, written anew, removed; each mistake at its field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gateway.features.keywords import matching
from gateway.store import database

if TYPE_CHECKING:
    from conftest import Caller

CALLS = "/api/v1/keywords"


@pytest.fixture
def admin(shop: Caller, new_key: Callable[..., str]) -> Caller:
    return replace(shop, key=new_key("admin"))


def test_a_keyword_is_made_read_written_anew_and_removed(admin: Caller) -> None:
    made = admin.post(CALLS, {"words": ["RSVP", "je viens"], "reply": "Merci {prénom}", "tag": "fête"})
    assert made.status_code == 201, made.get_json()
    place = made.headers["Location"]
    told = made.get_json()
    assert (told["words"], told["uses"], told["used_at"]) == (["RSVP", "je viens"], 0, None)
    assert admin.get(place).get_json() == told
    assert admin.get(CALLS).get_json() == {"items": [told], "next": None}
    kept = admin.call("PUT", place, json={"words": ["rsvp"], "whole": True}).get_json()
    assert (kept["id"], kept["whole"], kept["reply"]) == (told["id"], True, "")
    assert admin.call("DELETE", place).get_json() == kept
    assert admin.get(place).status_code == 404
    with database.connection():
        assert matching.find("rsvp") is None


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"words": ["STOP"]}, 422, "keyword_is_stop", "words"),
        ({"words": ["rsvp"]}, 409, "keyword_taken", "words"),
        ({"words": []}, 422, "keyword_missing", "words"),
        ({"words": "vip"}, 422, "wrong_type", "words"),
        ({"words": ["v\u0000ip"]}, 422, "text_unprintable", "words"),
        ({"words": ["vip"], "reply": "{colour}"}, 422, "variable_unknown", "reply"),
        ({"words": ["vip"], "group": "Nowhere"}, 422, "group_unknown", "group"),
        ({"words": ["vip"], "mail": "a@b.example"}, 409, "mail_no_relay", "mail"),
        ({"words": ["vip"], "colour": 1}, 422, "unknown_field", "colour"),
        ({}, 422, "field_missing", "words"),
    ],
)
def test_what_is_wrong_has_a_code_at_its_field(
    admin: Caller, body: dict[str, Any], status: int, code: str, field: str
) -> None:
    assert admin.post(CALLS, {"words": ["RSVP"]}).status_code == 201
    answer = admin.post(CALLS, body)
    told = answer.get_json()
    assert (answer.status_code, told["code"]) == (status, code)
    assert field in str(told)
    assert len(admin.get(CALLS).get_json()["items"]) == 1
