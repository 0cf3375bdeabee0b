"""/api/v1/campaigns/…/results: what a campaign brought."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from gateway import rulebook
from gateway.features.campaigns import verbs
from gateway.features.results import export, summary
from web.api.auth import needs
from web.api.fields import Text, about
from web.api.framework import Section, refuses
from web.api.outputs import UID, Answer, always, maybe

section = Section(
    "results", __name__, url_prefix="/api/v1", description="What a campaign brought, in rates and in money."
)
MISSING = ("nobody", "not_followed", "no_codes")


class RateSchema(Answer):
    count = always(fields.Integer, metadata=about("How many did it.", 18))
    of = always(fields.Integer, metadata=about("Of how many.", 93))
    share = maybe(fields.Float, metadata=about("The first by the second; null where nobody is.", 0.193548))
    low = maybe(fields.Float, metadata=about("In 19 of 20 cases the truth is above this (Wilson).", 0.126))
    high = maybe(fields.Float, metadata=about("… and below this.", 0.285))
    missing = maybe(Text, metadata=about("Why there is no share.", "no_codes", enum=[*MISSING, None]))


class RatesSchema(Answer):
    delivery = always(fields.Nested, RateSchema(), metadata=about("Arrived, of those that left."))
    failure = always(fields.Nested, RateSchema(), metadata=about("Failed, of those that were tried."))
    click = always(fields.Nested, RateSchema(), metadata=about("Followed a link, of those that arrived."))
    reply = always(fields.Nested, RateSchema(), metadata=about("Answered, of those that arrived."))
    conversion = always(fields.Nested, RateSchema(), metadata=about("Bought, of those that arrived."))
    unsubscribe = always(fields.Nested, RateSchema(), metadata=about("Said STOP, of those that arrived."))


class SideSchema(Answer):
    count = maybe(fields.Integer, metadata=about("How many bought; null where nobody knows.", 9))
    of = always(fields.Integer, metadata=about("Of how many.", 93))
    share = maybe(fields.Float, metadata=about("The first by the second.", 0.096774))


class UpliftSchema(Answer):
    written = always(fields.Nested, SideSchema(), metadata=about("Those to whom a message was written."))
    held_out = always(fields.Nested, SideSchema(), metadata=about("Those who got none, to compare."))
    difference = maybe(fields.Float, metadata=about("The first share less the second.", 0.05))
    low = maybe(fields.Float, metadata=about("In 19 of 20 cases the truth is above this (Newcombe).", -0.06))
    high = maybe(fields.Float, metadata=about("… and below this.", 0.11))
    clear = always(fields.Boolean, metadata=about("Chance would hardly make such a difference.", False))


class ResultsSchema(Answer):
    id = always(Text, metadata=about("The campaign's.", UID))
    name = always(Text, metadata=about("For people.", "Autumn sale"))
    counts = always(
        fields.Dict,
        keys=fields.String(),
        values=fields.Integer(),
        metadata=about("People by what became of them.", {"people": 120, "sent": 98, "delivered": 93}),
    )
    rates = always(fields.Nested, RatesSchema(), metadata=about("There is no open rate: nobody knows it."))
    parts = always(fields.Integer, metadata=about("That left.", 143))
    conversions = always(fields.Integer, metadata=about("Purchases written down.", 12))
    currency = maybe(Text, metadata=about("ISO 4217; null until somebody says what a part costs.", "EUR"))
    cost = maybe(Text, metadata=about("Parts × price.", "6.4350"))
    revenue = maybe(Text, metadata=about("Null without codes.", "300.6000"))
    per_message = maybe(Text, metadata=about("Revenue by messages that left.", "3.0673"))
    per_conversion = maybe(Text, metadata=about("Cost by purchases.", "0.5363"))
    roi = maybe(Text, metadata=about("(revenue - cost) / cost.", "45.7133"))

    uplift = always(
        fields.Nested,
        UpliftSchema(),
        metadata=about("Unknown until somebody is held out and a sale is told by its number."),
    )


@section.route("/campaigns/<uid>/results")
@needs("read")
@section.doc(operationId="getCampaignResults")
@section.response(200, ResultsSchema())
@refuses(404)
def detail(uid: str) -> dict[str, Any]:
    """Ask what a campaign brought.

    Each rate comes with what it is a share of, and with its interval; null where nothing can be divided.
    """
    price = rulebook.price()
    return export.told(summary.of(verbs.find(uid)), price.currency if price else None)
