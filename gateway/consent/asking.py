"""Asking somebody by message whether offers are welcome: the answer that names the word is the consent.

Source: GDPR art. 7.1: the exact question is kept beside the answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway import letters
from gateway.consent import ledger, standing
from gateway.consent.ledger import Act
from gateway.errors import Conflict
from gateway.messages import numbers, outbox
from gateway.messages.lifecycle import State
from gateway.messages.outbox import Caller, Draft
from gateway.store import database
from gateway.store.models import Consent, Message

EVERY = timedelta(days=30)
CATEGORY = "notification"


def ask(number: str, caller: Caller, now: datetime) -> Message:
    """Send the question, and write down that it was put; the caller rings.

    Raises Conflict for somebody who said no, who agreed already, or who was asked in the last thirty days;
    Invalid on the field `to` for what is no number.
    """
    with database.transaction():
        recipient = numbers.parse(number, caller.site.country)
        _may_be_asked(recipient, now)
        text = letters.text("ask", caller.site.language, caller.site)
        message = outbox.submit(Draft(recipient, text, CATEGORY), caller, now)
        if message.state == State.REJECTED:
            raise Conflict("not_allowed", state=message.state)
        ledger.ask(recipient, Act("sms", caller.source, wording=message.text, proof=message.uid), now)
    return message


def _may_be_asked(number: str, now: datetime) -> None:
    for category in ledger.CATEGORIES:
        since = standing.opposed_since(number, category)
        if since is not None:
            raise Conflict(f"opposed_{category}", since=since)
    if standing.of(number).ground is not None:
        raise Conflict("already_agreed")
    asked = Consent.select().where(Consent.number == number, Consent.event == "asked")
    last = asked.order_by(Consent.id.desc()).first()
    if last is not None and last.at > now - EVERY:
        raise Conflict("asked_lately", days=EVERY.days, at=last.at)
