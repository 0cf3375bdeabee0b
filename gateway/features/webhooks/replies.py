"""A program may answer a received message with what is to be said to whoever wrote: TwiML, or plain text."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.access import allowances
from gateway.errors import Forbidden, GatewayError
from gateway.features.api import House
from gateway.features.webhooks import permits, targets, twilio, twiml
from gateway.features.webhooks.deliveries import TWILIO
from gateway.features.webhooks.events import RECEIVED
from gateway.features.webhooks.posts import Outcome
from gateway.features.webhooks.twiml import Asked
from gateway.messages import outbox
from gateway.messages.drafts import Callback, Draft
from gateway.store import database
from gateway.store.models import ApiKey, Delivery, Inbound, Message

log = logging.getLogger(__name__)

MARKUP = ("text/xml", "application/xml")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something of the answer was not done: a code, and which one with what."""

    code: str
    detail: str


def obey(delivery: Delivery, outcome: Outcome, house: House, now: datetime) -> Trouble | None:
    """Send what the answer asks for, in the caller's transaction; a second time it sends nothing.

    What cannot be sent is told, and spoils neither the others nor the delivery.
    """
    if delivery.style != TWILIO or delivery.event != RECEIVED or delivery.key is None:
        return None
    inbound = Inbound.get_or_none(Inbound.uid == delivery.subject)
    if inbound is None:
        return None  # erased meanwhile
    try:
        asked = _asked(outcome)
    except twiml.Bad:
        return Trouble("answer_bad", outcome.answer.decode(errors="replace"))
    wrong = [
        f"{number}. {code}"
        for number, one in enumerate(asked, 1)
        if (code := _try(one, f"{twilio.REPLY}{delivery.uid} {number}", delivery.key, inbound, house, now))
    ]
    return Trouble("reply_refused", "; ".join(wrong)) if wrong else None


def _asked(outcome: Outcome) -> list[Asked]:
    if outcome.kind in MARKUP and outcome.answer.strip():
        if not outcome.whole:
            raise twiml.Bad
        return twiml.read(outcome.answer)
    if outcome.kind == "text/plain" and (text := outcome.answer.decode(errors="replace").strip()):
        return [Asked(text)]
    return []


def _try(
    asked: Asked, reference: str, key: ApiKey, inbound: Inbound, house: House, now: datetime
) -> str | None:
    """The code of what forbids it."""
    try:
        with database.transaction():
            _send(asked, reference, key, inbound, house, now)
    except database.Trouble:
        raise
    except GatewayError as error:
        return error.code
    except Exception:
        log.exception("the answer to message %s could not be sent", inbound.uid)
        return "reply_refused"
    return None


def _send(asked: Asked, reference: str, key: ApiKey, inbound: Inbound, house: House, now: datetime) -> None:
    source = f"key:{key.name}"
    if Message.select().where(Message.source == source, Message.client_ref == reference).exists():
        return
    if key.revoked_at is not None:
        raise Forbidden("key_wrong")
    if not {"send", "admin"} & set(key.scopes.split()):
        raise Forbidden("scope_missing", scope="send")
    mine = allowances.modems(key, house.modems)
    draft = Draft(
        asked.to or inbound.sender,
        asked.text,
        allowances.category(key, None),
        modem=_modem(key, inbound, mine),
        client_ref=reference,
        callback=_callback(asked, key),
    )
    allowances.take(key, 1, now, house.site.timezone)
    outbox.submit(draft, replace(house.caller(source), modems=mine, bounded=bool(key.modems)), now)


def _modem(key: ApiKey, inbound: Inbound, mine: tuple[str, ...]) -> str | None:
    """A key that may use some SIMs alone answers from the one that was written to, if it is one of them."""
    if not key.modems:
        return None
    if not mine:
        raise Forbidden("modem_not_allowed", value=inbound.modem, known="")
    return inbound.modem if inbound.modem in mine else mine[0]


def _callback(asked: Asked, key: ApiKey) -> Callback | None:
    if not asked.callback:
        return None
    targets.check(asked.callback, permits.read(), "statusCallback")
    return Callback(asked.callback, TWILIO, key.id)
