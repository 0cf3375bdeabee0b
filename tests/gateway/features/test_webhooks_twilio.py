"""Twilio's style: forms that Twilio's own validator accepts, and answers in TwiML that are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from gateway import status
from gateway.access.keys import auth_token
from gateway.features.webhooks import log, twilio, twiml
from gateway.messages import outbox
from gateway.messages.lifecycle import State
from gateway.messages.outbox import Callback
from gateway.status import ModemStatus
from gateway.store.models import ApiKey, Message
from modem import api
from modem.errors import Advice, advising
from receiver import Receiver, Reply, Request
from teller import SECRET, Teller, rows

if TYPE_CHECKING:
    from conftest import Bench

ANNA, OWN = "+33612345678", "+33639981234"
XML = "text/xml; charset=utf-8"


@pytest.fixture
def teller(teller: Teller, bench: Bench) -> Teller:
    """Beside a modem whose number is known."""
    bench.site.runtime_dir.mkdir()
    status.write(bench.site.runtime_dir, (ModemStatus("sim1", "ready", number=OWN),), bench.now)
    return teller


def is_signed(request: Request, url: str, account: str) -> bool:
    validator = RequestValidator(auth_token(account, SECRET))
    return bool(validator.validate(url, request.form, request.headers["x-twilio-signature"]))


def sent() -> list[Message]:
    """What left because a program answered."""
    return list(Message.select().where(Message.source == "key:shop").order_by(Message.id))


# ---- what becomes of a message ----------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["", "?order=A%2017&x=", "/bell/%C3%A9"])
def test_every_callback_is_accepted_by_the_validator_of_twilio(
    bench: Bench, teller: Teller, receiver: Receiver, suffix: str
) -> None:
    key, url = teller.key(), receiver.url + suffix
    message = bench.submit("Ça va ? 😀", callback=Callback(url, "twilio", key.id))
    teller.deliver(message)
    teller.settle()
    assert [request.form["MessageStatus"] for request in receiver.requests] == [
        "sending",
        "sent",
        "delivered",
    ]
    for request in receiver.requests:
        assert is_signed(request, url, key.account_sid)
        assert request.method == "POST"
        assert request.form["MessageSid"] == request.form["SmsSid"] == f"SM{message.uid}"
        assert request.form["AccountSid"] == key.account_sid
        assert (request.form["From"], request.form["To"]) == (OWN, ANNA)
        assert "ErrorCode" not in request.form
    altered = {**receiver.requests[0].form, "MessageStatus": "failed"}
    validator = RequestValidator(auth_token(key.account_sid, SECRET))
    assert not validator.validate(url, altered, receiver.requests[0].headers["x-twilio-signature"])


def test_a_name_and_password_in_the_url_are_used_and_signed(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    key, url = teller.key(), receiver.url.replace("//", "//ana:s%3Acret@")
    teller.deliver(bench.submit(callback=Callback(url, "twilio", key.id)))
    teller.settle()
    assert receiver.requests[0].headers["authorization"] == "Basic YW5hOnM6Y3JldA=="
    assert is_signed(receiver.requests[0], url, key.account_sid)


def test_what_failed_says_twilios_number(bench: Bench, teller: Teller, receiver: Receiver) -> None:
    key = teller.key()
    bench.submit(callback=Callback(receiver.url, "twilio", key.id))
    bench.ready()
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.GIVE_UP, "cms_1")), bench.now)
    teller.settle()
    last = receiver.requests[-1].form
    assert (last["MessageStatus"], last["ErrorCode"]) == ("failed", "30008")
    assert is_signed(receiver.requests[-1], receiver.url, key.account_sid)


def test_a_state_that_twilio_has_no_other_word_for_is_not_told_again(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    key = teller.key()
    message = bench.submit(callback=Callback(receiver.url, "twilio", key.id))
    bench.ready()
    bench.dispatcher.refused(bench.modem.refuses(advising(Advice.LATER, "cms_38")), bench.now)
    assert bench.state(message) == "held"
    outbox.cancel(message.uid, "test:me", bench.now)
    teller.settle()
    assert [one.form["MessageStatus"] for one in receiver.requests] == ["sending", "queued", "canceled"]


def test_every_state_has_twilios_word_and_what_went_wrong_its_number() -> None:
    assert set(twilio.STATUS) == set(State)
    for state in State:
        message = Message(state=state, reason=None)
        wrong = twilio.status_of(message) in ("failed", "undelivered")
        assert (twilio.error_of(message) is not None) == wrong
    refused = Message(state=State.REJECTED, reason="opposed_marketing")
    assert twilio.error_of(refused) == (21610, "Attempt to send to unsubscribed recipient")
    assert all(isinstance(text, str) for text in twilio.ERRORS.values())


# ---- what came in, and its answer -------------------------------------------------------------------------


@pytest.fixture
def shop(teller: Teller, receiver: Receiver) -> ApiKey:
    """A key that wants to hear what comes in."""
    return teller.key(inbound_url=receiver.url)


def answers(receiver: Receiver, body: str, kind: str = XML) -> None:
    receiver.answer = lambda request: Reply(200, body.encode(), kind)


def test_what_came_in_is_posted_as_twilio_does_and_the_answer_is_sent(
    bench: Bench, teller: Teller, receiver: Receiver, shop: ApiKey
) -> None:
    response = MessagingResponse()
    response.message("Bonjour & merci", status_callback=f"{receiver.url}/status")
    response.message("Pour Ben", to="+33698765432")
    answers(receiver, str(response))
    teller.says("Êtes-vous ouverts ?")
    teller.settle()
    form = receiver.requests[0].form
    assert (form["From"], form["To"], form["Body"]) == (ANNA, OWN, "Êtes-vous ouverts ?")
    assert (form["SmsStatus"], form["NumMedia"], form["FromCountry"]) == ("received", "0", "FR")
    assert form["MessageSid"].startswith("SM")
    assert "OptOutType" not in form
    assert is_signed(receiver.requests[0], receiver.url, shop.account_sid)
    assert [(one.recipient, one.text) for one in sent()] == [
        (ANNA, "Bonjour & merci"),
        ("+33698765432", "Pour Ben"),
    ]
    assert all(twilio.is_reply(one) for one in sent())
    assert [(row.state, row.error) for row in rows(event="message.received")] == [("done", None)]
    answers(receiver, "")
    bench.ready()
    teller.settle()
    assert [one.path for one in receiver.requests[1:]] == ["/hook/status"]


@pytest.mark.parametrize(
    ("body", "kind", "texts"),
    [
        ("<Response/>", XML, []),
        ("", XML, []),
        ("Oui", "text/plain", ["Oui"]),
        ("  ", "text/plain", []),
        ("{}", "application/json", []),
        (
            "<Response><Message><Body>Oui</Body><Media>http://x/y</Media></Message></Response>",
            XML,
            ["Oui"],
        ),
        ("<Response><Sms>Oui</Sms><Redirect>/x</Redirect></Response>", "application/xml", ["Oui"]),
        ("<Response><!-- <b> --><Message><![CDATA[5 < 6]]></Message></Response>", XML, ["5 < 6"]),
    ],
)
def test_the_shapes_of_an_answer(
    teller: Teller, receiver: Receiver, shop: ApiKey, body: str, kind: str, texts: list[str]
) -> None:
    answers(receiver, body, kind)
    teller.says("Bonjour")
    teller.settle()
    assert [one.text for one in sent()] == texts
    assert [row.error for row in rows()] == [None]


BOMB = '<!DOCTYPE r [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><Response><Message>&b;</Message></Response>'


@pytest.mark.parametrize(
    "body",
    [
        "<Response><Message>",
        "<html><Message>x</Message></html>",
        BOMB,
        '<!DOCTYPE r SYSTEM "file:///etc/passwd"><Response><Message>x</Message></Response>',
        "<Response>" + "<Message>x</Message>" * 11 + "</Response>",
        "<Response><Message>" + "x" * 70_000 + "</Message></Response>",
    ],
)
def test_an_answer_that_cannot_be_obeyed_sends_nothing_and_is_noted(
    teller: Teller, receiver: Receiver, shop: ApiKey, body: str
) -> None:
    answers(receiver, body)
    teller.says("Bonjour")
    teller.settle()
    assert sent() == []
    assert [(row.state, row.error) for row in rows()] == [("done", "answer_bad")]


def test_one_message_of_an_answer_that_cannot_be_sent_spoils_no_other(
    teller: Teller, receiver: Receiver, shop: ApiKey
) -> None:
    bad = '<Message to="abc">x</Message><Message statusCallback="ftp://x">y</Message>'
    answers(receiver, f"<Response>{bad}<Message>Oui</Message></Response>")
    teller.says("Bonjour")
    teller.settle()
    assert [one.text for one in sent()] == ["Oui"]
    (row,) = rows()
    assert (row.state, row.error) == ("done", "reply_refused")
    assert row.answer == "1. number_has_letter; 2. url_bad"


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"scopes": "read"}, "scope_missing"),
        ({"category": "otp", "categories": "alert"}, "category_not_allowed"),
        ({"per_day": 0}, "too_many_a_day"),
        ({"modems": "other"}, "modem_not_allowed"),
    ],
)
def test_an_answer_may_do_what_its_key_may(
    teller: Teller, receiver: Receiver, columns: dict[str, Any], code: str
) -> None:
    teller.key(inbound_url=receiver.url, **columns)
    answers(receiver, "Oui", "text/plain")
    teller.says("Bonjour")
    teller.settle()
    assert sent() == []
    assert [row.answer for row in rows()] == [f"1. {code}"]


def test_the_same_delivery_again_sends_nothing_twice_and_uses_up_nothing(
    bench: Bench, teller: Teller, receiver: Receiver
) -> None:
    teller.key(inbound_url=receiver.url, per_day=1, category="alert")
    answers(receiver, "<Response><Message>Oui</Message></Response>")
    teller.says("Bonjour")
    teller.settle()
    (row,) = rows()
    log.replay(row.uid, "test:me", bench.now)
    answers(receiver, "<Response><Message>Autre</Message></Response>")
    teller.settle()
    assert [(one.text, one.category) for one in sent()] == [("Oui", "alert")]
    assert rows()[0].error is None
    tokens = {request.headers["i-twilio-idempotency-token"] for request in receiver.requests}
    assert tokens == {row.uid}


@pytest.mark.parametrize(
    ("text", "word"), [("STOP", "STOP"), ("Start", "START"), ("HELP", "HELP"), ("AIDE", "HELP")]
)
def test_the_words_of_the_law_are_told_with_their_kind(
    teller: Teller, receiver: Receiver, shop: ApiKey, text: str, word: str
) -> None:
    teller.says(text)
    teller.settle()
    assert receiver.requests[0].form["OptOutType"] == word


def test_a_revoked_key_hears_nothing(bench: Bench, teller: Teller, receiver: Receiver, shop: ApiKey) -> None:
    message = bench.submit(callback=Callback(receiver.url, "twilio", shop.id))
    ApiKey.update(revoked_at=bench.now).execute()
    teller.says("Bonjour")
    teller.deliver(message)
    teller.settle()
    assert receiver.requests == []


def test_a_name_that_wrote_cannot_be_answered_and_that_is_noted(
    teller: Teller, receiver: Receiver, shop: ApiKey
) -> None:
    answers(receiver, "Oui", "text/plain")
    teller.hear(api.InboundPart("LaPoste", "Votre colis", api.Alphabet.GSM7, None))
    teller.settle()
    assert receiver.requests[0].form["From"] == "LaPoste"
    assert rows()[0].error == "reply_refused"


def test_an_answer_is_read_without_its_mark_and_never_more_than_ten() -> None:
    assert twiml.read(b"\xef\xbb\xbf<Response><Message>a</Message></Response>") == [twiml.Asked("a")]
    with pytest.raises(twiml.Bad):
        twiml.read(b"\xff\xfe<\x00")
