"""Groups, segments and templates by the API: the same verbs as on the page, and the same log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gateway import audit
from gateway.contacts import segments
from gateway.contacts.segments import Rule, Rules
from gateway.store import database

GROUPS, TEMPLATES, SEGMENTS = "/api/v1/groups", "/api/v1/templates", "/api/v1/segments"
ANNA, BEN = "+33639980001", "+33639980002"
READY = {"name": "Ready", "text": "Hello {first name|dear customer}, it is ready."}


def add(shop: Any, *numbers: str) -> None:
    for number in numbers:
        assert shop.call("PUT", f"/api/v1/contacts/{number}", json={"name": "Anna"}).status_code == 200


def log() -> list[tuple[str, str]]:
    with database.connection():
        return [(row.written_by, row.action) for row in audit.recent()]


def test_a_group_is_made_renamed_filled_and_removed(shop: Any) -> None:
    add(shop, ANNA, BEN)
    made = shop.post(GROUPS, {"name": "  Regulars "})
    assert (made.status_code, made.get_json()["name"], made.get_json()["members"]) == (201, "Regulars", 0)
    here = f"{GROUPS}/{made.get_json()['id']}"
    moved = shop.post(f"{here}/members", {"add": [ANNA, "06 39 98 00 02", ANNA]}).get_json()
    assert moved == {"added": 2, "removed": 0, "members": 2}
    found = shop.get("/api/v1/contacts?group=Regulars").get_json()["items"]
    assert {contact["number"] for contact in found} == {ANNA, BEN}
    assert shop.post(f"{here}/members", {"remove": [BEN]}).get_json() == {
        "added": 0,
        "removed": 1,
        "members": 1,
    }
    assert shop.call("PUT", here, json={"name": "Friends"}).get_json()["name"] == "Friends"
    assert [group["name"] for group in shop.get(GROUPS).get_json()["items"]] == ["Friends"]
    assert shop.call("DELETE", here).get_json()["name"] == "Friends"
    assert shop.get(here).status_code == 404
    assert shop.get(f"/api/v1/contacts/{ANNA}").status_code == 200
    assert {by for by, _ in log()} == {"key:key1"}
    assert [action for _, action in log() if action.startswith("group")] == [
        "group_removed", "group_renamed", "group_added",
    ]  # fmt: skip


def test_whoever_is_no_contact_moves_nobody(shop: Any) -> None:
    add(shop, ANNA)
    here = f"{GROUPS}/{shop.post(GROUPS, {'name': 'Regulars'}).get_json()['id']}"
    answer = shop.post(f"{here}/members", {"add": [ANNA, BEN]})
    assert (answer.status_code, answer.get_json()["code"]) == (404, "contact_unknown")
    answer = shop.post(f"{here}/members", {"add": [ANNA], "remove": ["nobody"]})
    assert (answer.status_code, answer.get_json()["field"]) == (422, "remove")
    assert shop.get(here).get_json()["members"] == 0


@pytest.mark.parametrize("path", [GROUPS, TEMPLATES])
def test_a_name_is_taken_once(shop: Any, path: str) -> None:
    body = READY if path == TEMPLATES else {"name": "Ready"}
    assert shop.post(path, body).status_code == 201
    answer = shop.post(path, body)
    assert (answer.status_code, answer.get_json()["code"], answer.get_json()["field"]) == (
        409,
        "name_taken",
        "name",
    )
    assert shop.post(path, {**body, "name": " "}).get_json()["code"] == "name_missing"


def test_a_template_is_written_changed_and_removed(shop: Any) -> None:
    made = shop.post(TEMPLATES, READY)
    assert (made.status_code, made.get_json()["kind"], made.get_json()["category"]) == (
        201,
        "message",
        "notification",
    )
    here = f"{TEMPLATES}/{made.get_json()['id']}"
    other = {"name": "Late", "text": "Sorry", "kind": "reply", "category": "alert"}
    changed = shop.call("PUT", here, json=other).get_json()
    assert {name: changed[name] for name in other} == other
    assert shop.get(here).get_json() == changed
    assert shop.get(f"{TEMPLATES}?kind=message").get_json()["items"] == []
    assert shop.get(f"{TEMPLATES}?kind=reply").get_json()["items"] == [changed]
    assert shop.call("DELETE", here).get_json() == changed
    assert (shop.get(here).status_code, shop.call("PUT", here, json=other).status_code) == (404, 404)
    assert [action for _, action in log()] == ["template_removed", "template_saved", "template_saved"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"text": ""}, "text_empty"),
        ({"text": "Hello {who"}, "brace_open"),
        ({"text": "Hello {shoe size}"}, "variable_unknown"),
        ({"text": "x" * 1600}, "too_many_parts"),
        ({"kind": "song"}, "template_kind_unknown"),
        ({"category": "spam"}, "category_unknown"),
    ],
)
def test_a_wrong_template_is_refused(shop: Any, change: dict[str, str], code: str) -> None:
    answer = shop.post(TEMPLATES, {**READY, **change})
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert shop.get(TEMPLATES).get_json()["items"] == []


def test_a_segment_is_seen_with_its_rules_and_whom_it_finds(shop: Any, clock: Any) -> None:
    add(shop, ANNA, BEN)
    shop.call("PUT", f"/api/v1/contacts/{ANNA}", json={"name": "Anna", "tags": ["vip"]})
    with database.connection():
        rules = Rules((Rule("tag_has", "vip"),))
        kept = segments.save("Best", rules, "page:ana", clock.now())
    (listed,) = shop.get(SEGMENTS).get_json()["items"]
    assert (listed["name"], listed["match"], listed["rules"]) == (
        "Best",
        "all",
        [{"test": "tag_has", "value": "vip"}],
    )
    detail = shop.get(f"{SEGMENTS}/{kept.id}").get_json()
    assert (detail["found"], detail["whole"]) == (1, True)
    assert shop.get(f"{SEGMENTS}/{kept.id + 1}").status_code == 404


def test_who_may_only_read_changes_nothing(stranger: Any, new_key: Callable[..., str]) -> None:
    stranger.key = new_key("read")
    for method, path in (
        ("POST", GROUPS),
        ("POST", TEMPLATES),
        ("DELETE", f"{GROUPS}/1"),
        ("PUT", f"{TEMPLATES}/1"),
    ):
        assert stranger.call(method, path, json=READY).status_code == 403
    for path in (GROUPS, TEMPLATES, SEGMENTS):
        assert stranger.get(path).status_code == 200


def test_a_number_too_large_to_name_anything_leads_nowhere(shop: Any) -> None:
    for path in (GROUPS, TEMPLATES, SEGMENTS):
        assert shop.get(f"{path}/{10**20}").status_code == 404
