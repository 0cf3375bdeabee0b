"""Rows that wait for an instant: when it comes, the gate is asked again."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from gateway.messages import lifecycle, retries
from gateway.messages.lifecycle import WAITING, Event, State, Step
from gateway.policy import gate
from gateway.policy.verdict import Answer
from gateway.store import database
from gateway.store.models import Message, Part
from gateway.store.terms import fn, state_in

BATCH = 100  # messages a transaction

_UNTIL = state_in("t1", "scheduled", "held", "uncertain")
_EXPIRING = state_in("t1", "scheduled", "held", "queued")


def release(zone: ZoneInfo, now: datetime) -> int:
    """Move up to a batch of rows whose instant has come; returns how many messages were looked at."""
    due = (
        Part.select(Part, Message)
        .join(Message)
        .where(_UNTIL, Part.until <= now)
        .order_by(Part.until, Part.message)
        .limit(BATCH)
    )
    overdue = Message.select().where(_EXPIRING, Message.expires_at <= now).order_by(Message.expires_at)
    if not due.exists() and not overdue.exists():
        return 0
    looked_at = 0
    with database.transaction():
        for _, parts in groupby(due, lambda part: part.message.id):
            _release_one(list(parts), zone, now)
            looked_at += 1
        for message in overdue.limit(BATCH):
            _expire(message, now)
            looked_at += 1
    return looked_at


def next_instant() -> datetime | None:
    """When the next waiting row may move."""
    until = Part.select(fn.MIN(Part.until)).where(_UNTIL).scalar()
    expiry = Message.select(fn.MIN(Message.expires_at)).where(_EXPIRING).scalar()
    return min((instant for instant in (until, expiry) if instant is not None), default=None)


def judge(message: Message, zone: ZoneInfo, now: datetime) -> Step | None:
    """What the gate says of a waiting message now: None lets it pass, else the step it must take."""
    facts = gate.Facts(message.category, zone, message.send_at, message.expires_at)
    verdict = gate.judge(facts, now)
    if verdict.answer is Answer.ALLOW:
        return None
    if verdict.answer is Answer.HOLD:
        return Step(Event.HOLD, now, verdict.reason, verdict.until, verdict.facts)
    event = Event.EXPIRE if verdict.reason == "validity_over" else Event.REJECT
    return Step(event, now, verdict.reason, facts=verdict.facts)


def _release_one(parts: list[Part], zone: ZoneInfo, now: datetime) -> None:
    message = parts[0].message
    uncertain = [part for part in parts if part.state == State.UNCERTAIN]
    for part in uncertain:
        lifecycle.advance(message, [part], retries.after_grace(message, now))
    waiting = [part for part in parts if part.state in (State.SCHEDULED, State.HELD)]
    if waiting:
        step = judge(message, zone, now) or Step(Event.ENQUEUE, now)
        lifecycle.advance(message, waiting, step)


def _expire(message: Message, now: datetime) -> None:
    waiting = [part for part in lifecycle.all_parts(message) if part.state in WAITING]
    if waiting:
        facts = {"expired_at": message.expires_at.isoformat()}
        lifecycle.advance(message, waiting, Step(Event.EXPIRE, now, "validity_over", facts=facts))


def drop_rest(message: Message, now: datetime) -> None:
    """One part failed for good: what has not left of this message stays here."""
    rest = [part for part in lifecycle.all_parts(message) if part.state in WAITING]
    if rest:
        lifecycle.advance(message, rest, Step(Event.CANCEL, now, "part_failed"))
