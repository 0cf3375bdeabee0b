"""Contacts and consents over HTTP; each answer is held against the document."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from gateway import audit
from gateway.contacts import fields, groups, segments
from gateway.store import database, models

ANNA = "+33639980001"
HERE = f"/api/v1/contacts/{ANNA}"
WORDS = "[x] Send me your offers by SMS."
GIVEN = {"event": "given", "ground": "opt_in", "channel": "form", "wording": WORDS, "proof": "form 118"}
NO = {"event": "opposed", "channel": "phone"}


@pytest.fixture
def crm(shop: Any, new_key: Callable[..., str]) -> Any:
    """A caller that may record consents too."""
    return type(shop)(shop.app, shop.judge, new_key("send", "read", "admin"))


@pytest.fixture
def people(app: Flask) -> Callable[[], dict[str, list[Any]]]:
    """All rows of the tables about people."""
    tables = (models.Contact, models.Consent, models.Opposition, models.Audit)

    def read() -> dict[str, list[Any]]:
        with database.connection():
            return {table.__name__: list(table.select().tuples()) for table in tables}

    return read


def put(caller: Any, number: str = ANNA, **body: Any) -> Any:
    return caller.call("PUT", f"/api/v1/contacts/{number}", json={"name": "Élodie Martin", **body})


def test_a_contact_is_added_changed_looked_at_and_removed(shop: Any, clock: Any) -> None:
    added = put(shop, note="early").get_json()
    assert {name: added[name] for name in ("number", "name", "timezone", "postcode", "note")} == {
        "number": ANNA,
        "name": "Élodie Martin",
        "timezone": None,
        "postcode": "",
        "note": "early",
    }
    clock.instant += timedelta(minutes=1)
    changed = put(shop, "0639980001", postcode="67 000", timezone="Indian/Reunion").get_json()
    assert (changed["postcode"], changed["timezone"], changed["note"]) == ("67000", "Indian/Reunion", "")
    assert changed["created_at"] == added["created_at"] < changed["updated_at"]
    assert shop.get(HERE).get_json() == changed
    assert shop.call("DELETE", HERE).get_json() == changed
    assert [shop.call(method, HERE).get_json()["code"] for method in ("GET", "DELETE")] == [
        "contact_unknown"
    ] * 2


def test_contacts_are_listed_by_name_and_found_by_a_piece(shop: Any) -> None:
    for number, name in (("+33639980002", "Zoé"), (ANNA, "Élodie"), ("+33639980003", "anna")):
        put(shop, number, name=name)
    first = shop.get("/api/v1/contacts?limit=2").get_json()
    assert [contact["name"] for contact in first["items"]] == ["anna", "Élodie"]
    last = shop.get(f"/api/v1/contacts?limit=2&cursor={first['next']}").get_json()
    assert ([contact["name"] for contact in last["items"]], last["next"]) == (["Zoé"], None)
    for sought in ("zoe", "98 00 02", quote("+3363998000 2")):
        found = shop.get(f"/api/v1/contacts?q={sought}").get_json()["items"]
        assert [contact["name"] for contact in found] == ["Zoé"]


WRONG = [
    ("PUT", HERE, {}, "field_missing", "name"),
    ("PUT", HERE, {"name": " "}, "name_missing", "name"),
    ("PUT", HERE, {"name": 7}, "wrong_type", "name"),
    ("PUT", HERE, {"name": "a" * 81}, "text_long", "name"),
    ("PUT", HERE, {"name": "Anna", "timezone": "Paris"}, "timezone_unknown", "timezone"),
    ("PUT", HERE, {"name": "Anna", "postcode": "a postcode too long"}, "postcode_bad", "postcode"),
    ("PUT", HERE, {"name": "Anna", "phone": "1"}, "unknown_field", "phone"),
    ("PUT", "/api/v1/contacts/O639980001", {"name": "Anna"}, "number_has_letter", "number"),
    ("GET", "/api/v1/contacts/nobody", None, "number_has_letter", "number"),
    ("GET", "/api/v1/contacts?cursor=x", None, "cursor_unknown", "cursor"),
    ("GET", "/api/v1/contacts?limit=501", None, "out_of_range", "limit"),
    ("POST", f"{HERE}/consents", {}, "field_missing", "event"),
    ("POST", f"{HERE}/consents", {"event": "asked"}, "act_unknown", "event"),
    ("POST", f"{HERE}/consents", {"event": "given"}, "ground_unknown", "ground"),
    ("POST", f"{HERE}/consents", {**GIVEN, "ground": "luck"}, "ground_unknown", "ground"),
    ("POST", f"{HERE}/consents", {**GIVEN, "channel": "pigeon"}, "channel_unknown", "channel"),
    ("POST", f"{HERE}/consents", {**GIVEN, "wording": " "}, "wording_missing", "wording"),
    ("POST", f"{HERE}/consents", {**GIVEN, "category": "marketing"}, "not_of_this_act", "category"),
    ("POST", f"{HERE}/consents", {**NO, "category": "otp"}, "category_unknown", "category"),
    ("POST", f"{HERE}/consents", {**NO, "newer": True}, "not_of_this_act", "newer"),
    ("POST", f"{HERE}/consents", {"event": "resumed", "proof": "x"}, "reason_missing", "wording"),
    ("POST", f"{HERE}/consents", {"event": "resumed", "wording": "x"}, "proof_missing", "proof"),
]


def test_a_wrong_call_is_named_and_changes_nothing(crm: Any, people: Callable[[], Any]) -> None:
    before = people()
    for method, path, body, code, field in WRONG:
        answer = crm.call(method, path, **({} if body is None else {"json": body}))
        problem = answer.get_json()
        assert (answer.status_code, problem["code"], problem["field"]) == (422, code, field), path
        assert "…" not in problem["detail"]
    assert people() == before


def test_what_stands_is_told_of_anybody(shop: Any) -> None:
    assert shop.get(f"{HERE}/consents").get_json() == {
        "number": ANNA,
        "marketing": False,
        "answer": "never",
        "since": None,
        "opposed": [],
        "history": [],
    }


def test_each_act_is_answered_by_what_stands_after_it(crm: Any, shop: Any) -> None:
    given = crm.post(f"{HERE}/consents", {**GIVEN, "purpose": "offers"}).get_json()
    assert (given["marketing"], given["answer"], given["since"]) == (
        True,
        "agreed",
        "2026-11-23T12:00:00.000+01:00",
    )
    assert given["history"] == [
        {
            "at": "2026-11-23T12:00:00.000+01:00",
            "event": "given",
            "ground": "opt_in",
            "purpose": "offers",
            "channel": "form",
            "wording": WORDS,
            "proof": "form 118",
            "by": "key:key2",
        }
    ]
    assert shop.send(category="marketing").get_json()["reason"] is None
    refused = crm.post(f"{HERE}/consents", NO).get_json()
    assert (refused["answer"], refused["opposed"]) == ("opposed", ["marketing"])
    assert shop.send(category="marketing").get_json()["reason"] == "opposed_marketing"
    back = {"event": "resumed", "wording": "asked for it", "proof": "mail of today"}
    assert crm.post(f"{HERE}/consents", back).get_json()["answer"] == "agreed"
    gone = crm.post(f"{HERE}/consents", {"event": "withdrawn"}).get_json()
    assert [act["event"] for act in gone["history"]] == ["withdrawn", "resumed", "opposed", "given"]
    assert shop.get(f"{HERE}/consents").get_json() == gone


def test_a_no_is_written_once_however_often_it_is_said(crm: Any, people: Callable[[], Any]) -> None:
    crm.post(f"{HERE}/consents", NO)
    before = people()
    assert crm.post(f"{HERE}/consents", NO).get_json()["opposed"] == ["marketing"]
    assert people() == before


def test_a_program_does_not_talk_over_a_no(crm: Any) -> None:
    crm.post(f"{HERE}/consents", NO)
    answer = crm.post(f"{HERE}/consents", GIVEN)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "opposed_marketing")
    assert "(since 23 November 2026)" in answer.get_json()["detail"]
    en_francais = crm.post(f"{HERE}/consents", GIVEN, headers={"Accept-Language": "fr"})
    assert "(depuis le 23/11/2026)" in en_francais.get_json()["detail"]
    newer = crm.post(f"{HERE}/consents", {**GIVEN, "newer": True})
    assert (newer.status_code, newer.get_json()["answer"]) == (200, "agreed")
    back = crm.post(f"{HERE}/consents", {"event": "resumed", "wording": "x", "proof": "y"})
    assert (back.status_code, back.get_json()["code"]) == (409, "not_opposed")


def test_a_no_survives_the_contact(crm: Any) -> None:
    put(crm)
    crm.post(f"{HERE}/consents", NO)
    crm.call("DELETE", HERE)
    put(crm)
    assert crm.get(f"{HERE}/consents").get_json()["answer"] == "opposed"


FORBIDDEN = [
    (("send",), "GET", "/api/v1/contacts", None),
    (("send",), "GET", HERE, None),
    (("send",), "GET", f"{HERE}/consents", None),
    (("read",), "PUT", HERE, {"name": "Anna"}),
    (("read",), "DELETE", HERE, None),
    (("send", "read"), "POST", f"{HERE}/consents", GIVEN),
]


def test_a_key_does_only_what_it_is_for(
    shop: Any, new_key: Callable[..., str], people: Callable[[], Any]
) -> None:
    before = people()
    for scopes, method, path, body in FORBIDDEN:
        headers = {"Authorization": f"Bearer {new_key(*scopes)}"}
        answer = shop.call(method, path, headers=headers, **({"json": body} if body else {}))
        assert (answer.status_code, answer.get_json()["code"]) == (403, "scope_missing"), path
    assert people() == before


def test_who_changed_what_is_in_the_audit_log(crm: Any) -> None:
    put(crm)
    crm.post(f"{HERE}/consents", GIVEN)
    with database.connection():
        rows = [(row.action, row.written_by, row.shown) for row in audit.recent(ANNA)]
    assert rows == [("consent_given", "key:key2", "+336…01"), ("contact_added", "key:key2", "+336…01")]


def test_tags_groups_and_own_fields_are_kept_and_asked_for(shop: Any, clock: Any) -> None:
    with database.connection():
        fields.add("Town", "text", "test:me", clock.now())
        groups.add("Regulars", "test:me", clock.now())
        segments.save("VIPs", segments.typed([("tag_has", "vip")]), "test:me", clock.now())
    own = {"tags": ["vip", "été"], "groups": ["regulars"], "fields": {"town": "Évry"}}
    answer = put(shop, **own).get_json()
    assert (answer["tags"], answer["groups"], answer["fields"]) == (
        ["vip", "été"],
        ["Regulars"],
        {"Town": "Évry"},
    )
    assert put(shop, note="late").get_json()["tags"] == ["vip", "été"]  # absent: as they are
    assert put(shop, tags=["vip"], fields={"Town": ""}).get_json()["fields"] == {}
    put(shop, number="+33639980002")
    for asked in ("tag=VIP", "group=Regulars", "segment=vips", "q=elodie&tag=vip"):
        items = shop.call("GET", f"/api/v1/contacts?{asked}").get_json()["items"]
        assert [item["number"] for item in items] == [ANNA]
        assert items[0]["groups"] == ["Regulars"]


def test_groups_fields_and_segments_that_are_not_there_are_refused_by_name(shop: Any) -> None:
    for body, field in (({"groups": ["x"]}, "groups"), ({"fields": {"x": "y"}}, "fields")):
        refused = put(shop, **body)
        assert (refused.status_code, refused.get_json()["field"]) == (422, field)
    assert shop.call("GET", HERE).status_code == 404
    for asked, code in (("group=x", "group_unknown"), ("segment=x", "segment_unknown")):
        refused = shop.call("GET", f"/api/v1/contacts?{asked}")
        assert (refused.status_code, refused.get_json()["code"]) == (422, code)
