"""What comes out: each field with its meaning and an example, read off rows and values as they are."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, fields

from gateway.messages.lifecycle import State
from gateway.messages.topics import KINDS
from gateway.policy.budgets import LIMITS
from gateway.policy.categories import CATEGORIES
from gateway.store.models import Message
from web.api.fields import WHEN, Instant, Shape, Text, about

STATES = tuple(State)
ALPHABETS = ("GSM-7", "UCS-2")
HOLDS = ("sim_changed", "sim_paused", "budget", None)
UID = "019aa9d3c1f27b6c8e0d4a5f9b3c2d1e"


class Answer(Shape):
    """An output.  Whoever reads it must bear fields that come later: the document leaves it open."""

    class Meta:
        unknown = EXCLUDE


def always(kind: type[fields.Field[Any]], *args: Any, **kwargs: Any) -> fields.Field[Any]:
    """A field that every answer has, never null."""
    return kind(*args, required=True, **kwargs)


def maybe(kind: type[fields.Field[Any]], *args: Any, **kwargs: Any) -> fields.Field[Any]:
    """A field that every answer has, null where there is nothing to say."""
    return kind(*args, required=True, allow_none=True, **kwargs)


class MessageSchema(Answer):
    id = always(Text, attribute="uid", metadata=about("Names the message; rises with time.", UID))
    to = always(Text, attribute="recipient", metadata=about("E.164, or a short code.", "+33639980001"))
    text = always(Text, metadata=about("What leaves, or left.", "Votre code est 4821"))
    category = always(Text, metadata=about("As asked for.", "notification", enum=list(CATEGORIES)))
    state = always(Text, metadata=about("Where it is in its life.", "queued", enum=list(STATES)))
    reason = maybe(Text, metadata=about("Why it waits or did not arrive, as a code.", "quiet_hours"))
    until = maybe(Instant, metadata=about("How long the reason lasts, where that is known.", WHEN))
    alphabet = always(Text, metadata=about("Decides how much fits a part.", "GSM-7", enum=list(ALPHABETS)))
    parts = always(fields.Integer, attribute="part_count", metadata=about("How many parts are paid for.", 1))
    created_at = always(Instant, metadata=about("When it was accepted.", WHEN))
    send_at = maybe(Instant, metadata=about("Not before this instant.", WHEN))
    expires_at = always(Instant, metadata=about("When it is given up.", WHEN))
    modem = maybe(Text, metadata=about("Who carries it, once one was chosen.", "sim1"))
    typed = maybe(Text, metadata=about("What was asked for, where a cheaper spelling leaves.", "l’atelier"))
    metadata = always(
        fields.Dict,
        keys=fields.String(),
        values=fields.String(),
        metadata=about("As given.", {"order": "A-17"}),
    )


class Cards:
    """Messages of one call as answers: what they have in common is written out once."""

    def __init__(self) -> None:
        self._shared: list[Any] | None = None
        self._card: dict[str, Any] = {}

    def of(self, message: Message) -> dict[str, Any]:
        """What `MessageSchema` makes of it."""
        shared = [*map(message.__data__.get, SHARED)]
        if shared != self._shared:
            self._shared, self._card = shared, MESSAGE.dump(message)
            return self._card
        return {**self._card, "id": message.uid, "to": message.recipient}


MESSAGE = MessageSchema()
SHARED = tuple(field.attribute or name for name, field in MESSAGE.fields.items() if name not in ("id", "to"))


class PartSchema(Answer):
    seq = always(fields.Integer, metadata=about("Counts from 1.", 1))
    state = always(Text, metadata=about("As a message's.", "sent", enum=list(STATES)))
    reference = maybe(fields.Integer, metadata=about("The network's, 0 to 255.", 17))
    attempts = always(fields.Integer, metadata=about("How often it was handed to a modem.", 1))
    reported_at = maybe(Instant, metadata=about("When the report came.", WHEN))
    report_status = maybe(fields.Integer, metadata=about("TP-ST as it came (23.040 section 9.2.3.15).", 0))
    modem = maybe(Text, metadata=about("Who carries it.", "sim1"))


class StepSchema(Answer):
    at = always(Instant, metadata=about("When.", WHEN))
    part = maybe(fields.Integer, attribute="seq", metadata=about("Which part; null: the whole message.", 1))
    event = always(Text, metadata=about("What happened, as a code.", "accept"))
    state = always(Text, metadata=about("The state after it.", "sent", enum=list(STATES)))
    reason = maybe(Text, metadata=about("Why, as a code.", "quiet_hours"))
    detail = always(Text, metadata=about("The same in words.", "The network took it."))


class WhySchema(Answer):
    code = always(Text, metadata=about("The rule that was asked.", "quiet_hours"))
    answer = always(
        Text, metadata=about("What it says now.", "hold", enum=["allow", "hold", "refuse", "wait"])
    )
    reason = maybe(Text, metadata=about("Why, as a code; null where it allows.", "quiet_hours"))
    until = maybe(Instant, metadata=about("How long, where that is known.", WHEN))
    detail = maybe(Text, metadata=about("The reason in words.", "Outside of the hours for marketing."))


class MessageDetailSchema(MessageSchema):
    parts_detail = always(fields.Nested, PartSchema(many=True), metadata=about("Each part."))
    history = always(fields.Nested, StepSchema(many=True), metadata=about("Each step, oldest first."))
    why = always(fields.Nested, WhySchema(many=True), metadata=about("Each rule's answer, now."))


class FaultSchema(Answer):
    code = always(Text, metadata=about("A word that never changes.", "bad_number"))
    field = maybe(Text, metadata=about("The input at fault.", "to"))
    detail = always(Text, metadata=about("A sentence for people.", "This number has a letter in it."))


class RefusedSchema(Answer):
    to = always(Text, metadata=about("The recipient as typed.", "+3363998OOO1"))
    error = always(fields.Nested, FaultSchema, metadata=about("Why it was not accepted."))


class SeveralSchema(Answer):
    messages = always(
        fields.List,
        fields.Raw(
            metadata={
                "oneOf": [{"$ref": "#/components/schemas/Message"}, {"$ref": "#/components/schemas/Refused"}]
            }
        ),
        metadata=about("One entry for each recipient, in the order of the call."),
    )


class PageSchema(Answer):
    next = maybe(Text, metadata=about("Give it as `cursor` for the next page; null on the last."))


class MessagePageSchema(PageSchema):
    items = always(fields.Nested, MessageSchema(many=True), metadata=about("Newest first."))


class TopicSchema(Answer):
    kind = always(
        Text, metadata=about("A survey, an appointment, or a keyword's rule.", "survey", enum=list(KINDS))
    )
    id = always(Text, metadata=about("Which one.", UID))


class InboundSchema(Answer):
    id = always(Text, attribute="uid", metadata=about("Names the received message.", UID))
    sender = always(Text, data_key="from", metadata=about("E.164, a short code or a name.", "+33639980006"))
    text = always(Text, metadata=about("What was said.", "STOP"))
    received_at = always(Instant, metadata=about("When it came in.", WHEN))
    complete = always(fields.Boolean, metadata=about("false: parts of it are still missing.", True))
    modem = always(Text, metadata=about("Who received it.", "sim1"))
    about = maybe(
        fields.Nested,
        TopicSchema(),
        metadata=about("What it answers or names, where that is known.", {"kind": "survey", "id": UID}),
    )


class InboundPageSchema(PageSchema):
    items = always(fields.Nested, InboundSchema(many=True), metadata=about("Newest first."))


class CulpritSchema(Answer):
    char = always(Text, metadata=about("The character.", "’"))
    index = always(fields.Integer, metadata=about("Where it stands, from 0.", 10))
    name = always(Text, metadata=about("Its Unicode name.", "RIGHT SINGLE QUOTATION MARK"))


class ChangeSchema(Answer):
    old = always(Text, data_key="from", metadata=about("The character.", "’"))
    new = always(Text, data_key="to", metadata=about("What would stand there instead.", "'"))
    index = always(fields.Integer, metadata=about("Where it stands, from 0.", 10))


class PreviewSchema(Answer):
    text = always(Text, metadata=about("What would leave.", "Bonjour, l’atelier est ouvert"))
    alphabet = always(Text, metadata=about("Decides how much fits a part.", "UCS-2", enum=list(ALPHABETS)))
    parts = always(fields.Integer, metadata=about("How many parts would be paid for.", 1))
    units_used = always(fields.Integer, metadata=about("Septets of GSM-7, or units of UCS-2.", 29))
    units_left = always(fields.Integer, metadata=about("How many more fit without one more part.", 41))
    per_part = always(fields.Integer, metadata=about("Units that fit one part.", 70))
    culprits = always(
        fields.Nested, CulpritSchema(many=True), metadata=about("The characters that forced UCS-2.")
    )
    suggestion = maybe(Text, metadata=about("A cheaper spelling.", "Bonjour, l'atelier est ouvert"))
    suggestion_parts = maybe(fields.Integer, metadata=about("How many parts that takes.", 1))
    changes = always(fields.Nested, ChangeSchema(many=True), metadata=about("What the suggestion replaces."))


class BudgetSchema(Answer):
    limit = always(Text, metadata=about("What is counted, of the SIM.", "day", enum=list(LIMITS)))
    used = always(fields.Integer, metadata=about("How much of it is used now.", 12))
    most = maybe(fields.Integer, metadata=about("The most; null: no limit.", 200))


class ModemSchema(Answer):
    name = always(Text, metadata=about("As configured.", "sim1"))
    state = always(Text, metadata=about("The link's state.", "ready"))
    error = maybe(Text, metadata=about("What went wrong last, as a code.", "sim_pin"))
    since = maybe(Instant, metadata=about("Since when it is in this state.", WHEN))
    hold = maybe(
        Text, metadata=about("Why its SIM may not send, though ready.", "sim_paused", enum=list(HOLDS))
    )
    hold_until = maybe(
        Instant, metadata=about("When it goes on by itself; null: when somebody says so.", WHEN)
    )
    signal_dbm = maybe(fields.Integer, metadata=about("Received strength in dBm.", -71))
    operator = always(Text, metadata=about("The network, as the modem names it.", "Orange F"))
    registration = maybe(fields.Integer, metadata=about("<stat> of +CREG: 1 home, 5 roaming.", 1))
    manufacturer = always(Text, metadata=about("As the modem says.", "huawei"))
    model = always(Text, metadata=about("As the modem says.", "E3372"))
    family = always(Text, metadata=about("The profile it is treated by.", "huawei"))
    port = always(Text, metadata=about("The device it was found on.", "/dev/ttyUSB0"))
    imei = always(Text, metadata=about("The modem's identity.", "861234567890123"))
    iccid = always(Text, metadata=about("The SIM's; only its last four digits show.", "•••••••••••••••1234"))
    number = always(Text, metadata=about("The SIM's own, where it knows it; else empty.", "+33639981234"))
    pin_tries = maybe(fields.Integer, metadata=about("PIN attempts left, where the modem tells.", 3))
    reports = always(fields.Boolean, metadata=about("false: this modem cannot give reports.", True))
    storage_used = maybe(fields.Integer, metadata=about("Messages in its fullest storage.", 0))
    storage_total = maybe(fields.Integer, metadata=about("How many fit in that storage.", 30))
    clock_offset_s = maybe(fields.Float, metadata=about("The network's clock minus ours, in seconds.", 0.4))
    sent = always(fields.Integer, metadata=about("Parts sent since the gateway started.", 12))
    received = always(fields.Integer, metadata=about("Parts received since then.", 3))
    failed = always(fields.Integer, metadata=about("Parts refused since then.", 0))
    budgets = always(
        fields.Nested,
        BudgetSchema(many=True),
        metadata=about(
            "Parts a `minute`, `hour`, `day`, `month`; different people a day and in thirty days; `ratio`: "
            "messages sent in thirty days, and how many may be, against those received."
        ),
    )


class ModemPageSchema(PageSchema):
    items = always(fields.Nested, ModemSchema(many=True), metadata=about("In the configuration's order."))


class CheckSchema(Answer):
    name = always(Text, metadata=about("What was looked at.", "gateway", enum=["web", "database", "gateway"]))
    well = always(fields.Boolean, metadata=about("Whether it is well.", True))


class HealthSchema(Answer):
    status = always(Text, metadata=about("`ok` when all is well.", "ok", enum=["ok", "failing"]))
    failing = always(fields.List, fields.String(), metadata=about("The names of what is not well.", []))
    checks = always(fields.Nested, CheckSchema(many=True), metadata=about("Everything looked at."))


class ProblemSchema(FaultSchema):
    type = always(Text, metadata=about("Where the code is explained.", "/docs#bad_number"))
    title = always(Text, metadata=about("The code as a heading.", "Bad number"))
    status = always(fields.Integer, metadata=about("The HTTP status.", 422))
    state = maybe(Text, metadata=about("The state that forbids it, on 409.", "sent"))
    errors = always(fields.Nested, FaultSchema(many=True), metadata=about("Everything that is wrong."))
