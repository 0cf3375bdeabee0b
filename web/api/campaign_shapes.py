"""What goes in and comes out about campaigns."""

from __future__ import annotations

from marshmallow import fields

from gateway.features.campaigns.states import CATEGORIES, CODE_KINDS, STATES, WINS_BY
from web.api.fields import WHEN, Flag, Instant, Objects, OneWord, Text, Texts, Whole, about
from web.api.inputs import Strict
from web.api.outputs import UID, Answer, PageSchema, always, maybe

TEXT = "Chappe: -10% on Saturday. STOP 36180"


class NewTextSchema(Strict):
    text = Text(required=True, metadata=about("What is said, with gaps.", TEXT))
    send_at = Instant(
        load_default=None,
        allow_none=True,
        metadata=about("Not before this, where hours are compared.", WHEN),
    )


class NewCampaignSchema(Strict):
    name = Text(required=True, metadata=about("For people; no other campaign has it.", "Autumn sale"))
    to = Texts(required=True, metadata=about("Whom it is for; `*` is everybody.", ["@Regulars", "#vip"]))
    without = Texts(load_default=list, metadata=about("Whom it leaves out.", ["#staff"]))
    rested_days = Whole(
        load_default=0, least=0, most=365, metadata=about("Leaves out whoever was written to lately.", 7)
    )
    texts = Objects(
        NewTextSchema(),
        required=True,
        metadata=about("One to four; with several, people are split at random.", [{"text": TEXT}]),
    )
    category = OneWord(
        CATEGORIES,
        "category_unknown",
        load_default="marketing",
        metadata=about("Decides hours and consent.", "marketing"),
    )
    send_at = Instant(
        load_default=None,
        allow_none=True,
        metadata=about("When it begins. Absent or null: as soon as it is started.", WHEN),
    )
    per_hour = Whole(
        load_default=None, allow_none=True, least=1, most=100_000, metadata=about("At most so many.", 200)
    )
    days = Whole(
        load_default=None, allow_none=True, least=1, most=30, metadata=about("Spread over so many.", 3)
    )
    control = Whole(load_default=0, least=0, most=50, metadata=about("Percent held out.", 10))
    test = Whole(load_default=100, least=5, most=100, metadata=about("Percent who get a text at once.", 20))
    by = OneWord(
        WINS_BY,
        "campaign_word_unknown",
        load_default="hand",
        metadata=about("What the better text is chosen by.", "clicks"),
    )
    after_h = Whole(
        load_default=24, least=1, most=168, metadata=about("Hours until the figures are asked.", 24)
    )
    follow_links = Flag(
        load_default=False,
        metadata=about("Each person gets short links of their own, where there is a public address.", False),
    )
    code_kind = OneWord(
        CODE_KINDS,
        "campaign_word_unknown",
        load_default="none",
        metadata=about("Where `{code}` in the text comes from.", "made"),
    )
    code = Text(load_default="", metadata=about("With `one`: the code for everybody.", "AUTUMN10"))
    codes = Texts(
        load_default=list,
        metadata=about("With `list`: each once. A longer list is a file on the page.", ["A7K2", "B9M4"]),
    )
    value_cents = Whole(
        load_default=None,
        allow_none=True,
        least=0,
        most=100_000_000,
        metadata=about("What a purchase is worth, where nobody tells an amount.", 2500),
    )


class CampaignTextSchema(Answer):
    letter = always(Text, metadata=about("A, B, C or D.", "A"))
    text = always(Text, metadata=about("What is said, with gaps.", TEXT))
    send_at = maybe(Instant, metadata=about("Not before this, where hours are compared.", WHEN))


class CampaignSchema(Answer):
    id = always(Text, attribute="uid", metadata=about("Names the campaign.", UID))
    name = always(Text, metadata=about("For people.", "Autumn sale"))
    state = always(Text, metadata=about("Where it stands.", "running", enum=list(STATES)))
    category = always(Text, metadata=about("As chosen.", "marketing", enum=list(CATEGORIES)))
    texts = always(fields.Nested, CampaignTextSchema(many=True), metadata=about("A first."))
    winner = maybe(Text, metadata=about("The letter that was chosen.", "B"))
    people = always(fields.Integer, metadata=about("Who belongs to it, as far as gathered.", 1200))
    waiting = always(fields.Integer, metadata=about("People whose message has not left.", 800))
    left_out = always(fields.Integer, metadata=about("People who get none.", 30))
    done = always(fields.Integer, metadata=about("People whose message left, or is over.", 370))
    counts = always(
        fields.Dict,
        keys=fields.String(),
        values=fields.Integer(),
        metadata=about("The same by `waiting`, `left_out` and the states of messages.", {"delivered": 350}),
    )
    reasons = always(
        fields.Dict,
        keys=fields.String(),
        values=fields.Integer(),
        metadata=about("Why people are left out.", {"no_consent": 25}),
    )
    created_at = always(Instant, metadata=about("When it was drafted.", WHEN))
    send_at = maybe(Instant, metadata=about("When it is to begin.", WHEN))
    started_at = maybe(Instant, metadata=about("When it began.", WHEN))
    ends_at = maybe(Instant, metadata=about("When its last message leaves, about.", WHEN))
    ended_at = maybe(Instant, metadata=about("When it was over.", WHEN))


class CampaignListSchema(PageSchema):
    items = always(fields.Nested, CampaignSchema(many=True), metadata=about("The newest first."))
