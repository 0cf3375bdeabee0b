"""Campaigns by the API: drafted, begun, paused, resumed, stopped; a key's bounds hold for them too."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.store import database
from gateway.store.models import ApiKey, Campaign

PATH = "/api/v1/campaigns"
ANNA, BEN = "+33639980001", "+33639980002"
WANTED = {
    "name": "Lundi",
    "to": [ANNA, BEN],
    "texts": [{"text": "Nous fermons lundi."}],
    "category": "notification",
}


def drafted(shop: Any, **more: Any) -> str:
    made = shop.post(PATH, {**WANTED, **more})
    assert made.status_code == 201, made.get_json()
    assert made.headers["Location"] == f"{PATH}/{made.get_json()['id']}"
    return str(made.get_json()["id"])


def test_it_is_drafted_begun_paused_resumed_and_stopped(shop: Any) -> None:
    uid = drafted(shop, per_hour=60, control=10)
    seen = [shop.get(f"{PATH}/{uid}").get_json()["state"]]
    for verb in ("start", "pause", "resume", "stop"):
        answer = shop.post(f"{PATH}/{uid}/{verb}", {})
        assert answer.status_code == 200, answer.get_json()
        seen.append(answer.get_json()["state"])
    assert seen == ["draft", "gathering", "paused", "gathering", "stopping"]
    listed = shop.get(PATH).get_json()["items"]
    assert [(one["id"], one["texts"][0]["letter"]) for one in listed] == [(uid, "A")]
    again = shop.post(f"{PATH}/{uid}/start", {})
    assert (again.status_code, again.get_json()["code"]) == (409, "campaign_state")
    assert shop.get(f"{PATH}/none").status_code == 404


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"to": ["@Nobody"]}, 422, "list_unknown"),
        ({"texts": []}, 422, "text_empty"),
        ({"texts": [{"text": "a"}] * 5}, 422, "campaign_texts_many"),
        ({"texts": [{"text": "{ville}"}]}, 422, "variable_unknown"),
        ({"per_hour": 1, "days": 1}, 422, "campaign_pace_both"),
        ({"code_kind": "one", "code": " "}, 422, "campaign_code_bad"),
        ({"by": "luck"}, 422, "campaign_word_unknown"),
        ({"send_at": "2020-01-01T10:00:00Z"}, 422, "send_at_past"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_drafted(
    shop: Any, more: dict[str, Any], status: int, code: str
) -> None:
    answer = shop.post(PATH, {**WANTED, **more})
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    with database.connection():
        assert Campaign.select().count() == 0


def test_a_key_begins_no_more_than_it_may_send(shop: Any) -> None:
    uid = drafted(shop)
    with database.connection():
        ApiKey.update(per_day=1).execute()
    answer = shop.post(f"{PATH}/{uid}/start", {})
    assert (answer.status_code, answer.get_json()["code"]) == (429, "too_many_a_day")
    with database.connection():
        ApiKey.update(per_day=None, categories="otp").execute()
    answer = shop.post(f"{PATH}/{uid}/start", {})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "category_not_allowed")
    assert shop.get(f"{PATH}/{uid}").get_json()["state"] == "draft"
