"""POST /api/v1/messages: one message, or many.

body ──▶ the key's category, modems, limits ──▶ outbox ──▶ ring ──▶ wait, where asked ──▶ answer
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from flask import Response, g, jsonify, url_for

from gateway.access import allowances
from gateway.errors import GatewayError, Invalid
from gateway.features.webhooks import permits, targets
from gateway.features.webhooks.deliveries import STANDARD
from gateway.messages import outbox, templating
from gateway.messages.drafts import Callback, Draft
from gateway.store import database
from gateway.store.models import Message
from web import callers
from web.api import waiting
from web.api.auth import needs
from web.api.framework import refuses
from web.api.inputs import NewMessageHeadersSchema, NewMessageSchema, WaitSchema
from web.api.messages import ring
from web.api.messages import section as section
from web.api.outputs import MESSAGE, Cards
from web.office import office
from web.problems import fault_of, language, spoken
from web.turns import Turns

ONE_OR_SEVERAL = {
    "oneOf": [{"$ref": "#/components/schemas/Message"}, {"$ref": "#/components/schemas/Several"}]
}
LOCATION = {
    "Location": {"description": "Where the message is (one recipient).", "schema": {"type": "string"}}
}
TURNED = ("validity_s", "category", "callback_url")  # fields that become something else in a draft

TURNS = Turns()

Variables = dict[str, str]
Outcome = Message | GatewayError


@section.route("/messages", methods=["POST"])
@needs("send")
@section.doc(operationId="sendMessage")
@section.arguments(NewMessageHeadersSchema(), location="headers")
@section.arguments(WaitSchema(), location="query")
@section.arguments(NewMessageSchema())
@section.response(202, ONE_OR_SEVERAL, headers=LOCATION, description="Accepted, and written down")
@refuses(400, 409, 413, 415, 429)
def send(headers: dict[str, Any], query: dict[str, int], body: dict[str, Any]) -> Response:
    """Send a text to one recipient, or to each of up to 1,000.

    With one recipient in `to` the answer is the message. With a list, or with `recipients`, it is
    `{"messages": [...]}` in the same order, and the entry of a bad recipient is `{"to", "error"}`: it does
    not spoil the others. Only a single message can be waited for.
    """
    to, recipients = body.pop("to", None), body.pop("recipients", None)
    key, wait = headers.get("idempotency_key"), query["wait"]
    if isinstance(to, str):
        return _accepted(_send_one(draft(body, to, key)), wait)
    if wait:
        raise Invalid("wait_for_one", field="wait")
    return _send_several(body, recipients or [(number, None) for number in to], key)


def draft(body: dict[str, Any], to: str, reference: str | None) -> Draft:
    """What a call asks for, towards one recipient; raises Forbidden for what its key may not use."""
    allowances.check_modem(g.api_key, body["modem"], office().config.modem_names)
    seconds = body["validity_s"]
    rest = {name: value for name, value in body.items() if name not in TURNED}
    validity = None if seconds is None else timedelta(seconds=seconds)
    category = allowances.category(g.api_key, body["category"])
    callback = _callback(body.get("callback_url"))
    return Draft(to=to, category=category, validity=validity, client_ref=reference, callback=callback, **rest)


def _callback(url: str | None) -> Callback | None:
    """Where the caller wants to hear of it; raises Invalid on `callback_url`."""
    if url is None:
        return None
    targets.check(url, permits.read(), "callback_url")
    return Callback(url, STANDARD, g.api_key.id)


# ---- one -----------------------------------------------------------------------------------------


def _send_one(asked: Draft) -> Message:
    """What it uses up of the key and the message are one transaction: a refusal uses up nothing."""
    here, who, key = office(), callers.of_key(g.api_key), g.api_key
    now = here.clock.now()

    def work() -> Message:
        if not outbox.known(who.source, [asked.client_ref] if asked.client_ref else []):
            allowances.take(key, 1, now, here.config.appliance.timezone)
        return outbox.submit(asked, who, now)

    message = TURNS.take(work)
    ring()
    return message


def _accepted(message: Message, wait: int) -> Response:
    response = jsonify(MESSAGE.dump(waiting.until_final(message, wait)))
    response.headers["Location"] = url_for("messages.detail", uid=message.uid)
    response.status_code = 202
    return response


# ---- several -------------------------------------------------------------------------------------


def _send_several(
    body: dict[str, Any], recipients: Sequence[tuple[str, Variables | None]], key: str | None
) -> Response:
    drafts = list(_drafts(body, recipients, key))
    outcomes = _submitted(drafts)
    _refuse_what_is_wrong_for_all(outcomes)
    ring()
    cards, reader = Cards(), language()
    entries = [
        {"to": to, "error": spoken(fault_of(outcome), reader)}
        if isinstance(outcome, GatewayError)
        else cards.of(outcome)
        for (to, _), outcome in zip(recipients, outcomes, strict=True)
    ]
    response = jsonify({"messages": entries})
    response.status_code = 202
    return response


def _drafts(
    body: dict[str, Any], recipients: Sequence[tuple[str, Variables | None]], key: str | None
) -> Iterator[Draft | Invalid]:
    """One each, with its gaps filled; Invalid where a variable is missing."""
    usual = draft(body, "", None)
    for index, (to, variables) in enumerate(recipients):
        try:
            text = usual.text if variables is None else _filled(usual.text, variables)
        except Invalid as error:
            if error.field == "text":
                raise
            yield error
            continue
        yield usual.towards(to, text, key and f"{key}:{index}")


def _filled(text: str, variables: Variables) -> str:
    """Raises Invalid on `variables` for a gap without value, on `text` for a brace that names nothing."""
    known = {templating.fold(name): value for name, value in variables.items()}
    filled = templating.fill(text, known)
    if filled.missing:
        raise Invalid("variable_missing", field="variables", value=", ".join(filled.missing))
    return filled.text


def _submitted(drafts: Sequence[Draft | Invalid]) -> list[Outcome]:
    """The outcome of each; only what became a message is used up of the key."""
    here, who = office(), callers.of_key(g.api_key)
    now, zone = here.clock.now(), here.config.appliance.timezone
    asked = [one for one in drafts if isinstance(one, Draft)]
    fresh = len(asked) - len(outbox.known(who.source, [one.client_ref for one in asked if one.client_ref]))
    allowances.take(g.api_key, fresh, now, zone)
    unused = fresh
    try:
        found = iter(outbox.submit_many(asked, who, now))
        outcomes: list[Outcome] = [next(found) if isinstance(one, Draft) else one for one in drafts]
        failed = sum(isinstance(one, GatewayError) for one in outcomes) - (len(drafts) - len(asked))
        unused = min(failed, fresh)
    finally:
        with suppress(database.Trouble):
            allowances.give_back(g.api_key, unused, now, zone)
    return outcomes


def _refuse_what_is_wrong_for_all(outcomes: Sequence[Outcome]) -> None:
    """A wrong text or hour spoils every entry: it is answered once, as a problem."""
    errors = [outcome for outcome in outcomes if isinstance(outcome, GatewayError)]
    shared = [error for error in errors if error.field not in ("to", "variables")]
    if shared and len(errors) == len(outcomes):
        raise shared[0]
