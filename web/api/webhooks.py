"""/api/v1/webhooks: the programs that are told what happens; what each was told, and again."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import fields

from gateway import wake
from gateway.features.webhooks import hooks, log, signing
from gateway.features.webhooks.deliveries import STATES
from gateway.features.webhooks.events import EVENTS, USUAL
from gateway.secret import appliance_secret
from gateway.store.models import Delivery, Webhook
from web.api.auth import needs, source
from web.api.fields import WHEN, Instant, OneWord, ShortText, Text, Texts, about
from web.api.framework import Section, refuses
from web.api.inputs import PagingSchema, Strict
from web.api.outputs import UID, Answer, PageSchema, always, maybe
from web.office import office

section = Section(
    "webhooks",
    __name__,
    url_prefix="/api/v1",
    description="Be told what happens, signed, in order, again and again for two days until you have it.",
)

URL = "http://192.168.1.20:8080/hook"


class NewWebhookSchema(Strict):
    name = Text(required=True, metadata=about("Tells it from the others.", "till"))
    url = Text(
        required=True,
        metadata=about("Where it is told: https, or http to a machine nearby. At most 500 characters.", URL),
    )
    events = Texts(
        load_default=lambda: list(USUAL),
        metadata=about(
            "What it is told: "
            + ", ".join(EVENTS)
            + ". Absent: how messages end, what comes in, who opts out. `message.received` says in `about` "
            "what it was for; `survey.answered` has `survey`, `question`, `value` as it was understood, "
            "`label`, `text`, `number` and the `message`.",
            ["message.delivered", "message.received"],
        ),
    )
    key = Text(
        load_default=None,
        allow_none=True,
        metadata=about("The name of a key: only of its messages. Absent or null: of everybody's.", "shop"),
    )


class WebhookSchema(Answer):
    id = always(Text, attribute="uid", metadata=about("Names the webhook.", UID))
    name = always(Text, metadata=about("As given.", "till"))
    url = always(Text, metadata=about("Where it is told.", URL))
    events = always(fields.List, fields.String(), metadata=about("What it is told.", ["message.delivered"]))
    key = maybe(Text, metadata=about("The key whose messages alone it hears of.", "shop"))
    created_at = always(Instant, metadata=about("When it was made.", WHEN))
    disabled_at = maybe(Instant, metadata=about("Since when it is off; null while it is on.", WHEN))


class WebhookDetailSchema(WebhookSchema):
    secret = always(
        Text,
        metadata=about("Its signatures are made with it (Standard Webhooks).", "whsec_bm90IGEgc2VjcmV0"),
    )


class WebhookPageSchema(PageSchema):
    items = always(fields.Nested, WebhookSchema(many=True), metadata=about("By name."))


class CallbackSecretSchema(Answer):
    secret = always(
        Text, metadata=about("Signs the callbacks of this key's messages.", "whsec_bm90IGEgc2VjcmV0")
    )


class DeliverySchema(Answer):
    id = always(Text, attribute="uid", metadata=about("The `webhook-id` of every try.", UID))
    webhook = maybe(Text, metadata=about("The webhook's id; null for a message's own callback.", UID))
    event = always(Text, metadata=about("What is told.", "message.delivered"))
    style = always(Text, metadata=about("How it is said.", "standard", enum=["standard", "twilio"]))
    url = always(Text, metadata=about("Where.", URL))
    state = always(Text, metadata=about("Whether it has arrived.", "done", enum=list(STATES)))
    attempts = always(fields.Integer, metadata=about("How often it was tried.", 1))
    next_at = maybe(Instant, metadata=about("Not before this instant again.", WHEN))
    status = maybe(fields.Integer, metadata=about("HTTP's, of the last answer.", 200))
    answer = always(Text, metadata=about("Its beginning.", "ok"))
    error = maybe(Text, metadata=about("What went wrong last, as a code.", "unreachable"))
    payload = always(Text, metadata=about("What is said, as it is sent; a form as JSON.", "{}"))
    created_at = always(Instant, metadata=about("Since when it is on its way.", WHEN))
    answered_at = maybe(Instant, metadata=about("When it arrived, or was given up.", WHEN))


class DeliveryPageSchema(PageSchema):
    items = always(fields.Nested, DeliverySchema(many=True), metadata=about("Newest first."))


class DeliveriesQuerySchema(PagingSchema):
    webhook = ShortText(most=32, code="text_long", metadata=about("Only of the webhook with this id."))
    state = OneWord(STATES, "state_unknown", metadata=about("Only these.", "given_up"))


class ReplaySchema(Strict):
    webhook = Text(
        load_default=None,
        allow_none=True,
        metadata=about("The webhook's id. Absent or null: every webhook that is on, and callbacks.", UID),
    )


class ReplayedSchema(Answer):
    count = always(fields.Integer, metadata=about("How many are on their way again.", 3))


@section.route("/webhooks")
@needs("admin")
@section.doc(operationId="listWebhooks")
@section.response(200, WebhookPageSchema())
def find() -> dict[str, Any]:
    """List the webhooks by name."""
    return {"items": [_shown(one) for one in hooks.everything()], "next": None}


@section.route("/webhooks", methods=["POST"])
@needs("admin")
@section.doc(operationId="addWebhook")
@section.arguments(NewWebhookSchema())
@section.response(201, WebhookDetailSchema())
@refuses(400, 409, 413, 415)
def add(body: dict[str, Any]) -> dict[str, Any]:
    """Have a program told what happens from now on."""
    here = office()
    made = hooks.add(
        body["name"], body["url"], body["events"], source(), here.clock.now(), here.ids, body["key"]
    )
    return _in_full(made)


@section.route("/callback-secret")
@needs("send")
@section.doc(operationId="getCallbackSecret")
@section.response(200, CallbackSecretSchema())
def callback_secret() -> dict[str, str]:
    """See the secret that signs what is told to the `callback_url` of this key's messages."""
    return {"secret": signing.of_key(g.api_key, _appliance())}


@section.route("/webhook-deliveries")
@needs("admin")
@section.doc(operationId="listDeliveries")
@section.arguments(DeliveriesQuerySchema(), location="query")
@section.response(200, DeliveryPageSchema())
@refuses(404)
def deliveries(query: dict[str, Any]) -> dict[str, Any]:
    """List what programs were told, newest first, callbacks too."""
    webhook = hooks.get(query["webhook"]) if query.get("webhook") else None
    found = log.page(webhook, query.get("state", ""), query.get("cursor"), query["limit"])
    return {"items": [_delivery(one) for one in found.items], "next": found.next}


@section.route("/webhook-deliveries/replay", methods=["POST"])
@needs("admin")
@section.doc(operationId="replayGivenUp")
@section.arguments(ReplaySchema())
@section.response(200, ReplayedSchema())
@refuses(400, 404, 409, 413, 415)
def replay_given_up(body: dict[str, Any]) -> dict[str, int]:
    """Send again all that was given up, in its order; each keeps its id, so that a program knows it."""
    webhook = hooks.get(body["webhook"]) if body["webhook"] else None
    count = log.replay_given_up(webhook, source(), office().clock.now())
    _ring()
    return {"count": count}


@section.route("/webhook-deliveries/<uid>/replay", methods=["POST"])
@needs("admin")
@section.doc(operationId="replayDelivery")
@section.response(200, DeliverySchema())
@refuses(404, 409)
def replay(uid: str) -> dict[str, Any]:
    """Send one again, whether it had arrived or not; 409 for one that waits, or says nothing any more."""
    again = log.replay(uid, source(), office().clock.now())
    _ring()
    return _delivery(again)


@section.route("/webhooks/<uid>")
@needs("admin")
@section.doc(operationId="getWebhook")
@section.response(200, WebhookDetailSchema())
@refuses(404)
def detail(uid: str) -> dict[str, Any]:
    """Look at one webhook, and its secret."""
    return _in_full(hooks.get(uid))


@section.route("/webhooks/<uid>", methods=["PUT"])
@needs("admin")
@section.doc(operationId="changeWebhook")
@section.arguments(NewWebhookSchema())
@section.response(200, WebhookDetailSchema())
@refuses(400, 404, 409, 413, 415)
def change(body: dict[str, Any], uid: str) -> dict[str, Any]:
    """Give it another name, address, events or key; what waits goes to the new address."""
    now = office().clock.now()
    return _in_full(hooks.change(uid, body["name"], body["url"], body["events"], source(), now, body["key"]))


@section.route("/webhooks/<uid>", methods=["DELETE"])
@needs("admin")
@section.doc(operationId="removeWebhook")
@section.response(200, WebhookSchema(), description="Removed; this is what stood there")
@refuses(404)
def remove(uid: str) -> dict[str, Any]:
    """Remove it, with what waits for it and its log."""
    return _shown(hooks.remove(uid, source(), office().clock.now()))


@section.route("/webhooks/<uid>/enable", methods=["POST"])
@needs("admin")
@section.doc(operationId="enableWebhook")
@section.response(200, WebhookSchema())
@refuses(404)
def enable(uid: str) -> dict[str, Any]:
    """Switch it on: it is told what happens from now on."""
    return _shown(hooks.enable(uid, source(), office().clock.now()))


@section.route("/webhooks/<uid>/disable", methods=["POST"])
@needs("admin")
@section.doc(operationId="disableWebhook")
@section.response(200, WebhookSchema())
@refuses(404)
def disable(uid: str) -> dict[str, Any]:
    """Switch it off; what waits for it is given up, and can be replayed once it is on."""
    return _shown(hooks.disable(uid, source(), office().clock.now()))


@section.route("/webhooks/<uid>/roll", methods=["POST"])
@needs("admin")
@section.doc(operationId="rollWebhookSecret")
@section.response(200, WebhookDetailSchema())
@refuses(404)
def roll(uid: str) -> dict[str, Any]:
    """Give it a new secret, at once; what waits is signed with the new one."""
    return _in_full(hooks.roll(uid, source(), office().clock.now()))


@section.route("/webhooks/<uid>/test", methods=["POST"])
@needs("admin")
@section.doc(operationId="testWebhook")
@section.response(202, DeliverySchema(), description="On its way; look at the delivery")
@refuses(404, 409)
def try_out(uid: str) -> dict[str, Any]:
    """Tell it `webhook.test`; 409 where it is off."""
    here = office()
    sent = hooks.try_out(uid, here.config.appliance, here.clock.now(), here.ids)
    _ring()
    return _delivery(sent)


def _ring() -> None:
    wake.ring(office().config.appliance.runtime_dir)


def _appliance() -> bytes:
    here = office()
    return appliance_secret(here.config.appliance.data_dir, here.ids)


def _shown(webhook: Webhook) -> dict[str, Any]:
    key = webhook.key.name if webhook.key else None
    return {**webhook.__data__, "events": webhook.events["events"], "key": key}


def _in_full(webhook: Webhook) -> dict[str, Any]:
    return {**_shown(webhook), "secret": hooks.secret(webhook, _appliance())}


def _delivery(one: Delivery) -> dict[str, Any]:
    return {**one.__data__, "webhook": one.webhook.uid if one.webhook else None}
