"""What goes in about people: contacts, and what they agreed to or refused."""

from __future__ import annotations

from marshmallow.fields import Dict

from gateway.consent.ledger import CATEGORIES, CHANNELS
from gateway.contacts.consents import ACTS
from gateway.policy.consent import Ground
from web.api.fields import Flag, OneWord, ShortText, Text, Texts, Whole, about, codes
from web.api.inputs import Strict

LONGEST_CURSOR = 600  # it holds a name


class ContactsQuerySchema(Strict):
    cursor = ShortText(
        most=LONGEST_CURSOR, code="cursor_unknown", metadata=about("The `next` of the page before.")
    )
    limit = Whole(load_default=50, least=1, most=500, metadata=about("Entries a page.", 50))
    q = Text(
        load_default="",
        metadata=about("A piece of a name, whatever its accents and capitals, or of a number.", "martin"),
    )
    tag = Text(load_default="", metadata=about("Only those who have this tag.", "vip"))
    group = Text(load_default="", metadata=about("Only the members of this group, by its name.", "Regulars"))
    segment = Text(load_default="", metadata=about("Only those whom this segment finds.", "Neighbours"))


class NewContactSchema(Strict):
    name = Text(required=True, metadata=about("Who it is; at most 80 characters.", "Élodie Martin"))
    timezone = Text(
        load_default=None,
        allow_none=True,
        metadata=about("Where the number says another. Absent or null: as it says.", "Indian/Reunion"),
    )
    postcode = Text(
        load_default="",
        metadata=about("Decides which holidays count in Alsace-Moselle and overseas.", "67000"),
    )
    note = Text(load_default="", metadata=about("For people; at most 2,000 characters.", "Before noon."))
    tags = Texts(metadata=about("All tags of this contact. Absent: they stay as they are.", ["vip"]))
    groups = Texts(
        metadata=about("All groups, by name; they are there already. Absent: as they are.", ["Regulars"]),
    )
    own = Dict(
        data_key="fields",
        error_messages=codes("object of strings"),
        keys=Text(),
        values=Text(),
        metadata=about("Own fields by name; an empty value takes one away.", {"Town": "Strasbourg"}),
    )


class NewConsentSchema(Strict):
    event = OneWord(
        ACTS,
        "act_unknown",
        required=True,
        metadata=about(
            "`given`: may get marketing. `withdrawn`: took that back, may be asked again. `opposed`: said "
            "no, for good. `resumed`: took the no back, which only the person can; wants `wording` and "
            "`proof`.",
            "given",
        ),
    )
    channel = OneWord(
        CHANNELS,
        "channel_unknown",
        load_default="api",
        metadata=about("How it came about.", "form"),
    )
    ground = OneWord(
        Ground,
        "ground_unknown",
        metadata=about(
            "For `given`. `opt_in`: a positive act, before; wants `wording`. `customer`: the number was "
            "given at a sale, for similar things. `b2b`: at work, about work.",
            "opt_in",
        ),
    )
    wording = Text(
        load_default="",
        metadata=about(
            "Exactly what the person was shown, or what they said.", "[x] Send me your offers by SMS."
        ),
    )
    proof = Text(load_default="", metadata=about("Where the proof is kept.", "form 2026-118"))
    purpose = Text(load_default="", metadata=about("For `given`: what for.", "offers of the bakery"))
    category = OneWord(
        CATEGORIES,
        "category_unknown",
        metadata=about("For `opposed` and `resumed`: to what. Absent: `marketing`.", "marketing"),
    )
    newer = Flag(
        load_default=False,
        metadata=about(
            "For `given`: true where it is newer than the person's no, which it ends; wants `proof`.", False
        ),
    )
