"""One text to many people, found again as a whole: by the key that stands before each client reference."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from gateway import audit
from gateway.messages import lifecycle
from gateway.messages.lifecycle import WAITING, Event, Step
from gateway.messages.outbox import BATCH, PAUSE, UNDO
from gateway.store import database
from gateway.store.models import Batch, Message, Part
from gateway.store.terms import fn

LONG_ENOUGH = timedelta(minutes=10)  # to take everything back, a little at a time
AT_ONCE = 500


def reference(key: str, number: str) -> str:
    """The client reference of one person's message: once more is harmless, however they were named."""
    return f"{key}:{number}"


def first(source: str, key: str, limit: int) -> Sequence[Message]:
    """The oldest messages of a batch; a step into the index, however many there are."""
    return list(Message.select().where(*_all(source, key)).order_by(Message.client_ref).limit(limit))


def counts(source: str, key: str) -> dict[str, int]:
    """How many messages of a batch are in each state."""
    state = fn.LOWER(Message.state)  # else SQLite walks the index of states
    rows: Any = Message.select(state, fn.COUNT(Message.id)).where(*_all(source, key)).group_by(state)
    return dict(rows.tuples())


def take_back(
    source: str, key: str, by: str, now: datetime, sleep: Callable[[float], None] = time.sleep
) -> int:
    """Cancel all that waits of a batch, a little at a time; gives how many messages.  What left has left."""
    keep(source, key, now + LONG_ENOUGH)
    waiting = fn.LOWER(Message.state).in_([*WAITING])
    query = Message.select().where(*_all(source, key), waiting).limit(BATCH)
    taken = 0
    while True:
        with database.transaction():
            batch = list(query.clone())  # asked anew
            for message in batch:
                _cancel(message, by, now)
            if taken + len(batch) and len(batch) < BATCH:
                audit.write(by, "batch_taken_back", now, people=taken + len(batch))
        taken += len(batch)
        if len(batch) < BATCH:
            return taken
        sleep(PAUSE)


def keep(source: str, key: str, until: datetime) -> None:
    """Let none of those that can still be taken back leave before that."""
    theirs = (*_all(source, key), Message.reason == UNDO)
    ids = [row.id for row in Message.select(Message.id).where(*theirs)]
    with database.transaction():
        for first in range(0, len(ids), AT_ONCE):
            some = ids[first : first + AT_ONCE]
            Part.update(until=until).where(Part.message.in_(some), Part.reason == UNDO).execute()
            Message.update(until=until).where(Message.id.in_(some), Message.reason == UNDO).execute()


def is_writing_to(tail: str) -> bool:
    """Whether a batch that is being written names a number with these last digits."""
    letters = [row.letter.get("typed", "") for row in Batch.select().where(Batch.state == "writing")]
    return any(tail in "".join(char for char in typed if char.isdigit()) for typed in letters)


def _all(source: str, key: str) -> tuple[Any, ...]:
    begin, end = f"{key}:", f"{key};"  # the character after the colon
    return Message.source == source, Message.client_ref >= begin, Message.client_ref < end


def _cancel(message: Message, by: str, now: datetime) -> None:
    waiting = [part for part in lifecycle.all_parts(message) if part.state in WAITING]
    lifecycle.advance(message, waiting, Step(Event.CANCEL, now, "canceled_by", facts={"by": by}))
