"""Messages.json: create, list, fetch, cancel, redact, delete."""

from __future__ import annotations

import re

from flask import Blueprint, Response, jsonify, request

from gateway import wake
from gateway.access import allowances
from gateway.errors import Invalid, NotFound
from gateway.messages import outbox, redaction
from gateway.messages.drafts import Draft
from gateway.messages.lifecycle import State
from gateway.store import database
from gateway.store.models import Inbound, Message
from web.compat.twilio import asked, listing, refusals, shapes
from web.compat.twilio.door import api_key, caller, needs, require, source
from web.office import office

section = Blueprint("twilio_messages", __name__, url_prefix="/2010-04-01/Accounts/<account>")

SID = re.compile(r"SM[0-9a-f]{32}")
CHANGES = "Status=canceled, Body="


@section.post("/Messages.json")
@section.post("/Messages")
@needs("send")
def create() -> tuple[Response, int]:
    """201: it is written down; whom a rule protects is refused, and the refusal is in the ledger."""
    message = _submit(asked.draft(asked.form()))
    _ring()
    if message.state == State.REJECTED:
        raise refusals.by_rule(message.reason or "", message.facts)
    return jsonify(shapes.created(message)), 201


@section.get("/Messages.json")
@section.get("/Messages")
@needs("read")
def listed() -> Response:
    query = request.args.to_dict()
    uri = f"{shapes.account_uri()}/Messages.json"
    found = listing.page(query, source())
    following = listing.following(uri, query, found.next) if found.next else None
    items, size = shapes.of(found.items), listing.size(query)
    return jsonify(shapes.listed("messages", items, uri, following, listing.number(query), size))


@section.get("/Messages/<sid>.json")
@section.get("/Messages/<sid>")
@needs("read")
def fetch(sid: str) -> Response:
    return jsonify(*shapes.of([_find(sid)]))


@section.post("/Messages/<sid>.json")
@section.post("/Messages/<sid>")
@needs("send")
def change(sid: str) -> Response:
    """`Status=canceled` takes back what has not left; an empty `Body` empties the text."""
    form, said = asked.form(), _find(sid)
    if form.get("Status") == "canceled":
        return jsonify(*shapes.of([_cancel(said)]))
    if form.get("Body") == "" and "Status" not in form:
        _may_touch(said)
        return jsonify(*shapes.of([redaction.redact(said.uid, source(), office().clock.now())]))
    raise Invalid("update_unknown", field="Status", known=CHANGES)


@section.delete("/Messages/<sid>.json")
@section.delete("/Messages/<sid>")
@needs("send")
def remove(sid: str) -> tuple[str, int]:
    said = _find(sid)
    _may_touch(said)
    redaction.remove(said.uid, source(), office().clock.now())
    return "", 204


@section.get("/Messages/<sid>/Media.json")
@needs("read")
def media(sid: str) -> Response:
    """None: text messages carry none."""
    uri = f"{shapes.account_uri()}/Messages/SM{_find(sid).uid}/Media.json"
    return jsonify(shapes.listed("media_list", [], uri))


def _submit(draft: Draft) -> Message:
    """What it uses up of the key and the message are one transaction: a refusal uses up nothing."""
    here, who = office(), caller()
    now = here.clock.now()
    with database.transaction():
        if not outbox.known(who.source, [draft.client_ref] if draft.client_ref else []):
            allowances.take(api_key(), 1, now, here.config.appliance.timezone)
        return outbox.submit(draft, who, now)


def _cancel(said: Message | Inbound) -> Message:
    if isinstance(said, Inbound):
        raise Invalid("update_unknown", field="Status", known="Body=")
    if said.state == State.CANCELED:
        return said
    message = outbox.cancel(said.uid, by=source(), now=office().clock.now())
    _ring()
    return message


def _find(sid: str) -> Message | Inbound:
    """What this key sent, or what came in; nobody learns of what others sent."""
    if not SID.fullmatch(sid):
        raise NotFound("message_unknown", id=sid)
    said = redaction.find(sid[2:])
    if isinstance(said, Message) and said.source != source():
        raise NotFound("message_unknown", id=sid)
    return said


def _may_touch(said: Message | Inbound) -> None:
    """What came in is everybody's: only who may do everything empties or deletes it."""
    if isinstance(said, Inbound):
        require("admin")


def _ring() -> None:
    wake.ring(office().config.appliance.runtime_dir)
