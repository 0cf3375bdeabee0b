"""/api/v1/messages: send, look, cancel, resolve, give another hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from flask import Response, jsonify, url_for
from marshmallow import ValidationError

from gateway import status, wake
from gateway.errors import GatewayError
from gateway.messages import decisions, filtering, lookup, numbers, outbox
from gateway.messages.filtering import Filter
from gateway.messages.outbox import Caller, Draft
from gateway.messages.why import Why, explain
from gateway.store.models import History, Message
from gateway.words import say
from web.api.auth import needs, source
from web.api.fields import WHEN, Instant, Text, about
from web.api.framework import Section, refuses
from web.api.inputs import MessagesQuerySchema, NewMessageHeadersSchema, NewMessageSchema, Strict
from web.api.outputs import (
    MessageDetailSchema,
    MessagePageSchema,
    MessageSchema,
)
from web.office import office
from web.problems import Fault, fault_of, language, spoken

section = Section(
    "messages", __name__, url_prefix="/api/v1", description="Send messages and follow what becomes of them."
)

MESSAGE = MessageSchema()
ONE_OR_SEVERAL = {
    "oneOf": [{"$ref": "#/components/schemas/Message"}, {"$ref": "#/components/schemas/Several"}]
}
DECISIONS = {"left": decisions.it_left, "again": decisions.send_again, "release": decisions.release}
LOCATION = {
    "Location": {"description": "Where the message is (one recipient).", "schema": {"type": "string"}}
}


@section.route("/messages", methods=["POST"])
@needs("send")
@section.doc(operationId="sendMessage")
@section.arguments(NewMessageHeadersSchema(), location="headers")
@section.arguments(NewMessageSchema())
@section.response(202, ONE_OR_SEVERAL, headers=LOCATION, description="Accepted, and written down")
@refuses(400, 409, 413, 415)
def send(headers: dict[str, Any], body: dict[str, Any]) -> Response:
    """Send a text to one recipient, or to each of up to 1,000.

    With one recipient in `to` the answer is the message. With a list it is `{"messages": [...]}` in the same
    order, and the entry of a bad recipient is `{"to", "error"}`: it does not spoil the others.
    """
    to, key = body.pop("to"), headers.get("idempotency_key")
    return _send_one(draft(body, to, key)) if isinstance(to, str) else _send_several(body, to, key)


def draft(body: dict[str, Any], to: str, reference: str | None) -> Draft:
    """What a call asks for, towards one recipient."""
    seconds = body["validity_s"]
    rest = {name: value for name, value in body.items() if name != "validity_s"}
    validity = None if seconds is None else timedelta(seconds=seconds)
    return Draft(to=to, validity=validity, client_ref=reference, **rest)


def caller() -> Caller:
    """Who writes the messages of this call."""
    here = office()
    site = here.config.appliance
    trusted = status.read(site.runtime_dir, here.clock.now()).trusted
    return Caller(source(), site, here.config.modem_names, here.ids, trusted)


def _ring() -> None:
    wake.ring(office().config.appliance.runtime_dir)


def _send_one(asked: Draft) -> Response:
    message = outbox.submit(asked, caller(), office().clock.now())
    _ring()
    response = jsonify(MESSAGE.dump(message))
    response.headers["Location"] = url_for("messages.detail", uid=message.uid)
    response.status_code = 202
    return response


def _send_several(body: dict[str, Any], recipients: list[str], key: str | None) -> Response:
    drafts = [draft(body, to, key and f"{key}:{index}") for index, to in enumerate(recipients)]
    outcomes = outbox.submit_many(drafts, caller(), office().clock.now())
    _refuse_what_is_wrong_for_all(outcomes)
    _ring()
    entries = [_entry(to, outcome) for to, outcome in zip(recipients, outcomes, strict=True)]
    response = jsonify({"messages": entries})
    response.status_code = 202
    return response


def _refuse_what_is_wrong_for_all(outcomes: Sequence[Message | GatewayError]) -> None:
    """A wrong text or hour spoils every entry: it is answered once, as a problem."""
    errors = [outcome for outcome in outcomes if isinstance(outcome, GatewayError)]
    shared = [error for error in errors if error.field != "to"]
    if shared and len(errors) == len(outcomes):
        raise shared[0]


def _entry(to: str, outcome: Message | GatewayError) -> Any:
    if isinstance(outcome, GatewayError):
        return {"to": to, "error": spoken(fault_of(outcome), language())}
    return MESSAGE.dump(outcome)


@section.route("/messages")
@needs("read")
@section.doc(operationId="listMessages")
@section.arguments(MessagesQuerySchema(), location="query")
@section.response(200, MessagePageSchema())
def find(query: dict[str, Any]) -> lookup.Page[Message]:
    """List messages, newest first.

    With several filters a page may hold fewer than `limit` entries, or none, before the list ends: it ends
    where `next` is null.
    """
    cursor, limit, to = query.pop("cursor", None), query.pop("limit"), query.pop("to", None)
    of = None if to is None else [numbers.parse(to, office().config.appliance.country)]
    wanted = Filter(states=query.pop("state", ()), numbers=of, **query)
    sheet = filtering.older(wanted, cursor, limit)
    return lookup.Page(sheet.items, sheet.older)


@section.route("/messages/<uid>")
@needs("read")
@section.doc(operationId="getMessage")
@section.response(200, MessageDetailSchema())
@refuses(404)
def detail(uid: str) -> dict[str, Any]:
    """Look at one message: its parts, its history, and why it waits."""
    return _in_full(lookup.message(uid))


@section.route("/messages/<uid>/cancel", methods=["POST"])
@needs("send")
@section.doc(operationId="cancelMessage")
@section.response(200, MessageSchema())
@refuses(404, 409)
def cancel(uid: str) -> Message:
    """Cancel a message that still waits; 409 with its `state` when it does not."""
    message = outbox.cancel(uid, by=source(), now=office().clock.now())
    _ring()
    return message


def _decides(word: str) -> None:
    if word not in DECISIONS:
        raise ValidationError([Fault("wrong_type", facts={"problem": " | ".join(DECISIONS)})])


class DecisionSchema(Strict):
    decision = Text(
        required=True,
        validate=_decides,
        metadata=about(
            "`left`: it left, and its report is awaited as of any other. `again`: what may not have left, or "
            "did not arrive, is sent again; it may arrive twice, and is paid again. `release`: what was "
            "found long after its hour, or still waits for it, leaves now.",
            "left",
            enum=list(DECISIONS),
        ),
    )


@section.route("/messages/<uid>/resolve", methods=["POST"])
@needs("send")
@section.doc(operationId="resolveMessage")
@section.arguments(DecisionSchema())
@section.response(200, MessageSchema())
@refuses(400, 404, 409, 413, 415)
def resolve(body: dict[str, str], uid: str) -> Message:
    """Decide about a message that waits for a person, or did not arrive; 409 with its `state` otherwise.

    `left` is for `uncertain` ones; `again` also for `failed`, `undelivered` and `expired` ones. The validity
    begins anew, and parts that arrived are not sent again. `release` is for `scheduled` ones, and for `held`
    ones whose `reason` is `too_late`: they leave now, unless another rule holds them.
    """
    DECISIONS[body["decision"]](uid, by=source(), now=office().clock.now())
    _ring()
    return lookup.message(uid)


class HourSchema(Strict):
    send_at = Instant(
        required=True, metadata=about("Not before this instant: RFC 3339 with an offset.", WHEN)
    )


@section.route("/messages/<uid>/reschedule", methods=["POST"])
@needs("send")
@section.doc(operationId="rescheduleMessage")
@section.arguments(HourSchema())
@section.response(200, MessageSchema())
@refuses(400, 404, 409, 413, 415)
def reschedule(body: dict[str, datetime], uid: str) -> Message:
    """Give a message that is `scheduled` or `held` another hour; 409 with its `state` when it is neither.

    It stays worth sending for as long after the new hour as it was after the old one.
    """
    who = caller()
    message = decisions.reschedule(uid, body["send_at"], who.source, office().clock.now(), who.trusted)
    _ring()
    return message


def _in_full(message: Message) -> dict[str, Any]:
    site, now, reader = office().config.appliance, office().clock.now(), language()
    reasons = explain(message, status.read(site.runtime_dir, now), site, now)
    return {
        **message.__data__,
        "parts_detail": lookup.parts(message),
        "history": [_step(row, reader) for row in lookup.history(message)],
        "why": [{**asdict(why), "detail": _reason(why, reader)} for why in reasons],
    }


def _step(row: History, reader: str) -> dict[str, Any]:
    words = [say(f"event.{row.event}", reader, **row.facts), _reason(row, reader)]
    return {**row.__data__, "detail": ": ".join(filter(None, words))}


def _reason(of: History | Why, reader: str) -> str | None:
    return say(f"reason.{of.reason}", reader, **of.facts) if of.reason else None
