"""The answer of a rule: with the person's gaps filled, and never so often that two machines go on."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from gateway.contacts import audience
from gateway.errors import GatewayError
from gateway.messages import keywords, outbox, templating
from gateway.messages.drafts import Caller, Draft
from gateway.store import database
from gateway.store.models import KeywordRule, Message

log = logging.getLogger(__name__)

CATEGORY = "notification"  # the person asked for it; who wants no such messages gets none


def reply(rule: KeywordRule, number: str, uid: str, caller: Caller, now: datetime) -> None:
    """Answer the message `uid`; what cannot be sent takes back nothing of what else the rule did."""
    soon = not _said_just_now(rule, number, now)  # another word is answered at once, the same one is not
    if not rule.reply or not keywords.may_answer(number, now, soon):
        return
    try:
        with database.transaction():
            draft = Draft(number, _text(rule, number, now), CATEGORY, client_ref=_reference(rule, uid))
            outbox.submit(draft, replace(caller, source=keywords.SOURCE), now)
    except GatewayError as error:
        log.warning("message %s was not answered: %s", uid, error.code)


def _text(rule: KeywordRule, number: str, now: datetime) -> str:
    reader = audience.reader(number, now, name=number)
    if reader.name in ("", number):  # of whom nothing is known
        return templating.fill(rule.reply, templating.values("", number)).text
    return reader.reads(rule.reply).text


def _said_just_now(rule: KeywordRule, number: str, now: datetime) -> bool:
    lately = Message.select().where(
        Message.recipient == number,
        Message.source == keywords.SOURCE,
        Message.created_at > now - keywords.BETWEEN_ANSWERS,
        Message.client_ref.startswith(_reference(rule, "")),
    )
    return bool(lately.exists())


def _reference(rule: KeywordRule, uid: str) -> str:
    return f"keyword {rule.uid} {uid}"
