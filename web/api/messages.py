"""/api/v1/messages: look, cancel, resolve, give another hour; `sending` has the call that sends."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import g
from marshmallow import ValidationError

from gateway import status, wake
from gateway.access import allowances
from gateway.messages import decisions, filtering, lookup, numbers, outbox
from gateway.messages.filtering import Filter
from gateway.messages.paging import Page
from gateway.messages.why import Why, explain
from gateway.store import database
from gateway.store.models import History, Message
from gateway.words import say
from web import callers
from web.api import waiting
from web.api.auth import needs, source
from web.api.fields import WHEN, Instant, Text, about
from web.api.framework import Section, refuses
from web.api.inputs import MessagesQuerySchema, Strict, WaitSchema
from web.api.outputs import (
    MessageDetailSchema,
    MessagePageSchema,
    MessageSchema,
)
from web.office import office
from web.problems import Fault, language

section = Section(
    "messages", __name__, url_prefix="/api/v1", description="Send messages and follow what becomes of them."
)

DECISIONS = {"left": decisions.it_left, "again": decisions.send_again, "release": decisions.release}


@section.route("/messages")
@needs("read")
@section.doc(operationId="listMessages")
@section.arguments(MessagesQuerySchema(), location="query")
@section.response(200, MessagePageSchema())
def find(query: dict[str, Any]) -> Page[Message]:
    """List messages, newest first.

    With several filters a page may hold fewer than `limit` entries, or none, before the list ends: it ends
    where `next` is null.
    """
    cursor, limit, to = query.pop("cursor", None), query.pop("limit"), query.pop("to", None)
    of = None if to is None else [numbers.parse(to, office().config.appliance.country)]
    wanted = Filter(states=query.pop("state", ()), numbers=of, **query)
    sheet = filtering.older(wanted, cursor, limit)
    return Page(sheet.items, sheet.older)


@section.route("/messages/<uid>")
@needs("read")
@section.doc(operationId="getMessage")
@section.arguments(WaitSchema(), location="query")
@section.response(200, MessageDetailSchema())
@refuses(404)
def detail(query: dict[str, int], uid: str) -> dict[str, Any]:
    """Look at one message: its parts, its history, and why it waits."""
    return _in_full(waiting.until_final(lookup.message(uid), query["wait"]))


@section.route("/messages/<uid>/cancel", methods=["POST"])
@needs("send")
@section.doc(operationId="cancelMessage")
@section.response(200, MessageSchema())
@refuses(404, 409)
def cancel(uid: str) -> Message:
    """Cancel a message that still waits; 409 with its `state` when it does not.

    A key with rules cancels its own, and those that it might send itself.
    """
    found = lookup.message(uid)
    if found.source != source():
        _may_send(found)
    message = outbox.cancel(uid, by=source(), now=office().clock.now())
    ring()
    return message


def ring() -> None:
    """The gateway looks at once at what was written."""
    wake.ring(office().config.appliance.runtime_dir)


def _may_send(message: Message) -> None:
    """Raises Forbidden for a category, or a modem, that the caller's key may not use."""
    allowances.check_message(g.api_key, message, office().config.modem_names)


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
@refuses(400, 404, 409, 413, 415, 429)
def resolve(body: dict[str, str], uid: str) -> Message:
    """Decide about a message that waits for a person, or did not arrive; 409 with its `state` otherwise.

    `left` is for `uncertain` ones; `again` also for `failed`, `undelivered` and `expired` ones. The validity
    begins anew, and parts that arrived are not sent again. `release` is for `scheduled` ones, and for `held`
    ones whose `reason` is `too_late`: they leave now, unless another rule holds them. What is sent again
    counts for the key as a message of its own.
    """
    here, decision = office(), body["decision"]
    now = here.clock.now()
    _may_send(lookup.message(uid))
    with database.transaction():
        DECISIONS[decision](uid, by=source(), now=now)
        if decision == "again":
            allowances.take(g.api_key, 1, now, here.config.appliance.timezone)
    ring()
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
    _may_send(lookup.message(uid))
    who = callers.of_key(g.api_key)
    message = decisions.reschedule(uid, body["send_at"], who.source, office().clock.now(), who.trusted)
    ring()
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
