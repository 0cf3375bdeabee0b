"""Received messages that may be a STOP: a person says whether they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gateway import audit
from gateway.consent import ledger
from gateway.consent.ledger import Act
from gateway.errors import Conflict, NotFound
from gateway.messages import keywords
from gateway.messages.outbox import Caller
from gateway.store import database
from gateway.store.models import Inbound

MOST = 200


def waiting() -> Sequence[Inbound]:
    """What nobody has answered for yet, the newest first."""
    return list(Inbound.select().where(Inbound.asks == keywords.ASKS).order_by(Inbound.id.desc()).limit(MOST))


def count() -> int:
    """How many `waiting` would find."""
    return int(Inbound.select().where(Inbound.asks.is_null(False)).limit(MOST).count())


def it_is(uid: str, caller: Caller, now: datetime) -> None:
    """It is a STOP: no more marketing for that person, who is told so; the caller rings."""
    with database.transaction():
        message = _settle(uid)
        number = keywords.number_of(message.sender, caller.site.country) or message.sender
        act = Act("sms", caller.source, wording=message.text[: ledger.LONGEST], proof=uid)
        keywords.stop(number, keywords.OFFERED, act, caller, now, uid)
        audit.write(caller.source, "doubt_stop", now, number=number, inbound=uid)


def it_is_not(uid: str, caller: Caller, now: datetime) -> None:
    """It was about something else: nothing changes for that person."""
    with database.transaction():
        message = _settle(uid)
        audit.write(caller.source, "doubt_no_stop", now, number=message.sender, inbound=uid)


def _settle(uid: str) -> Inbound:
    message = Inbound.get_or_none(Inbound.uid == uid)
    if message is None:
        raise NotFound("inbound_unknown", id=uid)
    if not Inbound.update(asks=None).where(Inbound.id == message.id, Inbound.asks.is_null(False)).execute():
        raise Conflict("doubt_settled")
    return message
