"""The page of API keys: a key is shown once, known by its last use, and revoked for good."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from flask.testing import FlaskClient

from gateway import audit
from gateway.access import keys
from gateway.store import database
from gateway.store.models import ApiKey
from journeys.visitor import Visitor

if TYPE_CHECKING:
    from fakes import FakeClock

KEY = re.compile(r"chp_[\w=-]+")


def made(ana: Visitor, *scopes: str, name: str = "till") -> str:
    """The page on which the new key is shown."""
    values = {"name": name, "scope": list(scopes or ("send", "read"))}
    return ana.send("/keys", **values)  # type: ignore[arg-type]


def noted() -> list[tuple[str, str, str]]:
    with database.connection():
        return [(row.written_by, row.action, row.shown) for row in audit.recent()]


def last_use() -> object:
    with database.connection():
        return ApiKey.get().last_used_at


def ask(client: FlaskClient, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return client.get("/api/v1/messages", headers=headers).status_code


def test_while_there_is_none_the_page_says_what_a_key_is_for(ana: Visitor) -> None:
    page = ana.read("/keys")
    assert "Your first key" in page
    assert '<details class="act first-act" open>' in page


def test_a_key_is_shown_once_with_all_that_a_program_needs_and_works(ana: Visitor) -> None:
    page = made(ana)
    key = KEY.search(page)
    assert key
    with database.connection():
        row = ApiKey.get()
        known = keys.find(key[0])
    assert known == row
    assert row.scopes == "send read"
    assert f"Authorization: Bearer {key[0]}" in page
    assert "http://localhost/api/v1/messages" in page
    assert row.account_sid in page
    token = keys.auth_token(row.account_sid, ana.client.application.config["SECRET_KEY"])
    assert token in page
    again = ana.read("/keys")
    assert "till" in again
    assert row.account_sid in again
    assert key[0] not in again
    assert token not in again
    assert ask(ana.client.application.test_client(), key[0]) == 200
    assert noted() == [("page:ana", "key_created", "till")]


def test_a_key_that_may_only_read_is_shown_with_an_example_that_it_may_run(ana: Visitor) -> None:
    page = made(ana, "read")
    assert "-d '" not in page
    assert "/api/v1/messages" in page


def test_a_wrong_wish_is_refused_at_its_field_and_makes_no_key(ana: Visitor) -> None:
    made(ana, name="shop")
    for name, scopes, fault in (
        ("", ["send"], "A name has 1 to 40"),
        ("a/b", ["send"], "A name has 1 to 40"),
        ("shop", ["send"], "“shop” exists already."),
        ("till", [], "tick at least one"),
        ("till", ["sudo"], "There is no scope “sudo”."),
    ):
        page = ana.send("/keys", expect=422, name=name, scope=scopes)  # type: ignore[arg-type]
        assert fault in page
        assert 'id="scope-fault"' in page or 'id="name-fault"' in page
    with database.connection():
        assert [row.name for row in keys.everything()] == ["shop"]


def test_a_revoked_key_opens_nothing_and_is_still_listed(ana: Visitor) -> None:
    key = KEY.search(made(ana))
    assert key
    page = ana.send("/keys/till/revoke", form_at="/keys")
    assert "till opens nothing any more." in page
    assert "Revoked keys" in page
    assert ask(ana.client.application.test_client(), key[0]) == 401
    assert noted()[0] == ("page:ana", "key_revoked", "till")
    ana.send("/keys/till/revoke", expect=404, form_at="/keys")
    assert len(noted()) == 2


def test_the_last_use_is_noted_once_a_minute_and_never_of_a_key_that_may_not(
    ana: Visitor, clock: FakeClock
) -> None:
    key = KEY.search(made(ana, "send"))
    assert key
    program = ana.client.application.test_client()
    assert "Not used yet" in ana.read("/keys")
    assert ask(program, key[0]) == 403
    assert last_use() is None
    headers = {"Authorization": f"Bearer {key[0]}"}
    used = clock.now()
    for wait, seen in ((0, used), (59, used), (1, used + timedelta(minutes=1))):
        clock.move(timedelta(seconds=wait))
        assert program.post("/api/v1/preview", json={"text": "a"}, headers=headers).status_code == 200
        assert last_use() == seen
    assert "Last used: just now" in " ".join(re.sub("<[^>]*>", " ", ana.read("/keys")).split())


def rules(ana: Visitor, path: str, **values: object) -> str:
    """Send the form of rules; unticked is what is not given."""
    expect = values.pop("expect", 200)
    filled = {"rules-asked": "1", "category": "notification", **values}
    return ana.send(path, expect=expect, form_at="/keys", **filled)  # type: ignore[arg-type]


def test_a_key_is_made_with_rules_and_the_page_says_them(ana: Visitor) -> None:
    page = rules(
        ana,
        "/keys",
        name="alarm",
        scope=["send"],
        category="alert",
        per_minute="5",
        per_day="1 000",
        inbound_url="http://192.168.1.20/sms",
        **{"category-allowed": ["alert", "otp"]},
    )
    assert KEY.search(page)
    with database.connection():
        row = ApiKey.get()
        kept = (row.categories, row.modems, row.category, row.per_minute, row.per_day, row.inbound_url)
    assert kept == ("otp alert", "", "alert", 5, 1000, "http://192.168.1.20/sms")
    page = ana.read("/keys")
    for words in ("One-time code, Alert", "0 of 1000", "5 a minute at most", "http://192.168.1.20/sms"):
        assert words in page


def test_rules_are_changed_and_written_in_the_log_only_where_they_changed(ana: Visitor) -> None:
    made(ana)
    for _ in range(2):
        page = rules(ana, "/keys/till/rules", **{"category-allowed": ["notification"]})
        assert "till has these rules from now on." in page
    with database.connection():
        assert ApiKey.get().categories == "notification"
        facts = [row.facts for row in audit.recent(action="key_changed")]
    assert facts == [{"rules": "categories"}]
    rules(
        ana,
        "/keys/till/rules",
        per_day="7",
        **{"category-allowed": ["otp", "alert", "notification", "marketing"]},
    )
    with database.connection():
        assert (ApiKey.get().categories, ApiKey.get().per_day) == ("", 7)


def test_rules_that_cannot_be_meant_are_refused_at_their_field_and_kept_as_typed(ana: Visitor) -> None:
    made(ana)
    usual = {"category-allowed": ["notification"]}
    for values, fault in (
        ({}, "Tick at least one category"),
        ({"category-allowed": ["alert"]}, "is not among the categories"),
        ({**usual, "per_day": "many"}, "per_day-fault"),
        ({**usual, "per_minute": "0"}, "per_minute-fault"),
        ({**usual, "inbound_url": "ftp://a/"}, "inbound_url-fault"),
        (
            {"category-allowed": ["notification"], "inbound_url": "http://169.254.169.254/"},
            "inbound_url-fault",
        ),
    ):
        page = rules(ana, "/keys/till/rules", expect=422, **values)
        assert fault in page
        assert all(str(value) in page for name, value in values.items() if name != "category-allowed")
    with database.connection():
        assert (ApiKey.get().categories, ApiKey.get().per_day, ApiKey.get().inbound_url) == ("", None, "")
    rules(ana, "/keys/nobody/rules", expect=404, **{"category-allowed": ["alert"]})
