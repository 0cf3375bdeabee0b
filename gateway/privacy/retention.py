"""How long each kind of row is kept: the choice of the people, and what is over it tonight.

Sources: CNIL, reference framework for the management of commercial activities (prospects: three years from
their last contact); recommendation on logging (six months to three years).  Figures outlive the texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from gateway import audit
from gateway.config import Appliance
from gateway.contacts.imports import traces as import_traces
from gateway.errors import GatewayError, Invalid
from gateway.messages import reports, search
from gateway.privacy import appointment_traces, automation_traces, erase, signs, spellings, survey_traces
from gateway.privacy.steps import ROWS, Steps, through
from gateway.store import choices, database
from gateway.store.models import (
    Audit,
    Call,
    Consent,
    Contact,
    Conversation,
    ConversationNote,
    History,
    Inbound,
    InboundPart,
    Message,
    Quarantine,
    StatusReport,
)
from gateway.store.terms import fn

NAME = "law.retention"
BY = "gateway:retention"
LEAST, MOST = 30, 1095  # days
BATCH = 20  # messages emptied a transaction, with their history


@dataclass(frozen=True, slots=True)
class Retention:
    """Days, each from LEAST to MOST."""

    texts_days: int = 365  # texts, what programs attached to them, every step of their lives, remarks
    prospects_days: int = 1095  # since somebody was heard of: `gateway.privacy.signs`
    audit_days: int = 1095
    calls_days: int = 365


def read() -> Retention:
    """What is chosen now."""
    chosen = choices.find(NAME) or {}
    known = {field.name for field in fields(Retention)}
    return Retention(**{name: days for name, days in chosen.items() if name in known})


def choose(choice: Retention, by: str, now: datetime) -> None:
    """Remember it; raises Invalid, naming the field.  What is over a shorter limit goes tonight."""
    for name, days in asdict(choice).items():
        if not LEAST <= days <= MOST:
            raise Invalid("out_of_range", field=name, least=LEAST, most=MOST)
    with database.transaction():
        choices.keep(NAME, asdict(choice))
        audit.write(by, "settings_changed", now, shown=NAME, **asdict(choice))


def purge(site: Appliance, now: datetime) -> Steps:
    """What is over its limit goes, in steps of one short transaction each: whoever drives it lets others
    have their turn in between, and may stop anywhere; the next night goes on.  Never on a clock that nobody
    vouches for."""
    chosen = read()
    old = now - timedelta(days=chosen.texts_days)
    yield from _in_rows(Message, lambda first, last: _empty_messages(first, last, old))
    yield from _in_rows(Inbound, lambda first, last: _empty_inbound(first, last, old))
    yield from _empty_conversations(old)
    yield from survey_traces.purge(old)
    yield from automation_traces.purge(old)
    yield from _oldest(Quarantine, Quarantine.received_at, old)
    yield from _oldest(ConversationNote, ConversationNote.at, old)
    yield from appointment_traces.purge(old)
    yield from _oldest(Call, Call.at, now - timedelta(days=chosen.calls_days))
    yield from _oldest(Audit, Audit.at, now - timedelta(days=chosen.audit_days))
    yield from _orphans(now - reports.REMEMBERED)
    yield from import_traces.purge(now)
    long_ago = now - timedelta(days=chosen.prospects_days)
    for table, silent in _silent(long_ago):
        yield from _forget_prospects(table, silent, site, long_ago, now)
    yield from search.scour()


# ---- texts: the row stays for the figures --------------------------------------------------------


def _in_rows(table: Any, work: Callable[[int, int], Steps]) -> Steps:
    """Through a table by its ids: what lies next to each other is read at once, whatever the dates say."""
    first, last = table.select(fn.MIN(table.id), fn.MAX(table.id)).scalar(as_tuple=True)
    for begin in range(first or 0, (last or -1) + 1, ROWS):
        yield from work(begin, begin + ROWS - 1)
        yield


def _empty_messages(first: int, last: int, before: datetime) -> Steps:
    query = Message.select(Message.id).where(
        Message.id.between(first, last), Message.updated_at < before, Message.text != ""
    )
    ids = [message.id for message in query.where(Message.state.in_(signs.OVER))]
    for some in _batches(ids):
        with database.transaction():
            search.forget(Message, some)
            nothing: dict[str, Any] = {"text": "", "typed": None, "metadata": {}, "content_digest": ""}
            Message.update(nothing).where(Message.id.in_(some)).execute()
            History.delete().where(History.message.in_(some)).execute()
        yield


def _empty_inbound(first: int, last: int, before: datetime) -> Steps:
    query = Inbound.select(Inbound.id).where(
        Inbound.id.between(first, last), Inbound.received_at < before, Inbound.text != ""
    )
    for some in _batches([message.id for message in query]):
        with database.transaction():
            search.forget(Inbound, some)
            Inbound.update(text="", asks=None).where(Inbound.id.in_(some)).execute()
            InboundPart.update(text="", tpdu="").where(InboundPart.inbound.in_(some)).execute()
        yield


def _empty_conversations(before: datetime) -> Steps:
    old = Conversation.select(Conversation.number).where(
        Conversation.last_at < before, Conversation.last_text != ""
    )
    for some in _batches([talk.number for talk in old]):
        with database.transaction():
            Conversation.update(last_text="").where(Conversation.number.in_(some)).execute()
        yield


def _batches(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (ids[place : place + BATCH] for place in range(0, len(ids), BATCH))


# ---- rows that go as a whole ---------------------------------------------------------------------


def _oldest(table: Any, when: Any, before: datetime) -> Steps:
    """From the first row on, as long as there is something too old among the next few."""
    while True:
        rows = table.select(table.id, when).order_by(table.id).limit(ROWS)
        over = [row.id for row in rows if getattr(row, when.name) < before]
        if not over:
            return
        with database.transaction():
            table.delete().where(table.id.in_(over)).execute()
        yield


def _orphans(before: datetime) -> Steps:
    """Reports that no part will claim any more: their reference has come round."""
    query = StatusReport.select(StatusReport.id).where(
        StatusReport.part.is_null(), StatusReport.received_at < before
    )
    yield from through(query, lambda ids: StatusReport.delete().where(StatusReport.id.in_(ids)))


def _silent(before: datetime) -> tuple[tuple[Any, Any], ...]:
    """Where numbers stand, and which of the rows may be of somebody who is forgotten."""
    in_book = Contact.last_act_at.is_null() | (Contact.last_act_at < before)
    spoken_to = (Conversation.last_at < before) & Conversation.number.startswith("+")
    return (
        (Contact, (Contact.created_at < before) & in_book),
        (Consent, Consent.at < before),
        (Conversation, spoken_to),
    )


def _forget_prospects(table: Any, silent: Any, site: Appliance, before: datetime, now: datetime) -> Steps:
    """People who have done nothing for so long, and are not served, as by an erasure; only rows that are
    `silent` are looked at."""
    last = ""
    while numbers := _numbers_after(table, silent, last):
        for last in numbers:
            if _is_forgotten(spellings.of(last, site.country), before):
                try:
                    yield from erase.steps(last, site.country, BY, now)
                except GatewayError:  # something is on its way after all: they are none
                    continue
        yield


def _numbers_after(table: Any, silent: Any, last: str) -> list[str]:
    query = table.select(table.number).distinct().where(table.number > last, silent)
    return [row.number for row in query.order_by(table.number).limit(BATCH)]


def _is_forgotten(names: Sequence[str], before: datetime) -> bool:
    return not signs.since(names, before) and not signs.is_served(names, before)
