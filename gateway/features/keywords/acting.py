"""What a rule does for one message, in the transaction that stores it."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from gateway.consent import asking, standing
from gateway.contacts import book, tags
from gateway.contacts.book import Entry
from gateway.errors import GatewayError
from gateway.features.keywords import replying, telling
from gateway.features.keywords.matching import Match
from gateway.messages import topics
from gateway.messages.drafts import Caller
from gateway.messages.keywords import ANSWER_WITHIN, SOURCE, open_question
from gateway.store import database
from gateway.store.models import (
    Consent,
    Contact,
    GroupMember,
    Inbound,
    KeywordJoin,
    KeywordRule,
)

log = logging.getLogger(__name__)

BY = "gateway:keywords"
AGREED, REFUSED = ("given", "confirmed"), ("opposed", "withdrawn")


def act(found: Match, message: Inbound, number: str, caller: Caller, now: datetime) -> None:
    """Count it, sort the person, ask or answer, and tell whoever wants to know."""
    rule = found.rule
    topics.note(message, topics.KEYWORD, rule.uid)
    KeywordRule.update(uses=KeywordRule.uses + 1, used_at=now).where(KeywordRule.id == rule.id).execute()
    contact = _contact(rule, number, now)
    if contact is not None and rule.tag:
        tags.stick([contact.id], [rule.tag])
    if not (rule.asks and rule.group_id) or _may_join(rule, message, number, caller, now):
        join(rule, number, now)
        replying.reply(rule, number, message.uid, caller, now)
    telling.tell(found, message, number, caller, now)


def join(rule: KeywordRule, number: str, now: datetime) -> None:
    """Into the rule's group, where there is one and the person is in the book, or may come into it."""
    contact = _contact(rule, number, now)
    if contact is not None and rule.group_id:
        row = GroupMember.insert(group=rule.group_id, contact=contact.id)
        row.on_conflict_ignore().execute()


def settle(after: int, caller: Caller, now: datetime) -> None:
    """Those who said yes since they were asked join their group; those who said no wait no more.

    `after`: the last act of consent that was looked at before.
    """
    moved = Consent.select(Consent.number).where(Consent.id > after)
    rows = KeywordJoin.select(KeywordJoin, KeywordRule).join(KeywordRule)
    for waiting in list(rows.where(KeywordJoin.number.in_(moved))):
        said = Consent.select().where(
            Consent.number == waiting.number,
            Consent.id > waiting.question,
            Consent.event.in_([*AGREED, *REFUSED]),
        )
        first = said.order_by(Consent.id).first()
        if first is not None:
            with database.transaction():
                waiting.delete_instance()
                if first.event in AGREED:
                    join(waiting.rule, waiting.number, now)
                    replying.reply(waiting.rule, waiting.number, waiting.inbound, caller, now)


def forget(now: datetime) -> None:
    """A question that was not answered in time is over."""
    KeywordJoin.delete().where(KeywordJoin.at < now - ANSWER_WITHIN).execute()


def _may_join(rule: KeywordRule, message: Inbound, number: str, caller: Caller, now: datetime) -> bool:
    """True where the person agreed to offers already; else they are asked, unless they were lately, or said
    no."""
    if standing.of(number).ground is not None:
        return standing.opposed_since(number, "marketing") is None
    try:
        with database.transaction():
            asking.ask(number, replace(caller, source=SOURCE), now)
    except GatewayError as error:
        log.info("keyword %s: nobody was asked, %s", message.uid, error.code)
    _wait(rule, message, number, now)
    return False


def _wait(rule: KeywordRule, message: Inbound, number: str, now: datetime) -> None:
    """For the answer to the question that was put, if one was."""
    question = open_question(number, now)
    if question is None:
        return
    row = {"number": number, "rule": rule.id, "question": question.id, "inbound": message.uid, "at": now}
    KeywordJoin.insert(**row).on_conflict_replace().execute()


def _contact(rule: KeywordRule, number: str, now: datetime) -> Contact | None:
    """Whoever wrote, new in the book where the rule says so: under the number, for want of a name."""
    known = book.find(number)
    return known if known or not rule.adds else book.add(number, Entry(number), BY, now)
