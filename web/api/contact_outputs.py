"""What comes out about people: contacts, and what they agreed to or refused."""

from __future__ import annotations

from marshmallow import fields

from gateway.consent.ledger import CATEGORIES, CHANNELS
from gateway.policy.consent import Ground
from web.api.fields import WHEN, Instant, Text, about
from web.api.outputs import Answer, PageSchema, always, maybe

EVENTS = ("asked", "given", "confirmed", "withdrawn", "opposed", "resumed")
ANSWERS = ("agreed", "asked", "withdrawn", "never", "opposed")


class ContactSchema(Answer):
    number = always(Text, metadata=about("E.164, or a short code.", "+33639980001"))
    name = always(Text, metadata=about("Who it is; empty where an import told none.", "Élodie Martin"))
    timezone = maybe(
        Text, metadata=about("Where the number says another; null: as it says.", "Indian/Reunion")
    )
    postcode = always(Text, metadata=about("Empty where nobody noted it.", "67000"))
    note = always(Text, metadata=about("For people.", ""))
    created_at = always(Instant, metadata=about("When it was written down.", WHEN))
    updated_at = always(Instant, metadata=about("When it changed last.", WHEN))
    last_act_at = maybe(Instant, metadata=about("What this person did last: an answer, a consent.", WHEN))
    tags = always(fields.List, fields.String(), metadata=about("Words stuck on this contact.", ["vip"]))
    groups = always(fields.List, fields.String(), metadata=about("The groups, by name.", ["Regulars"]))
    own = always(
        fields.Dict,
        attribute="fields",
        data_key="fields",
        keys=fields.String(),
        values=fields.String(),
        metadata=about("The shop's own fields that are filled in.", {"Town": "Strasbourg"}),
    )


class ContactPageSchema(PageSchema):
    items = always(fields.Nested, ContactSchema(many=True), metadata=about("By name."))


class ConsentSchema(Answer):
    at = always(Instant, metadata=about("When it was written down.", WHEN))
    event = always(Text, metadata=about("What happened.", "given", enum=list(EVENTS)))
    ground = maybe(
        Text, metadata=about("Why marketing is allowed by it.", "opt_in", enum=[*map(str, Ground), None])
    )
    purpose = always(
        Text, metadata=about("What for; of `opposed` and `resumed` the category.", "offers of the bakery")
    )
    channel = always(Text, metadata=about("How it came about.", "form", enum=list(CHANNELS)))
    wording = always(Text, metadata=about("What the person was shown, or said.", "[x] Send me your offers."))
    proof = always(Text, metadata=about("Where it is kept, or the id of what came.", "form 2026-118"))
    by = always(Text, attribute="written_by", metadata=about("Who wrote it down.", "key:shop"))


class StandingSchema(Answer):
    number = always(Text, metadata=about("E.164, or a short code.", "+33639980001"))
    marketing = always(fields.Boolean, metadata=about("Whether this person may get marketing.", True))
    answer = always(Text, metadata=about("Why, as a code.", "agreed", enum=list(ANSWERS)))
    since = maybe(Instant, metadata=about("Since when.", WHEN))
    opposed = always(
        fields.List,
        fields.String(metadata={"enum": list(CATEGORIES)}),
        metadata=about("The categories that this person refuses.", []),
    )
    history = always(fields.Nested, ConsentSchema(many=True), metadata=about("Every act, newest first."))
