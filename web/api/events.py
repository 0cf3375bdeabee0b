"""/api/v1/events: what a program tells of a person, so that automations begin or end."""

from __future__ import annotations

from typing import Any

from flask import Response, g, jsonify
from marshmallow import fields

from gateway import wake
from gateway.access import allowances
from gateway.features.automations import events
from gateway.features.automations.events import (
    LONGEST_FACT,
    LONGEST_FACT_NAME,
    LONGEST_REFERENCE,
    MOST_FACTS,
    Told,
)
from gateway.store import database
from web.api.auth import needs, source
from web.api.fields import WHEN, Instant, Text, about, codes
from web.api.framework import Section, refuses
from web.api.inputs import Strict
from web.api.outputs import Answer, always, maybe
from web.office import office

section = Section(
    "events", __name__, url_prefix="/api/v1", description="What happened to a person, for automations."
)
NAME, FACTS = "cart_abandoned", {"total": "42 EUR", "link": "https://example.com/cart/17"}


class NewEventSchema(Strict):
    name = Text(
        required=True,
        metadata=about(
            "What happened: small letters, digits, `_`, `-` and `.`, at most 40.",
            NAME,
        ),
    )
    to = Text(required=True, metadata=about("The number of the person.", "+33639980001"))
    facts = fields.Dict(
        keys=fields.String(),
        values=Text(),
        load_default=dict,
        error_messages=codes("object"),
        metadata=about(
            f"What a text may say of it, as `{{event.total}}`: at most {MOST_FACTS}, names of at most "
            f"{LONGEST_FACT_NAME} characters, values of at most {LONGEST_FACT}.",
            FACTS,
        ),
    )
    reference = Text(
        load_default=None,
        allow_none=True,
        metadata=about(
            f"Your own name for it, at most {LONGEST_REFERENCE} characters: once more, it is the same event.",
            "cart-17",
        ),
    )


class EventSchema(Answer):
    name = always(Text, metadata=about("What happened.", NAME))
    to = always(Text, attribute="number", metadata=about("Of whom.", "+33639980001"))
    facts = always(
        fields.Dict,
        keys=fields.String(),
        values=fields.String(),
        metadata=about("What a text may say of it.", FACTS),
    )
    reference = maybe(Text, metadata=about("Your own name for it.", "cart-17"))
    at = always(Instant, metadata=about("When it was told.", WHEN))


@section.route("/events", methods=["POST"], endpoint="tell")
@needs("send")
@section.doc(operationId="tellEvent")
@section.arguments(NewEventSchema())
@section.response(201, EventSchema(), description="Written down; automations take it in at once")
@section.alt_response(200, schema=EventSchema(), description="Known by its reference; nothing happens twice")
@refuses(400, 409, 413, 415, 429)
def tell(body: dict[str, Any]) -> Response:
    """Tell what happened to a person: automations begin or end by it.

    A key can set off only what it might write itself: an automation of a category, or through modems, that it
    may not use is refused. Each automation that begins counts as one message of the key.
    """
    here = office()
    site, now = here.config.appliance, here.clock.now()
    told = Told(body["name"], body["to"], body["facts"], body["reference"])
    with database.transaction():
        kept = events.record(told, source(), site, now)
        if kept.is_new:
            _allow(told.name)
    wake.ring(site.runtime_dir)
    answer: Response = jsonify(EventSchema().dump(kept.event))
    answer.status_code = 201 if kept.is_new else 200
    return answer


def _allow(name: str) -> None:
    """The key may send what begins by it; raises Forbidden or Limited."""
    here, key, begun = office(), g.api_key, events.set_off(name)
    for one in begun:
        allowances.check_wide(key, one.category, here.config.modem_names)
    if begun:
        allowances.take(key, len(begun), here.clock.now(), here.config.appliance.timezone)
