"""Rows that wait for an instant: when it comes, the gate is asked again.

While nobody vouches for the clock no hour is known to have come, and nothing is known to be over: only what
waits "so much longer" goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from gateway.messages import lifecycle, retries
from gateway.messages.gathering import Asked, Judge
from gateway.messages.lifecycle import WAITING, Event, State, Step
from gateway.messages.stepping import RELATIVE
from gateway.policy.categories import CATEGORIES
from gateway.policy.verdict import Answer
from gateway.store import database
from gateway.store.models import Message, Part
from gateway.store.terms import fn, state_in

BATCH = 100  # messages a transaction
NO_HOUR = RELATIVE | {"clock_untrusted"}  # reasons whose `until` is nobody's hour

_UNTIL = state_in("t1", "scheduled", "held", "uncertain")
_EXPIRING = state_in("t1", "scheduled", "held", "queued")


def release(judge: Judge, now: datetime) -> int:
    """Move up to a batch of rows whose instant has come; returns how many messages were looked at."""
    due = (
        Part.select(Part, Message)
        .join(Message)
        .where(*_known(judge.trusted), Part.until <= now)
        .order_by(Part.until, Part.message)
        .limit(BATCH)
    )
    overdue = Message.select().where(_EXPIRING, Message.expires_at <= now).order_by(Message.expires_at)
    if not due.exists() and not (judge.trusted and overdue.exists()):
        return 0
    looked_at = 0
    with database.transaction():
        for _, parts in groupby(due, lambda part: part.message.id):
            _release_one(list(parts), judge, now)
            looked_at += 1
        for message in overdue.limit(BATCH) if judge.trusted else ():
            _expire(message, now)
            looked_at += 1
    return looked_at


def next_instant(trusted: bool = True) -> datetime | None:
    """When the next waiting row may move."""
    until = Part.select(fn.MIN(Part.until)).where(*_known(trusted)).scalar()
    if not trusted:
        return until
    expiry = Message.select(fn.MIN(Message.expires_at)).where(_EXPIRING).scalar()
    return min((instant for instant in (until, expiry) if instant is not None), default=None)


def wake(now: datetime) -> bool:
    """Somebody vouches for the clock: what was held for want of that gets its turn; True when there was any.

    Asked again and again: a caller may have been told of the doubt when it was just over.
    """
    held = Part.select().where(_UNTIL, Part.until.is_null(), Part.reason == "clock_untrusted")
    if not held.exists():
        return False
    with database.transaction():
        lifecycle.set_until("clock_untrusted", now)
    return True


def _known(trusted: bool) -> Iterator[Any]:
    """The waiting parts whose instant can be told from the clock as it is."""
    yield _UNTIL
    if not trusted:
        yield Part.reason.in_([*RELATIVE])


def step_for(message: Message, judge: Judge, now: datetime, due: datetime | None = None) -> Step | None:
    """What the gate says of a waiting message now: None lets it pass, else the step it must take.

    `due` is the hour for which it was held, where only now somebody looks.
    """
    asked = Asked.of(message)
    verdict = judge.verdict(replace(asked, due=asked.due or due), now)
    if verdict.answer is Answer.ALLOW:
        until = judge.too_late_today(message, now)
        return Step(Event.HOLD, now, "closing_soon", until) if until else None
    if verdict.answer is Answer.HOLD:
        return Step(Event.HOLD, now, verdict.reason, verdict.until, verdict.facts)
    event = Event.EXPIRE if verdict.reason == "validity_over" else Event.REJECT
    return Step(event, now, verdict.reason, facts=verdict.facts)


def _release_one(parts: list[Part], judge: Judge, now: datetime) -> None:
    message = parts[0].message
    uncertain = [part for part in parts if part.state == State.UNCERTAIN]
    for part in uncertain:
        lifecycle.advance(message, [part], retries.after_grace(message, now, judge.trusted))
    waiting = [part for part in parts if part.state in (State.SCHEDULED, State.HELD)]
    if waiting:
        step = step_for(message, judge, now, _hour(message, waiting)) or Step(Event.ENQUEUE, now)
        lifecycle.advance(message, waiting, step)


def _hour(message: Message, waiting: list[Part]) -> datetime | None:
    """The hour for which a message that has hours was held; a wait of another kind makes nothing late."""
    if CATEGORIES[message.category].hours is None:
        return None
    return min((part.until for part in waiting if part.reason not in NO_HOUR), default=None)


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
