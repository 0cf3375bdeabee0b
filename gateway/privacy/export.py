"""Everything that is kept about one number, for that person (GDPR art. 15 and 20)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from gateway import audit
from gateway.config import Appliance
from gateway.consent import seal
from gateway.contacts.imports import traces
from gateway.messages import topics
from gateway.messages.topics import Topic
from gateway.privacy import (
    alert_traces,
    automation_traces,
    code_traces,
    deliveries,
    link_traces,
    spellings,
    survey_traces,
)
from gateway.store import database
from gateway.store.models import (
    Appointment,
    Audit,
    AutomationEvent,
    Call,
    Campaign,
    CampaignPerson,
    Consent,
    Contact,
    ContactField,
    ContactGroup,
    ContactTag,
    ContactValue,
    ConversationNote,
    Delivery,
    GroupMember,
    History,
    Inbound,
    KeywordJoin,
    KeywordRule,
    Mail,
    Message,
    Opposition,
    Part,
    StatusReport,
    Verification,
)

Entry = dict[str, Any]

MESSAGE = (
    *("recipient", "text", "typed", "category", "state", "reason", "facts", "alphabet", "modem", "source"),
    *("client_ref", "metadata", "send_at", "expires_at", "created_at", "updated_at"),
)
PART = ("seq", "state", "reason", "attempts", "modem", "sim", "reference", "sent_at", "reported_at")
STEP = ("seq", "at", "event", "state", "reason", "facts")
REPORT = ("recipient", "reference", "status", "sent_at", "discharged_at", "received_at")
INBOUND = ("sender", "text", "received_at", "sent_at", "complete", "modem", "sim")
CONTACT = ("number", "name", "timezone", "postcode", "note", "created_at", "updated_at", "last_act_at")
CONSENT = ("number", "at", "event", "ground", "purpose", "channel", "wording", "proof", "written_by")
OPPOSITION = ("category", "at", "channel", "ended_at")
CAMPAIGN = ("number", "role", "letter", "state", "reason", "code")
CALL = ("number", "at", "modem")
CODE = ("number", "state", "attempts", "sends", "created_at", "sent_at", "expires_at", "checked_at")
NOTE = ("number", "at", "written_by", "text")
DELIVERY = ("event", "url", "payload", "answer", "state", "created_at", "answered_at")
APPOINTMENT = (
    *("number", "name", "title", "place", "starts_at", "ends_at", "state"),
    "told_for",
    "answered_at",
)
MAIL = ("number", "address", "title", "text", "state", "created_at", "ended_at")
EVENT = ("name", "reference", "facts", "at")
AUDIT = ("at", "written_by", "action", "facts")


def everything(number: str, site: Appliance, by: str, now: datetime) -> Entry:
    """All of it as one object, instants in the appliance's zone; that it was given is noted in the audit log.

    Raises NotFound where nothing is kept.
    """
    names = spellings.of(number, site.country)
    found = _found(names)
    if not any(found.values()):
        raise spellings.unknown(number)
    with database.transaction():
        audit.write(by, "person_exported", now, number)
    return {"number": number, "exported_at": _plain(now, site), **_local(found, site)}


def _found(names: Sequence[str]) -> dict[str, list[Entry]]:
    digests = [seal.digest(name) for name in names]
    return {
        "contact": [_contact(row) for row in Contact.select().where(Contact.number.in_(names))],
        "consents": _rows(Consent, CONSENT, Consent.number.in_(names)),
        "oppositions": _rows(Opposition, OPPOSITION, Opposition.digest.in_(digests)),
        "messages": _messages(names),
        "inbound": _inbound(names),
        "reports_of_no_message": _rows(
            StatusReport, REPORT, StatusReport.recipient.in_(names), StatusReport.part.is_null()
        ),
        "verifications": _rows(Verification, CODE, Verification.number.in_(names)),
        "notes": _rows(ConversationNote, NOTE, ConversationNote.number.in_(names)),
        "alert_routes": [{"name": route.name} for route in alert_traces.routes(names)],
        "told_of_alarms": [{"number": name} for name in alert_traces.told_of_alarms(names)],
        "barred_from_codes": [{"number": name} for name in code_traces.barred(names)],
        "appointments": _rows(Appointment, APPOINTMENT, Appointment.number.in_(names)),
        "keywords": _keywords(names),
        "mails": _rows(Mail, MAIL, Mail.number.in_(names)),
        "import_lines": _import_lines(names[0]),
        "deliveries": _rows(Delivery, DELIVERY, deliveries.about(names)),
        "campaigns": _campaigns(names),
        "surveys": survey_traces.of(names),
        "automations": automation_traces.of(names),
        "events": _rows(AutomationEvent, EVENT, AutomationEvent.number.in_(names)),
        "calls": _rows(Call, CALL, Call.number.in_(names)),
        "audit": _rows(Audit, AUDIT, Audit.subject.in_(digests)),
    }


def _contact(row: Contact) -> Entry:
    """With the shop's own fields, tags and groups."""
    values = ContactValue.select(ContactValue, ContactField).join(ContactField)
    groups = ContactGroup.select().join(GroupMember).where(GroupMember.contact == row.id)
    return {
        **_entry(row, CONTACT),
        "fields": {one.field.name: one.value for one in values.where(ContactValue.contact == row.id)},
        "tags": [one.tag for one in ContactTag.select().where(ContactTag.contact == row.id)],
        "groups": [group.name for group in groups],
    }


def _campaigns(names: Sequence[str]) -> list[Entry]:
    """Those that this person was among."""
    rows = CampaignPerson.select(CampaignPerson, Campaign).join(Campaign)
    return [
        {"campaign": row.campaign.name, **_entry(row, CAMPAIGN), **link_traces.of(row)}
        for row in rows.where(CampaignPerson.number.in_(names)).order_by(CampaignPerson.id)
    ]


def _keywords(names: Sequence[str]) -> list[Entry]:
    """By which words they asked to join, and have not answered our question yet."""
    rows = KeywordJoin.select(KeywordJoin, KeywordRule).join(KeywordRule)
    return [
        {"number": row.number, "words": [word.spelled for word in row.rule.words], "asked_at": row.at}
        for row in rows.where(KeywordJoin.number.in_(names)).order_by(KeywordJoin.id)
    ]


def _import_lines(number: str) -> list[Entry]:
    """Lines of imported files that could not be taken in as they stood."""
    return [
        {"file": row.job.file_name, "line": row.line, "cells": row.cells}
        for row in traces.kept(spellings.tail(number))
    ]


def _messages(names: Sequence[str]) -> list[Entry]:
    """Each with its parts, their reports, and every step of its life."""
    theirs = Message.recipient.in_(names)
    reports, parts = defaultdict(list), defaultdict(list)
    told = StatusReport.select(StatusReport, Part).join(Part).join(Message).where(theirs)
    for report in told.order_by(StatusReport.id):
        if report.part is not None:
            reports[report.part.id].append(_entry(report, REPORT))
    for part in Part.select(Part, Message).join(Message).where(theirs).order_by(Part.id):
        parts[part.message.id].append({**_entry(part, PART), "reports": reports[part.id]})
    history = _by_message(History.select(History, Message).join(Message).where(theirs).order_by(History.id))
    return [
        {"id": m.uid, **_entry(m, MESSAGE), "parts": parts[m.id], "history": history[m.id]}
        for m in Message.select().where(theirs).order_by(Message.id)
    ]


def _by_message(steps: Iterable[History]) -> defaultdict[int, list[Entry]]:
    found = defaultdict(list)
    for step in steps:
        found[step.message.id].append(_entry(step, STEP))
    return found


def _inbound(names: Sequence[str]) -> list[Entry]:
    rows = list(Inbound.select().where(Inbound.sender.in_(names)).order_by(Inbound.id))
    about = topics.of(rows)
    return [{"id": row.uid, **_entry(row, INBOUND), "about": _topic(about.get(row.id))} for row in rows]


def _topic(about: Topic | None) -> str | None:
    """What it was for, and which one of these."""
    return f"{about.kind} {about.id}" if about else None


def _rows(table: Any, columns: Sequence[str], *conditions: Any) -> list[Entry]:
    return [_entry(row, columns) for row in table.select().where(*conditions).order_by(table.id)]


def _entry(row: Any, columns: Sequence[str]) -> Entry:
    return {name: getattr(row, name) for name in columns}


def _local(value: Any, site: Appliance) -> Any:
    """The same with its instants written out."""
    if isinstance(value, dict):
        return {name: _local(inner, site) for name, inner in value.items()}
    if isinstance(value, list):
        return [_local(inner, site) for inner in value]
    return _plain(value, site) if isinstance(value, datetime) else value


def _plain(at: datetime, site: Appliance) -> str:
    return at.astimezone(site.timezone).isoformat()
