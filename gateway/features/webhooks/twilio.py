"""A message in Twilio's words: its status, its error, and the forms that its callbacks are.

The HTTP dialect of the web uses the same tables.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.messages import numbers
from gateway.messages.lifecycle import State
from gateway.policy import stop_words
from gateway.policy.stop_words import Meaning
from gateway.store.models import Inbound, Message

API_VERSION = "2010-04-01"
REPLY = "twiml "  # how the client reference of a message begins that answered in TwiML

STATUS: Mapping[str, str] = {
    State.SCHEDULED: "scheduled",
    State.HELD: "queued",
    State.QUEUED: "queued",
    State.SENDING: "sending",
    State.UNCERTAIN: "sending",  # it may have left; a report, or a person, will say
    State.SENT: "sent",
    State.DELIVERED: "delivered",
    State.UNDELIVERED: "undelivered",
    State.FAILED: "failed",
    State.EXPIRED: "failed",
    State.REJECTED: "failed",
    State.CANCELED: "canceled",
}
ERRORS: Mapping[int, str] = {
    21610: "Attempt to send to unsubscribed recipient",
    30003: "Unreachable destination handset",
    30007: "Message filtered",
    30008: "Unknown error",
    30036: "Validity period expired",
}
# State → its code, where the reason says no more.
_OF_STATE: Mapping[str, int] = {
    State.UNDELIVERED: 30003,
    State.FAILED: 30008,
    State.EXPIRED: 30036,
    State.REJECTED: 30007,
}
_OF_REASON: Mapping[str, int] = {
    "opposed_marketing": 21610,
    "opposed_notification": 21610,
    "no_consent": 21610,
    "consent_pending": 21610,
    "validity_over": 30036,
}
OPT_OUT: Mapping[Meaning, str] = {Meaning.STOP: "STOP", Meaning.START: "START", Meaning.HELP: "HELP"}


def status_of(message: Message) -> str:
    """Twilio's word for the message's state."""
    return STATUS[message.state]


def error_of(message: Message) -> tuple[int, str] | None:
    """Twilio's number and sentence for what went wrong; None where nothing did."""
    return error(message.state, message.reason)


def error(state: str, reason: str | None) -> tuple[int, str] | None:
    if state not in _OF_STATE:
        return None
    code = _OF_REASON.get(reason or "", _OF_STATE[state])
    return code, ERRORS[code]


def is_reply(message: Message) -> bool:
    """It was asked for by the answer to a received message ("outbound-reply")."""
    return (message.client_ref or "").startswith(REPLY)


def status_form(
    message: Message, state: str, reason: str | None, account: str, sender: str
) -> dict[str, str]:
    """What a status callback says: the state as it was then, which may not be the message's own now."""
    status, sid = STATUS[state], f"SM{message.uid}"
    form = {
        "MessageSid": sid,
        "SmsSid": sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "AccountSid": account,
        "From": sender,
        "To": message.recipient,
        "ApiVersion": API_VERSION,
    }
    wrong = error(state, reason)
    return {**form, "ErrorCode": str(wrong[0]), "ErrorMessage": wrong[1]} if wrong else form


def inbound_form(message: Inbound, account: str, own: str) -> dict[str, str]:
    """What the callback of a received message says; `own` is the number that it was sent to."""
    sid = f"SM{message.uid}"
    places = {f"{end}{part}": "" for end in ("From", "To") for part in ("City", "State", "Zip")}
    countries = {"FromCountry": numbers.region(message.sender), "ToCountry": numbers.region(own)}
    word = OPT_OUT.get(stop_words.read(message.text).meaning)
    return {
        **places,
        **countries,
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "SmsStatus": "received",
        "AccountSid": account,
        "From": message.sender,
        "To": own,
        "Body": message.text,
        "NumMedia": "0",
        "NumSegments": str(message.part_count),
        "ApiVersion": API_VERSION,
        **({"OptOutType": word} if word else {}),
    }
