"""/api/v1/lookup/NUMBER: what is known of a number without asking anybody."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from marshmallow import fields

from gateway.errors import on_field
from gateway.features.lookup import verbs
from gateway.messages.numbers import TYPES
from web.api.auth import needs
from web.api.fields import WHEN, Flag, Instant, Text, about
from web.api.framework import Section
from web.api.outputs import Answer, always, maybe
from web.office import office

section = Section(
    "lookup",
    __name__,
    url_prefix="/api/v1",
    description="What the numbering plans say of a number, and what became of messages to it here.",
)


class KnownSchema(Answer):
    number = always(Text, metadata=about("E.164, or a short code's digits.", "+33639980001"))
    valid = always(Flag, metadata=about("Whether some operator may give it out.", True))
    possible = always(Flag, metadata=about("Whether it has as many digits as it must have.", True))
    type = always(Text, metadata=about("What it is, by the numbering plan.", "mobile", enum=list(TYPES)))
    region = always(
        Text, metadata=about("Country or territory (ISO 3166-1); empty where nobody knows.", "FR")
    )
    country_code = maybe(fields.Integer, metadata=about("Calling code; null for a short code.", 33))
    national = always(Text, metadata=about("As it is written in its country.", "06 39 98 00 01"))
    zones = always(
        fields.List, fields.String(), metadata=about("Time zones of the region.", ["Europe/Paris"])
    )
    carrier = maybe(
        Text,
        metadata=about(
            "To whom the range was given; the number may have moved since. Null where the table for it is "
            "not installed.",
            "Orange France",
        ),
    )
    last_delivered = maybe(Instant, metadata=about("When the newest delivered message arrived.", WHEN))
    last_failure = maybe(Instant, metadata=about("When the newest lost message was lost.", WHEN))
    opposed = always(
        fields.List, fields.String(), metadata=about("Categories that this person refuses.", ["marketing"])
    )


@section.route("/lookup/<number>")
@needs("read")
@section.doc(operationId="lookUpNumber")
@section.response(200, KnownSchema())
def look(number: str) -> dict[str, Any]:
    """Look a number up; it may be in the appliance's national form.

    Nobody outside is asked: whether anybody answers there, only a message tells.
    """
    with on_field("number"):
        known = verbs.look(number, office().config.appliance.country, office().clock.now())
    return asdict(known)
