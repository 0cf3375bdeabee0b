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
from gateway.messages.lifecycle import FINAL, State
from gateway.privacy import appointment_traces, automation_traces, erase, spellings, survey_traces
from gateway.store import database
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
    Setting,
    StatusReport,
)
from gateway.store.terms import fn

NAME = "law.retention"
BY = "gateway:retention"
LEAST, MOST = 30, 1095  # days
ROWS = 200  # looked at a step
BATCH = 20  # messages emptied a transaction, with their history
DONE = (*FINAL, State.SENT)  # a report that has not come by then will not come

Steps = Iterator[None]


@dataclass(frozen=True, slots=True)
class Retention:
    """Days, each from LEAST to MOST."""

    texts_days: int = 365  # texts, what programs attached to them, every step of their lives, remarks
    prospects_days: int = 1095  # somebody who has not been heard of, nor written to
    audit_days: int = 1095
    calls_days: int = 365


def read() -> Retention:
    """What is chosen now."""
    found = Setting.get_or_none(Setting.name == NAME)
    chosen = found.value if found is not None else {}
    known = {field.name for field in fields(Retention)}
    return Retention(**{name: days for name, days in chosen.items() if name in known})


def choose(choice: Retention, by: str, now: datetime) -> None:
    """Remember it; raises Invalid, naming the field.  What is over a shorter limit goes tonight."""
    for name, days in asdict(choice).items():
        if not LEAST <= days <= MOST:
            raise Invalid("out_of_range", field=name, least=LEAST, most=MOST)
    with database.transaction():
        Setting.insert(name=NAME, value=asdict(choice)).on_conflict(
            conflict_target=[Setting.name], preserve=[Setting.value]
        ).execute()
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
    for table in (Contact, Consent):
        yield from _forget_prospects(table, site, now - timedelta(days=chosen.prospects_days), now)
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
    ids = [message.id for message in query.where(Message.state.in_(DONE))]
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
    while ids := [report.id for report in query.limit(ROWS)]:
        with database.transaction():
            StatusReport.delete().where(StatusReport.id.in_(ids)).execute()
        yield


def _forget_prospects(table: Any, site: Appliance, before: datetime, now: datetime) -> Steps:
    """People who have neither done anything nor been written to for so long, as by an erasure."""
    last = ""
    while numbers := _numbers_after(table, last):
        for last in numbers:
            if _is_forgotten(spellings.of(last, site.country), before):
                try:
                    yield from erase.steps(last, site.country, BY, now)
                except GatewayError:  # something is on its way after all: they are none
                    continue
        yield


def _numbers_after(table: Any, last: str) -> list[str]:
    query = table.select(table.number).distinct().where(table.number > last)
    return [row.number for row in query.order_by(table.number).limit(BATCH)]


def _is_forgotten(names: Sequence[str], before: datetime) -> bool:
    signs = (
        (Contact.number, (Contact.created_at, Contact.updated_at, Contact.last_act_at)),
        (Consent.number, (Consent.at,)),
        (Message.recipient, (Message.created_at, Message.send_at)),
        (Inbound.sender, (Inbound.received_at,)),
        (Call.number, (Call.at,)),
    )
    return not any(
        column.model.select().where(column.in_(names), instant >= before).exists()
        for column, instants in signs
        for instant in instants
    )
