"""/api/v1/rehearsal: what would become of a message, before anything is queued."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import g
from marshmallow import fields

from gateway.messages.rehearsal import Group, Wrong, rehearse
from gateway.words import say
from web import callers, prospects
from web.api.auth import needs
from web.api.fields import WHEN, Instant, Text, about
from web.api.framework import Section, refuses
from web.api.inputs import LetterSchema
from web.api.outputs import Answer, RefusedSchema, always, maybe
from web.api.sending import draft
from web.office import office
from web.problems import Fault, language, spoken
from web.prospects import Room

section = Section(
    "rehearsal",
    __name__,
    url_prefix="/api/v1",
    description="What would become of a message, before anything is queued.",
)


class GroupSchema(Answer):
    reason = always(Text, metadata=about("Why, as a code.", "quiet_hours"))
    count = always(fields.Integer, metadata=about("How many people.", 12))
    until = maybe(Instant, metadata=about("When the first of them leaves; null: never, or unknown.", WHEN))
    last = maybe(Instant, metadata=about("When the last of them leaves.", WHEN))
    detail = always(Text, metadata=about("The reason in words.", "They asked for no more marketing."))


class ExpectedSchema(Answer):
    limit = always(Text, metadata=about("Which limit.", "recipients_month"))
    used = always(fields.Integer, metadata=about("Of it, now.", 180))
    would_be = always(fields.Integer, metadata=about("Were all of it to leave in the limit's time.", 230))
    most = maybe(fields.Integer, metadata=about("The limit; null: none.", 200))


class RoomSchema(Answer):
    modem = always(Text, metadata=about("The SIM, by its modem.", "sim1"))
    today = always(fields.Integer, metadata=about("For how many people there is room today.", 20))
    days = maybe(fields.Integer, metadata=about("In how many days all leave; null: not in a year.", 3))
    limits = always(fields.Nested, ExpectedSchema(many=True), metadata=about("Each limit."))


class RehearsalSchema(Answer):
    text = always(Text, metadata=about("What would leave, the way to stop included.", "Bonjour"))
    recipients = always(fields.Integer, metadata=about("Different people with a possible number.", 14))
    doubles = always(fields.Integer, metadata=about("Entries that name one of them again.", 0))
    wrong = always(fields.Nested, RefusedSchema(many=True), metadata=about("Entries that are no number."))
    now = always(fields.Integer, metadata=about("How many leave at once.", 12))
    held = always(fields.Nested, GroupSchema(many=True), metadata=about("Who waits, by reason."))
    refused = always(fields.Nested, GroupSchema(many=True), metadata=about("Who gets nothing, by reason."))
    parts_each = always(fields.Integer, metadata=about("Parts of one message.", 1))
    parts = always(fields.Integer, metadata=about("Parts in all, of those who are not refused.", 12))
    cost = maybe(Text, metadata=about("Of all parts, where somebody has said what one costs.", "0.54"))
    currency = maybe(Text, metadata=about("The cost's: ISO 4217.", "EUR"))
    ahead = always(fields.Integer, metadata=about("Parts in the queue that leave before it.", 0))
    begins = maybe(Instant, metadata=about("When the first leave; null: never.", WHEN))
    seconds = always(fields.Float, metadata=about("How long those take that leave first.", 36.0))
    ends_at = maybe(Instant, metadata=about("When those have left.", WHEN))
    closes = maybe(Instant, metadata=about("When phones may not ring any more; null: at any hour.", WHEN))
    fits = always(fields.Boolean, metadata=about("It ends before that.", True))
    resumes = maybe(Instant, metadata=about("When what is left goes on.", WHEN))
    budgets = always(
        fields.Nested,
        RoomSchema(many=True),
        metadata=about("Each SIM that has limits, were all to leave through it alone."),
    )


@section.route("/rehearsal", methods=["POST"])
@needs("send", "read")
@section.doc(operationId="rehearseMessage")
@section.arguments(LetterSchema())
@section.response(200, RehearsalSchema())
@refuses(400, 403, 413, 415)
def ask(body: dict[str, Any]) -> dict[str, Any]:
    """See what would become of a message; the body is `POST /messages`'s with `to`; nothing is queued.

    Says who would get it now or later, who would not, what it costs, how long it takes at the SIM's pace and
    whether it ends before the quiet hours. A person who is named twice counts once here; `POST /messages`
    writes to every entry.
    """
    to, reader, now = body.pop("to"), language(), office().clock.now()
    asked = draft(body, "", None)
    seen = rehearse([to] if isinstance(to, str) else to, asked, callers.of_key(g.api_key), now)
    cost = prospects.cost(seen)
    return {
        **{name: getattr(seen, name) for name in (*seen.__slots__, "parts", "ends_at", "fits")},
        "wrong": [_wrong(one, reader) for one in seen.wrong],
        "held": [_group(group, reader) for group in seen.held],
        "refused": [_group(group, reader) for group in seen.refused],
        "cost": str(cost.amount) if cost else None,
        "currency": cost.currency if cost else None,
        "budgets": [_room(room) for room in prospects.rooms(seen, asked, now)],
    }


def _wrong(one: Wrong, reader: str) -> dict[str, Any]:
    return {"to": one.typed, "error": spoken(Fault(one.code, "to", one.facts), reader)}


def _group(group: Group, reader: str) -> dict[str, Any]:
    return {**asdict(group), "detail": say(f"group.{group.reason}", reader, **group.facts)}


def _room(room: Room) -> dict[str, Any]:
    ahead = room.forecast
    return {"modem": room.modem, "today": ahead.today, "days": ahead.days, "limits": ahead.expected}
