"""A program written for Twilio, its base URL changed and nothing else, before the real processes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from receiver import Receiver
from stack import Stack, until

AT_ONCE, FAILS, SAYS_YES = "+33639980001", "+33639980002", "+33639980007"


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    key = json.loads(stack.run("key", "create", "twilio", "--json"))
    client = Client(key["account_sid"], key["auth_token"])
    client.api.base_url = stack.url
    yield client
    client.http_client.session.close()


def last_status(receiver: Receiver) -> str:
    return receiver.requests[-1].form["MessageStatus"] if receiver.requests else ""


def test_a_message_is_delivered_its_callbacks_are_signed_and_the_answer_is_there(
    stack: Stack, client: Client
) -> None:
    assert client.password is not None
    with Receiver() as receiver:
        made = client.messages.create(
            AT_ONCE, from_="+15005550006", body="Ça part", status_callback=receiver.url
        )
        assert made.status == "queued"
        until(lambda: made.fetch().status == "delivered", "a delivery")
        until(
            lambda: receiver.requests and receiver.requests[-1].form["MessageStatus"] == "delivered", "news"
        )
    checks = RequestValidator(client.password)
    for told in receiver.requests:
        assert told.form["MessageSid"] == made.sid
        assert told.form["AccountSid"] == client.username
        assert checks.validate(receiver.url, told.form, told.headers["x-twilio-signature"])

    lost = client.messages.create(FAILS, from_="+15005550006", body="Perdu")
    asked = client.messages.create(SAYS_YES, from_="+15005550006", body="On déjeune ?")
    until(lambda: lost.fetch().status == "undelivered", "a failure")
    assert lost.fetch().error_code == 30003
    (answer,) = until(lambda: client.messages.list(from_=SAYS_YES), "an answer")
    assert (answer.body, answer.direction, answer.status) == ("OUI", "inbound", "received")
    assert [message.sid for message in client.messages.list(to=SAYS_YES)] == [asked.sid]
    assert made.delete() is True
