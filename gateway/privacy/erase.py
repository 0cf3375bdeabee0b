"""A person's data go (GDPR art. 17): all of it but the sealed objection, and who erased it.

What is kept names nobody: the objection and the audit rows hold a keyed digest of the number (and the
audit its first and last digits), so that a person who said no stays left alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from gateway import audit
from gateway.contacts.imports import traces as import_traces
from gateway.errors import Conflict
from gateway.messages import batches, outbox, search
from gateway.messages.lifecycle import WAITING, State
from gateway.privacy import (
    alert_traces,
    appointment_traces,
    campaign_traces,
    code_traces,
    deliveries,
    link_traces,
    spellings,
    survey_traces,
    traces,
)
from gateway.store import database, wiping
from gateway.store.models import (
    Appointment,
    AutomationEvent,
    AutomationRun,
    Call,
    CampaignPerson,
    CodeSend,
    ConcatReference,
    Consent,
    Contact,
    Conversation,
    ConversationNote,
    Inbound,
    KeywordJoin,
    Mail,
    Message,
    ModemRequest,
    Part,
    Quarantine,
    SelfTest,
    StatusReport,
    SurveyPerson,
    Verification,
)
from gateway.store.terms import fn

BATCH = 20  # messages a transaction, with their parts, steps and reports
SCOURED = 100  # steps in which the index of words is written anew at once; the rest goes in the night
LOOKED_THROUGH = 2000  # messages of others a look, for the number in their metadata
HIDDEN = "…"

# table → the column in which it holds a number, besides messages and what was received
NUMBERED: tuple[tuple[type[Any], Any], ...] = (
    (StatusReport, StatusReport.recipient),
    (Call, Call.number),
    (SelfTest, SelfTest.number),
    (ConcatReference, ConcatReference.recipient),
    (Consent, Consent.number),
    (Contact, Contact.number),
    (ConversationNote, ConversationNote.number),
    (CampaignPerson, CampaignPerson.number),
    (CodeSend, CodeSend.number),
    (SurveyPerson, SurveyPerson.number),
    (Verification, Verification.number),
    (Mail, Mail.number),
    (KeywordJoin, KeywordJoin.number),
    (Appointment, Appointment.number),
    (AutomationRun, AutomationRun.number),
    (AutomationEvent, AutomationEvent.number),
)
KINDS: dict[str, Any] = {
    "messages": Message.recipient,
    "inbound": Inbound.sender,
    "calls": Call.number,
    "consents": Consent.number,
    "contact": Contact.number,
}


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows of each kind there were; `pending`: the database's log still holds them until the night,
    because somebody was reading it all the time, or the index of words, because it is large."""

    rows: dict[str, int]
    pending: bool


def kept(number: str, country: str) -> dict[str, int]:
    """How many rows of each kind are kept about a number."""
    names = spellings.of(number, country)
    return {kind: column.model.select().where(column.in_(names)).count() for kind, column in KINDS.items()}


def erase(
    number: str, country: str, by: str, now: datetime, sleep: Callable[[float], None] = time.sleep
) -> Erased:
    """Cancel what waits and delete everything, a little at a time.

    Raises NotFound where nothing is kept; Conflict `erase_later` while a part is with a modem, or may have
    left and nobody knows, and `erase_import_runs` while a file that names them is taken in: then nothing was
    deleted.  When one is caught on its way after the deletion has
    begun, the same call later goes on where this one stopped.
    """
    rows = kept(number, country)
    if not any(rows.values()) and not _is_known(spellings.of(number, country)):
        raise spellings.unknown(number)
    for _ in steps(number, country, by, now):
        sleep(outbox.PAUSE)
    for _ in _hide_in_metadata(spellings.of(number, country)):
        sleep(outbox.PAUSE)
    for _ in deliveries.empty(spellings.of(number, country), now):
        sleep(outbox.PAUSE)
    for _ in islice(search.scour(), SCOURED):
        sleep(outbox.PAUSE)
    scoured = search.is_scoured()
    return Erased(rows, pending=not wiping.cut_log() or not scoured)


def steps(number: str, country: str, by: str, now: datetime) -> Iterator[None]:
    """Each step is one short transaction; whoever drives it lets others write in between."""
    names = spellings.of(number, country)
    last = Message.select(fn.MAX(Message.id)).scalar() or 0  # what comes meanwhile is new
    last_inbound = Inbound.select(fn.MAX(Inbound.id)).scalar() or 0
    _refuse_on_its_way(names)
    if (tail := spellings.tail(number)) and batches.is_writing_to(tail):
        raise Conflict("erase_later")
    import_traces.refuse_running(spellings.tail(number))
    campaign_traces.refuse_gathering(spellings.tail(number))
    survey_traces.refuse_gathering(spellings.tail(number))
    yield from import_traces.forget(spellings.tail(number), by, now)
    yield from _cancel(names, last, by, now)
    yield from _delete_messages(names, last)
    yield from _delete_inbound(names, last_inbound)
    with database.transaction():
        _delete_the_rest(number, names)
        traces.leave(now)
        audit.write(by, "person_erased", now, number)
    yield


def _cancel(names: Sequence[str], last: int, by: str, now: datetime) -> Iterator[None]:
    theirs = Message.select(Message.uid).where(Message.recipient.in_(names), Message.id <= last)
    waiting = theirs.where(Message.state.in_(WAITING))
    while uids := [message.uid for message in waiting.limit(BATCH)]:
        with database.transaction():
            _refuse_on_its_way(names)
            for uid in uids:
                outbox.cancel(uid, by, now)
        yield


def _delete_messages(names: Sequence[str], last: int) -> Iterator[None]:
    theirs = Message.select(Message.id).where(Message.recipient.in_(names), Message.id <= last)
    while ids := [message.id for message in theirs.limit(BATCH)]:
        with database.transaction():
            _refuse_on_its_way(names)
            search.forget(Message, ids)
            Message.delete().where(Message.id.in_(ids)).execute()
        yield


def _delete_inbound(names: Sequence[str], last: int) -> Iterator[None]:
    theirs = Inbound.select(Inbound.id).where(Inbound.sender.in_(names), Inbound.id <= last)
    while ids := [message.id for message in theirs.limit(BATCH)]:
        with database.transaction():
            search.forget(Inbound, ids)
            Inbound.delete().where(Inbound.id.in_(ids)).execute()
        yield


def _delete_the_rest(number: str, names: Sequence[str]) -> None:
    appointment_traces.forget(names)
    link_traces.forget(names)
    for table, column in NUMBERED:
        table.delete().where(column.in_(names)).execute()
    campaign_traces.forget(spellings.tail(number))
    survey_traces.forget(spellings.tail(number))
    alert_traces.forget(names)
    code_traces.forget(names)
    if not _has_news(names):
        Conversation.delete().where(Conversation.number.in_(names)).execute()
    if tail := spellings.tail(number):
        asked = ModemRequest.argument.contains(tail) | ModemRequest.answer.contains(tail)
        ModemRequest.delete().where(asked).execute()
    ids = [row.id for row in Quarantine.select() if spellings.in_tpdu(number, row.tpdu)]
    Quarantine.delete().where(Quarantine.id.in_(ids)).execute()


def _hide_in_metadata(names: Sequence[str]) -> Iterator[None]:
    """A program may have written the number into the metadata of a message to somebody else."""
    last = Message.select(fn.MAX(Message.id)).scalar() or 0
    told = sorted((name for name in names if spellings.tail(name)), key=len, reverse=True)
    for first in range(0, last if told else 0, LOOKED_THROUGH):
        here = Message.id.between(first + 1, first + LOOKED_THROUGH)
        rows = Message.select(Message.id, Message.metadata).where(here, Message.metadata != {})
        for row in [row for row in rows if any(name in str(row.metadata) for name in told)]:
            with database.transaction():
                Message.update(metadata=_hidden(row.metadata, told)).where(Message.id == row.id).execute()
        yield


def _hidden(metadata: dict[str, Any], names: Sequence[str]) -> dict[str, str]:
    """`names`: the longest first, for the short ones lie within them."""

    def hide(text: str) -> str:
        for name in names:
            text = text.replace(name, HIDDEN)
        return text

    return {hide(name): hide(str(value)) for name, value in metadata.items()}


def _refuse_on_its_way(names: Sequence[str]) -> None:
    flying = (
        Part.select()
        .join(Message)
        .where(
            Message.recipient.in_(names),
            (Message.state == State.SENDING) | Part.state.in_([State.SENDING, State.UNCERTAIN]),
        )
    )
    if flying.exists():
        raise Conflict("erase_later")


def _is_known(names: Sequence[str]) -> bool:
    """Something is kept in another table, even if only a word in the list of conversations, a place on an
    alert route or among those who are told of alarms, or a line of an import."""
    columns = (Conversation.number, *(column for _, column in NUMBERED))
    if any(column.model.select().where(column.in_(names)).exists() for column in columns):
        return True
    told = alert_traces.told_of_alarms(names) or alert_traces.routes(names)
    return bool(told or code_traces.barred(names) or import_traces.kept(spellings.tail(names[0])))


def _has_news(names: Sequence[str]) -> bool:
    """Something was said while the rest was deleted."""
    sent = Message.select().where(Message.recipient.in_(names)).exists()
    return bool(sent or Inbound.select().where(Inbound.sender.in_(names)).exists())
