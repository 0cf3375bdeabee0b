"""Status reports find their part: by SIM, reference, recipient and time; orphans are kept and wait."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.messages import lifecycle, numbers
from gateway.messages.lifecycle import Event, State, Step
from gateway.store import claims
from gateway.store.models import Message, Part, StatusReport
from gateway.store.terms import state_in
from modem import api

# How far the service centre's clock and ours may lie apart when a report names no known reference.
CLOCKS_APART = timedelta(minutes=15)
REMEMBERED = timedelta(days=8)  # a reference comes round; an older part is not meant


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a TP-ST says: a word, and the event for the part (None: nothing final yet)."""

    word: str
    event: Event | None


# 23.040 section 9.2.3.15, by ranges: the first whose end is not passed.
MEANINGS = (
    (0x00, Meaning("delivered", Event.DELIVER)),
    (0x01, Meaning("unconfirmed", None)),
    (0x02, Meaning("replaced", None)),
    (0x1F, Meaning("unconfirmed", None)),
    (0x3F, Meaning("pending", None)),
    (0x45, Meaning("undelivered", Event.UNDELIVER)),
    (0x46, Meaning("expired", Event.EXPIRE)),
    (0x47, Meaning("withdrawn", Event.WITHDRAW)),
    (0xFF, Meaning("undelivered", Event.UNDELIVER)),
)


def meaning(status: int) -> Meaning:
    return next(meaning for last, meaning in MEANINGS if status <= last)


def take(report: api.Report, sim: str, digest: str, now: datetime) -> bool:
    """Store one report and apply it if its part is known; False when it was stored before."""
    if StatusReport.select().where(StatusReport.digest == digest).exists():
        return False
    row = StatusReport.create(
        sim=sim,
        reference=report.reference,
        recipient=report.recipient,
        status=report.status,
        sent_at=report.sent_at,
        discharged_at=report.discharged_at,
        received_at=now,
        digest=digest,
    )
    part = find(row, now)
    if part is not None:
        apply(row, part, now)
    return True


def find(report: StatusReport, now: datetime) -> Part | None:
    """The outstanding part that this report is about: the one sent nearest to the report's time stamp.

    Never by the service centre's number (it may differ), never by the reference alone when two parts
    share it.
    """
    same_reference = (
        Part.select(Part, Message)
        .join(Message)
        .where(
            Part.sim == report.sim,
            Part.reference == report.reference,
            Part.state.in_([State.SENT, State.UNCERTAIN]),
            Part.sent_at > now - REMEMBERED,
        )
    )
    found = [part for part in same_reference if _for_same_recipient(report, part)]
    if not report.recipient and len(found) != 1:
        return None
    return _nearest(report, found) or _unnamed(report, now)


def _unnamed(report: StatusReport, now: datetime) -> Part | None:
    """An orphan names the part of which we never learnt the reference: same SIM, recipient and time.

    It is uncertain, or was said to have left: by a person, or by a modem that gave no reference.
    """
    if not report.recipient or _may_be_on_the_wire(report):
        return None
    lost = (
        Part.select(Part, Message)
        .join(Message)
        .where(
            state_in("t1", State.SENT, State.UNCERTAIN),
            Part.reference.is_null(),
            Part.sim == report.sim,
            Part.claimed_at > now - REMEMBERED,
        )
    )
    return _nearest(report, [p for p in lost if _for_same_recipient(report, p) and _same_time(report, p)])


def _may_be_on_the_wire(report: StatusReport) -> bool:
    """A part to that recipient is in the modem's hands: the report may be its own, come before its answer.
    It waits as an orphan until the answer tells (`adopt`), or does not come (`settle`)."""
    flying = (
        Part.select(Part, Message).join(Message).where(state_in("t1", State.SENDING), Part.sim == report.sim)
    )
    return any(_for_same_recipient(report, part) for part in flying)


def _for_same_recipient(report: StatusReport, part: Part) -> bool:
    return not report.recipient or numbers.same(report.recipient, part.message.recipient)


def _same_time(report: StatusReport, part: Part) -> bool:
    return report.sent_at is None or abs(report.sent_at - part.claimed_at) <= CLOCKS_APART


def _nearest(report: StatusReport, parts: Iterable[Part]) -> Part | None:
    """The part sent nearest to the report's own time stamp; the oldest where it has none."""
    if report.sent_at is None:
        return min(parts, key=lambda part: part.id, default=None)
    return min(parts, key=lambda part: (abs(report.sent_at - part.claimed_at), part.id), default=None)


def adopt(part: Part, reference: int, now: datetime) -> None:
    """A reference was just learnt: a report that came before it may be waiting as an orphan."""
    for orphan in claims.orphans(part.sim or "", reference, part.claimed_at or now):
        if _for_same_recipient(orphan, part) and part.state == State.SENT:
            apply(orphan, part, now)


def settle(part: Part, now: datetime) -> None:
    """A part just became uncertain: its report may have come before, when nobody could tell whose it was."""
    early = StatusReport.select().where(
        StatusReport.sim == part.sim,
        StatusReport.part.is_null(),
        StatusReport.received_at >= part.claimed_at,
    )
    for report in early.order_by(StatusReport.id):
        named = bool(report.recipient) and _for_same_recipient(report, part) and _same_time(report, part)
        if named and part.state in (State.UNCERTAIN, State.SENT):
            apply(report, part, now)


def apply(report: StatusReport, part: Part, now: datetime) -> None:
    """Write on the part what the report says; a temporary one leaves only a line in the history."""
    said = meaning(report.status)
    message = part.message
    StatusReport.update(part=part.id).where(StatusReport.id == report.id).execute()
    facts = {"status": said.word, "code": report.status}
    columns = {"report_status": report.status, "reported_at": now}
    if said.event is not None and lifecycle.allows(part.state, said.event):
        step = Step(said.event, now, "report", facts=facts)
        lifecycle.advance(message, [part], step, reference=report.reference, **columns)
        return
    if part.state == State.UNCERTAIN:  # whatever it says of delivery, the part did leave
        step = Step(Event.ACCEPT, now, "report", facts=facts)
        lifecycle.advance(
            message, [part], step, reference=report.reference, sent_at=part.claimed_at, **columns
        )
        return
    Part.update(columns).where(Part.id == part.id).execute()
    lifecycle.note(message, part, Step(Event.REPORT, now, "report", facts=facts))
