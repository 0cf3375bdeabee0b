"""A text to many people goes into the queue a little at a time, and nobody is written to twice or forgotten.

The row says who, what and how far; each message is found again by its client reference, so that after any
end of the process the whole may simply be gone through once more.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from gateway import audit
from gateway.contacts import audience, recipients
from gateway.contacts.audience import Reader
from gateway.errors import Conflict, GatewayError, NotFound
from gateway.messages import batches, outbox
from gateway.messages.outbox import BATCH, Caller, Draft
from gateway.store import database
from gateway.store.models import Batch

WRITING, UNDOING, DONE, STOPPED = "writing", "undoing", "done", "stopped"


@dataclass(frozen=True, slots=True)
class Mail:
    """What is to go out: `typed` is whoever is meant, as recipients.read understands it."""

    typed: str
    text: str
    category: str
    send_at: datetime | None = None


def drafts(readers: Iterable[Reader], mail: Mail, key: str, hold_until: datetime | None) -> Iterator[Draft]:
    """One for each, with the text as this person reads it; raises Invalid."""
    for reader in readers:
        text, ref = reader.reads(mail.text).text, batches.reference(key, reader.number) if key else None
        yield Draft(reader.number, text, mail.category, mail.send_at, client_ref=ref, hold_until=hold_until)


def begin(mail: Mail, key: str, total: int, hold_until: datetime | None, by: str, now: datetime) -> Batch:
    """Write down what is to be done; the same key once more is the same batch."""
    with database.transaction():
        known: Batch | None = Batch.get_or_none(Batch.key == key)
        if known is not None:
            return known
        letter = {**asdict(mail), "send_at": mail.send_at.isoformat() if mail.send_at else None}
        begun: Batch = Batch.create(
            key=key,
            source=by,
            state=WRITING,
            letter=letter,
            total=total,
            hold_until=hold_until,
            created_at=now,
        )
        audit.write(by, "batch_begun", now, people=total, category=mail.category)
    return begun


def get(key: str) -> Batch:
    """Raises NotFound `batch_unknown`."""
    found = find(key)
    if found is None:
        raise NotFound("batch_unknown", id=key)
    return found


def find(key: str) -> Batch | None:
    found: Batch | None = Batch.get_or_none(Batch.key == key)
    return found


def unfinished() -> Sequence[Batch]:
    """Those that somebody should go on with, the oldest first."""
    return list(Batch.select().where(Batch.state.in_([WRITING, UNDOING])).order_by(Batch.id))


def stop(key: str) -> Batch:
    """No more of it goes into the queue, and what is there is to be taken back; raises NotFound."""
    with database.transaction():
        known = get(key)
        known.state = UNDOING
        Batch.update(state=UNDOING, letter={}).where(Batch.id == known.id).execute()
    return known


def undo(key: str, by: str, now: datetime, sleep: Callable[[float], None] = time.sleep) -> int:
    """Take back what waits of a batch that was stopped; gives how many messages.  Raises NotFound."""
    known = get(key)
    taken = batches.take_back(known.source, key, by, now, sleep)
    Batch.update(state=STOPPED, ended_at=now).where(Batch.id == known.id).execute()
    return taken


def step(batch: Batch, caller: Caller, readers: Iterator[Reader], now: datetime) -> bool:
    """Write the messages of the next few people, in one transaction; False when there are no more, or
    somebody stopped it."""
    coming = list(islice(readers, BATCH))
    with database.transaction():
        if get(batch.key).state != WRITING:
            return False
        answers = outbox.submit_many(_drafts_of(batch, coming), caller, now) if coming else []
        faults = Counter(batch.faults)
        # a Conflict: it was written before the process ended, when the contact said something else
        faults.update(
            answer.code
            for answer in answers
            if isinstance(answer, GatewayError) and not isinstance(answer, Conflict)
        )
        done, is_over = batch.done + len(coming), len(coming) < BATCH
        changes: dict[str, Any] = {"done": done, "faults": dict(faults)}
        if is_over:
            changes |= {"state": DONE, "letter": {}, "ended_at": now}
        Batch.update(**changes).where(Batch.id == batch.id).execute()
    batch.done, batch.faults = done, dict(faults)
    return not is_over


def _drafts_of(batch: Batch, readers: Sequence[Reader]) -> list[Draft]:
    letter = batch.letter
    send_at = datetime.fromisoformat(letter["send_at"]) if letter["send_at"] else None
    mail = Mail(letter["typed"], letter["text"], letter["category"], send_at)
    return list(drafts(readers, mail, batch.key, batch.hold_until))


def readers(batch: Batch, country: str, now: datetime) -> Iterator[Reader]:
    """Everybody whom it is for; it is gone through from the beginning."""
    batch.done, batch.faults = 0, {}
    return audience.readers(recipients.read(batch.letter["typed"], country, now), now)


def result(batch: Batch) -> dict[str, int]:
    """How many of its messages are in each state."""
    return batches.counts(batch.source, batch.key)
