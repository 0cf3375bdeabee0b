"""/api/v1/conversions: somebody came back with the code of a campaign."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from marshmallow import fields

from gateway.contacts import book
from gateway.features.conversions import verbs
from gateway.features.conversions.verbs import LONGEST_REFERENCE, MOST_CENTS, SOURCES
from gateway.messages.paging import row_id
from gateway.store.models import Conversion
from web.api.auth import needs, source
from web.api.fields import WHEN, Flag, Instant, ShortText, Text, Whole, about
from web.api.framework import Section, refuses
from web.api.inputs import PagingSchema, Strict
from web.api.outputs import UID, Answer, PageSchema, always, maybe
from web.office import office

section = Section(
    "conversions", __name__, url_prefix="/api/v1", description="What a campaign brought, told by its codes."
)


class NewConversionSchema(Strict):
    code = Text(load_default="", metadata=about("As it was shown, whatever its capitals.", "AUTUMN10"))
    number = Text(
        load_default="",
        metadata=about(
            "Whose sale it is. Without a code it counts only to compare with those who were held out.",
            "+33639980001",
        ),
    )
    amount_cents = Whole(
        load_default=None,
        allow_none=True,
        strict=True,
        least=0,
        most=MOST_CENTS,
        metadata=about("In cents. Absent or null: what the campaign says a purchase is worth.", 2500),
    )
    at = Instant(
        load_default=None, allow_none=True, metadata=about("When it was. Absent or null: now.", WHEN)
    )
    reference = Text(
        load_default=None,
        allow_none=True,
        metadata=about(
            f"A name of your own, at most {LONGEST_REFERENCE} characters: once more is the same conversion.",
            "receipt-4711",
        ),
    )
    campaign = Text(
        load_default=None,
        allow_none=True,
        metadata=about("The campaign's id, where several have the code. Absent or null: the newest.", UID),
    )
    again = Flag(
        load_default=False,
        metadata=about("true: the code of one person counts though it was used before.", False),
    )


class ConversionSchema(Answer):
    id = always(fields.Integer, metadata=about("Names the conversion.", 12))
    campaign = always(Text, metadata=about("The campaign's id.", UID))
    code = always(
        Text, metadata=about("As the campaign has it; empty for a sale told by its number.", "AUTUMN10")
    )
    number = maybe(Text, metadata=about("Whose it is, where no code tells.", "+33639980001"))
    amount_cents = always(fields.Integer, metadata=about("In cents.", 2500))
    at = always(Instant, metadata=about("When it was.", WHEN))
    source = always(Text, metadata=about("Which way it came.", "api", enum=list(SOURCES)))
    reference = maybe(Text, metadata=about("As given.", "receipt-4711"))


class ConversionPageSchema(PageSchema):
    items = always(fields.Nested, ConversionSchema(many=True), metadata=about("Newest first."))


class ConversionsQuerySchema(PagingSchema):
    campaign = ShortText(most=32, code="text_long", metadata=about("Only of the campaign with this id."))


@section.route("/conversions", methods=["POST"], endpoint="record")
@needs("send")
@section.doc(operationId="recordConversion")
@section.arguments(NewConversionSchema())
@section.response(201, ConversionSchema(), description="Written down")
@section.alt_response(200, schema=ConversionSchema(), description="Known by its reference; nothing changed")
@refuses(400, 404, 409, 413, 415)
def record(body: dict[str, Any]) -> Response:
    """Write down that somebody came back with a code, or bought without one.

    A sale told by a `number` alone belongs to the newest campaign that holds people out to compare, began in
    the thirty days before, and drew that person.
    """
    here, by = office(), source()
    now, country = here.clock.now(), here.config.appliance.country
    number = book.parse(body["number"], country) if body["number"] else ""
    told = {name: body[name] for name in ("reference", "campaign", "again")} | {"number": number}
    taken = verbs.take(body["code"], body["amount_cents"], body["at"] or now, "api", by, now, **told)
    answer: Response = jsonify(ConversionSchema().dump(_told(taken.conversion)))
    answer.status_code = 201 if taken.is_new else 200
    return answer


@section.route("/conversions", endpoint="listing")
@needs("read")
@section.doc(operationId="listConversions")
@section.arguments(ConversionsQuerySchema(), location="query")
@section.response(200, ConversionPageSchema())
@refuses(404)
def listing(query: dict[str, Any]) -> dict[str, Any]:
    """List conversions, the newest first."""
    limit, cursor = query["limit"], query.get("cursor")
    before = row_id(cursor) if cursor else None
    rows = verbs.recent(limit + 1, query.get("campaign"), before)
    more = len(rows) > limit
    return {"items": [_told(row) for row in rows[:limit]], "next": str(rows[limit - 1].id) if more else None}


def _told(one: Conversion) -> dict[str, Any]:
    names = ("id", "code", "amount_cents", "at", "source", "reference")
    number = None if one.code else verbs.shown(one) or None
    return {"campaign": one.campaign.uid, "number": number, **{name: getattr(one, name) for name in names}}
