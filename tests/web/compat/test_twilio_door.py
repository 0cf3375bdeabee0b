"""Who is let in, and how everything else is refused: in Twilio's JSON, whatever happens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from fakes import MONDAY_NOON
from gateway.access import keys
from gateway.store import database
from gateway.store.models import ApiKey, Message
from program import OURS, Program
from web.compat.twilio.refusals import NUMBER_OF

SOMEBODY = "+33639980001"


def test_the_token_opens_and_so_does_the_key(shop: Program) -> None:
    sid, _ = shop.auth
    for password in (shop.key.auth_token, shop.key.key):
        assert shop.call("GET", shop.messages, auth=(sid, password)).status_code == 200


def test_nothing_else_opens(shop: Program, new_program: Callable[..., Program]) -> None:
    sid, token = shop.auth
    other = new_program("send").auth
    for auth in (None, (sid, "no"), (sid, ""), ("AC0", token), (sid, other[1]), ("", ""), ("é", "é")):
        answer = shop.call("GET", shop.messages, auth=auth)
        assert (answer.status_code, answer.json()["code"]) == (401, 20003), auth
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
    strange = shop.call("GET", shop.messages, auth=None, headers={"Authorization": "Basic %%%"})
    assert strange.status_code == 401
    assert shop.call("GET", shop.messages, auth=other).json()["code"] == 20404  # another's account


def test_a_revoked_key_opens_nothing(shop: Program) -> None:
    with database.connection():
        keys.revoke(shop.key.name, MONDAY_NOON)
    with pytest.raises(TwilioRestException) as refused:
        shop.client.messages.create(SOMEBODY, from_=OURS, body="a")
    assert (refused.value.status, refused.value.code) == (401, 20003)


def test_a_key_does_what_its_scopes_say(new_program: Callable[..., Program]) -> None:
    reader, writer = new_program("read"), new_program("send")
    assert reader.client.messages.list() == []
    assert reader.post(Body="a").json()["code"] == 20003
    sent = writer.post(Body="a")
    assert sent.status_code == 201
    refused = writer.call("GET", sent.json()["uri"])
    assert (refused.status_code, refused.json()["code"]) == (403, 20003)


def test_the_use_of_a_key_is_noted(shop: Program, rows: Callable[[Any], list[Any]]) -> None:
    shop.client.messages.list()
    assert [key.last_used_at for key in rows(ApiKey)] == [MONDAY_NOON]


def test_the_account_and_its_numbers(shop: Program) -> None:
    account = shop.client.api.accounts(shop.key.account_sid).fetch()
    assert (account.friendly_name, account.status) == ("key1", "active")
    assert account.date_created == MONDAY_NOON
    (number,) = shop.client.incoming_phone_numbers.list()
    assert (number.phone_number, number.friendly_name, number.capabilities["sms"]) == (OURS, "sim1", True)


def test_every_refusal_is_twilios(shop: Program, app: Flask) -> None:
    account = f"/2010-04-01/Accounts/{shop.key.account_sid}"
    asked = [
        ("GET", "/2010-04-01/", 404, 20404),
        ("GET", f"{account}/Nothing.json", 404, 20404),
        ("GET", f"{account}/Balance.json", 404, 20404),
        ("GET", f"{account}/Messages/SM12.json", 404, 20404),
        ("GET", f"{account}/Messages/SM{'0' * 32}.json", 404, 20404),
        ("PUT", f"{account}/Messages.json", 405, 20004),
        ("GET", "/v2/Services/VA1", 404, 20404),
        ("GET", "/v2/Services/VA1/Nothing", 404, 20404),
        ("GET", "/v2/PhoneNumbers/", 404, 20404),
    ]
    for method, path, status, code in asked:
        answer = shop.call(method, path)
        assert (answer.status_code, answer.json()["code"]) == (status, code), path
        assert set(answer.json()) == {"code", "message", "more_info", "status"}
    large = shop.call("POST", shop.messages, data={"Body": "x" * 70_000})
    assert (large.status_code, large.json()["code"]) == (413, 20001)
    headers = {"Content-Type": "application/json"}
    for body in (b"{", b"[]", b'{"To": "\\ud800"}', b"\xff"):
        bad = shop.call("POST", shop.messages, data=body, headers=headers)
        assert (bad.status_code, bad.json()["code"]) == (400, 20001)


def test_what_nobody_foresaw_says_nothing_of_itself(
    shop: Program, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with database.connection():
        database.db.execute_sql("ALTER TABLE api_keys RENAME TO away")
    with caplog.at_level(logging.CRITICAL):
        answer = shop.call("GET", shop.messages)
    assert answer.status_code in (500, 503)
    assert answer.json()["code"] in (20500, 20503)
    assert "away" not in answer.text


def test_the_region_trick_needs_no_change_of_code(shop: Program) -> None:
    """`TWILIO_REGION=x@host:port/` makes the client ask https://api.x@host:port/.twilio.com/2010-04-01/…"""
    asked = []

    class Plain(TwilioHttpClient):
        """Takes TLS away, which is another's task."""

        def request(self, method: str, url: str, *args: Any, **more: Any) -> Any:
            asked.append(url)
            return super().request(method, url.replace("https://api.x@", "http://"), *args, **more)

    http = Plain()
    region = f"x@{shop.root.removeprefix('http://')}/"
    client = Client(*shop.auth, region=region, http_client=http)
    try:
        made = client.messages.create(SOMEBODY, from_=OURS, body="a")
        assert [message.sid for message in client.messages.list(page_size=1)] == [made.sid]
    finally:
        http.session.close()
    assert asked[0].startswith("https://api.x@127.0.0.1")
    assert "/.twilio.com/2010-04-01/" in asked[0]
    assert shop.call("GET", "/.twilio.com/healthz").status_code == 200  # the same application
    beside = shop.call("GET", "/.twilio.community/2010-04-01/", allow_redirects=False)
    assert beside.headers["Location"].startswith("/sign-in")


def test_every_number_told_is_one_that_clients_know() -> None:
    assert {number for _, number in NUMBER_OF.values()} <= {
        *(20009, 30409, 35114),
        *(21211, 21212, 21266, 21408, 21602, 21603, 21604, 21606, 21609, 21617, 21620, 21701),
        *(20404, 60205),
    }


FIELDS = ("To", "From", "Body", "MessagingServiceSid", "SendAt", "ScheduleType", "ValidityPeriod")

text = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "To",
                "From",
                "Body",
                "MessagingServiceSid",
                "SendAt",
                "ScheduleType",
                "ValidityPeriod",
                "StatusCallback",
                "Status",
            ]
        ),
        text | st.sampled_from([SOMEBODY, OURS, "fixed", "2026-12-01T10:00:00Z", "canceled", "60"]),
    ),
    st.booleans(),
    st.dictionaries(st.sampled_from(["To", "From", "DateSent", "PageToken", "Page", "PageSize"]), text),
)
def test_whatever_is_asked_the_answer_is_json(
    app: Flask, shop: Program, fields: dict[str, str], as_json: bool, query: dict[str, str]
) -> None:
    client, path = app.test_client(), f"/2010-04-01/Accounts/{shop.key.account_sid}/Messages.json"
    sent = client.post(path, auth=shop.auth, **({"json": fields} if as_json else {"data": fields}))
    listed = client.get(path, auth=shop.auth, query_string=query)
    assert sent.status_code in (201, 400)
    assert listed.status_code in (200, 400)
    assert sent.json is not None
    assert listed.json is not None
    if sent.status_code == 201:
        with database.connection():
            assert Message.get_or_none(Message.uid == sent.json["sid"][2:]) is not None
