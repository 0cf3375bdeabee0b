"""What goes in: each field with its meaning, its bounds and an example; unknown ones are refused by name."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, ValidationError, validates_schema

from gateway.messages.lifecycle import State
from gateway.messages.outbox import LONGEST_VALIDITY, SHORTEST_VALIDITY
from gateway.policy.categories import CATEGORIES
from web.api.fields import (
    WHEN,
    Addressed,
    Flag,
    Instant,
    OneWord,
    Pairs,
    QueryInstant,
    QueryNumber,
    Recipients,
    Shape,
    ShortText,
    Text,
    Whole,
    Words,
    about,
)
from web.problems import Fault

RECIPIENTS_PER_CALL = 1000
LONGEST_CURSOR = 18  # digits
LONGEST_SOURCE = 60  # characters, as the ledger's column
LONGEST_PIECE = 200
VARIABLES = 20  # of one recipient
LONGEST_VARIABLE = 500  # characters
LONGEST_WAIT = 60  # seconds
LONGEST_KEY = 190  # characters; an entry's number in a list is added to it


class Strict(Shape):
    """An input: a field it does not know is refused by name."""

    error_messages = {
        "unknown": "unknown_field",
        "type": Fault("wrong_type", facts={"problem": "object"}),  # type: ignore[dict-item]
    }

    class Meta:
        unknown = RAISE


class LetterSchema(Strict):
    """What is said, to whom, and how."""

    to = Recipients(
        required=True,
        limit=RECIPIENTS_PER_CALL,
        metadata=about(
            "One recipient, or a list of up to 1,000: international form, or the appliance's national form.",
            "+33639980001",
        ),
    )
    text = Text(required=True, metadata=about("What is said; at most 10 parts.", "Votre code est 4821"))
    category = OneWord(
        CATEGORIES,
        "category_unknown",
        load_default=lambda: None,  # the key's: the document has no value for it
        metadata=about(
            "Decides turn, hours and retries: `otp` overtakes all and is given up when late, `alert` and "
            "`notification` leave at any hour, `marketing` only in the hours of the day. Absent: the key's, "
            "which is `notification` unless somebody chose another.",
            "notification",
        ),
    )
    send_at = Instant(
        load_default=None,
        allow_none=True,
        metadata=about("Not before this instant: RFC 3339 with an offset. Absent or null: at once.", WHEN),
    )
    validity_s = Whole(
        load_default=None,
        allow_none=True,
        strict=True,
        least=int(SHORTEST_VALIDITY.total_seconds()),
        most=int(LONGEST_VALIDITY.total_seconds()),
        code="validity_out_of_range",
        metadata=about("Seconds in which it is worth sending. Absent or null: the category's.", 3600),
    )
    modem = Text(
        load_default=None,
        allow_none=True,
        metadata=about("The modem that must carry it, by its name. Absent or null: any.", "sim1"),
    )
    smart_encoding = Flag(
        load_default=False,
        metadata=about(
            "true: characters that would make the message dearer are replaced by their nearest cheap "
            "spelling; the answer's `text` is what leaves and `typed` what was asked for.",
            True,
        ),
    )
    metadata = Pairs(
        load_default=dict,
        limit=20,
        longest=500,
        metadata=about("Up to 20 pairs of strings, kept with the message and given back.", {"order": "A-17"}),
    )


class NewMessageSchema(LetterSchema):
    """The same; or each recipient with variables of their own."""

    to = Recipients(
        limit=RECIPIENTS_PER_CALL,
        metadata=about(
            "One recipient, or a list of up to 1,000: international form, or the appliance's national form. "
            "Either this or `recipients`.",
            "+33639980001",
            **{"x-usual": True},
        ),
    )
    callback_url = Text(
        load_default=None,
        allow_none=True,
        metadata=about(
            "Where you are told each new state of this message, as a webhook is; signed with the secret of "
            "`GET /callback-secret`. Absent or null: nowhere.",
            "http://192.168.1.20:8080/hook",
        ),
    )
    recipients = Addressed(
        limit=RECIPIENTS_PER_CALL,
        pairs=VARIABLES,
        longest=LONGEST_VARIABLE,
        metadata=about(
            "Instead of `to`: up to 1,000 recipients with `variables` of their own, which stand in the gaps "
            "of the text: `{first}`, or `{first|dear customer}` for whoever has none; a brace that is meant "
            "is written `{{`.",
            [{"to": "+33639980001", "variables": {"first": "Zoé"}}],
        ),
    )

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _says_to_whom_once(self, data: Any, given: Any, **_: Any) -> None:
        named = [name for name in ("to", "recipients") if isinstance(given, dict) and name in given]
        if not named:
            raise ValidationError({"to": [Fault("field_missing")]})
        if len(named) > 1:
            raise ValidationError({"recipients": [Fault("recipients_twice")]})


class WaitSchema(Strict):
    wait = Whole(
        load_default=0,
        least=0,
        most=LONGEST_WAIT,
        metadata=about(
            "Seconds to wait for a final state, at most 60: the answer comes as soon as there is one, or "
            "when the time is over. A few calls may wait at once; one too many is answered as things are.",
            30,
        ),
    )


class NewMessageHeadersSchema(Shape):
    idempotency_key = ShortText(
        data_key="Idempotency-Key",
        most=LONGEST_KEY,
        code="key_too_long",
        metadata=about(
            "A name of your own for this call. The same name with the same content gives the first answer "
            "and sends nothing; with other content it is refused.",
            "order-A-17-shipped",
        ),
    )


class PreviewRequestSchema(Strict):
    text = Text(required=True, metadata=about("The text to measure.", "Bonjour, l’atelier est ouvert"))
    smart_encoding = Flag(load_default=False, metadata=about("Measure what would leave with it.", False))


class PagingSchema(Strict):
    cursor = ShortText(
        most=LONGEST_CURSOR, code="cursor_unknown", metadata=about("The `next` of the page before.")
    )
    limit = Whole(load_default=50, least=1, most=500, metadata=about("Entries a page.", 50))


class MessagesQuerySchema(PagingSchema):
    state = Words(
        tuple(State),
        "state_unknown",
        metadata=about("Only these states; repeat it, or join them by commas.", ["queued", "held"]),
    )
    to = QueryNumber(metadata=about("Only this recipient.", "+33639980001"))
    category = OneWord(CATEGORIES, "category_unknown", metadata=about("Only this category.", "otp"))
    source = ShortText(
        most=LONGEST_SOURCE,
        code="text_long",
        metadata=about("Only what this one wrote: `key:NAME`, `page:NAME`, `cli:NAME`.", "key:shop"),
    )
    modem = ShortText(
        most=LONGEST_SOURCE, code="text_long", metadata=about("Only what this modem carries.", "sim1")
    )
    text = ShortText(
        most=LONGEST_PIECE, code="text_long", metadata=about("Only with this piece of text.", "commande")
    )
    since = QueryInstant(metadata=about("Created at this instant or later.", WHEN))
    until = QueryInstant(metadata=about("Created before this instant.", WHEN))


class InboundQuerySchema(PagingSchema):
    sender = QueryNumber(data_key="from", metadata=about("Only from this sender.", "+33639980006"))
    since = QueryInstant(metadata=about("Received at this instant or later.", WHEN))
