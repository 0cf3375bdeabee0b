"""What a person decides: it left, it is sent again, it leaves now after all, or at another hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from gateway import audit
from gateway.errors import Conflict, NotFound
from gateway.messages import lifecycle, outbox, sealing
from gateway.messages.lifecycle import Event, State, Step
from gateway.policy.categories import CATEGORIES
from gateway.store import database, statements
from gateway.store.models import Message, Part
from gateway.store.terms import literally, state_in

RECENT = timedelta(days=7)
MOST = 100
ANEW: dict[str, int | None] = {
    "attempts": 0,
    "modem": None,
    "reference": None,
    "sent_at": None,
    "reported_at": None,
    "report_status": None,
}
LATE = "too_late"
FOUND_LATE = literally("t1", "reason", LATE)
REPEATABLE = (State.FAILED, State.UNDELIVERED, State.EXPIRED)
LOST = state_in("t1", *REPEATABLE)
RESCHEDULABLE = (State.SCHEDULED, State.HELD)
RELEASABLE = (LATE, outbox.UNDO)  # reasons for which a held message waits for a person


def it_left(uid: str, by: str, now: datetime) -> Message:
    """The uncertain parts left: they wait for their report like any other that was sent."""
    with database.transaction():
        message, parts = _message(uid)
        uncertain = [part for part in parts if part.state == State.UNCERTAIN]
        if not uncertain:
            raise Conflict("not_uncertain", state=message.state)
        for part in uncertain:
            step = Step(Event.LEFT, now, "decided_left", facts={"by": by})
            lifecycle.advance(message, [part], step, sent_at=part.claimed_at)
        audit.write(by, "message_left", now, message.recipient, id=uid)
    return message


def send_again(uid: str, by: str, now: datetime) -> Message:
    """What did not arrive, or may not have, is queued again with a validity of its own.

    Parts that arrived stay as they are; a part that was given up because another failed comes along.
    """
    with database.transaction():
        message, parts = _message(uid)
        lost = [part for part in parts if part.state == State.UNCERTAIN or _did_not_arrive(part)]
        if not lost or message.state not in (*REPEATABLE, State.UNCERTAIN):
            raise Conflict("not_repeatable", state=message.state)
        if not message.text or sealing.is_gone(message):
            raise Conflict("text_removed")
        message.expires_at = now + CATEGORIES[message.category].validity
        statements.update(Message, {"expires_at": message.expires_at}, {"id": message.id})
        for part in lost:
            event = Event.REPEAT if part.state == State.UNCERTAIN else Event.AGAIN
            step = Step(event, now, "decided_again", facts={"by": by})
            lifecycle.advance(message, [part], step, **ANEW)
        audit.write(by, "message_again", now, message.recipient, id=uid)
    return message


def is_reschedulable(message: Message) -> bool:
    """Whether it may get another hour: nothing of it has left or stands in the queue."""
    return message.state in RESCHEDULABLE and all(
        part.state in RESCHEDULABLE for part in lifecycle.all_parts(message)
    )


def release(uid: str, by: str, now: datetime) -> Message:
    """What waits for its hour, or for a person who says whether it still makes sense, leaves now after all.

    It has no hour any more, and its validity begins anew; the other rules are asked as always.  Raises
    Conflict `not_releasable` for what waits for something else, or for nothing.
    """
    with database.transaction():
        message, parts = _message(uid)
        held = [part for part in parts if is_releasable(part)]
        if not held:
            raise Conflict("not_releasable", state=message.state)
        message.send_at, message.expires_at = None, now + CATEGORIES[message.category].validity
        _keep_hours(message)
        lifecycle.advance(message, held, Step(Event.ENQUEUE, now, "released", facts={"by": by}))
        audit.write(by, "message_released", now, message.recipient, id=uid)
    return message


def reschedule(uid: str, send_at: datetime, by: str, now: datetime, trusted: bool = True) -> Message:
    """What waits leaves at another hour; it stays worth sending for as long after it as before.

    Raises Invalid on `send_at`; Conflict `not_reschedulable` where a part has left or stands in the queue.
    """
    outbox.check_hour(send_at, trusted, now)
    with database.transaction():
        message, parts = _message(uid)
        if any(part.state not in RESCHEDULABLE for part in parts):
            raise Conflict("not_reschedulable", state=message.state)
        worth = message.expires_at - (message.send_at or message.created_at)
        message.send_at, message.expires_at = send_at, send_at + min(worth, outbox.LONGEST_VALIDITY)
        _keep_hours(message)
        step = Step(Event.RESCHEDULE, now, "rescheduled", send_at, {"by": by})
        lifecycle.advance(message, parts, step)
        audit.write(by, "message_rescheduled", now, message.recipient, id=uid)
    return message


def is_releasable(message: Message | Part) -> bool:
    """Whether it waits for its hour or for a person."""
    is_held = message.state == State.HELD and message.reason in RELEASABLE
    return bool(is_held or message.state == State.SCHEDULED)


def waiting(now: datetime) -> list[Message]:
    """What a person should look at: what was found too late, the uncertain that nobody else will settle,
    the other uncertain ones, then what failed lately; the newest first in each."""
    late = _newest(FOUND_LATE)
    uncertain = list(_newest(Message.state == State.UNCERTAIN))
    asked = [message for message in uncertain if message.reason == "ask"]
    others = [message for message in uncertain if message.reason != "ask"]
    lost = Message.select().where(LOST, Message.updated_at > now - RECENT)
    failed = lost.order_by(Message.updated_at.desc(), Message.id.desc()).limit(MOST)
    return [*late, *asked, *others, *failed][:MOST]


def count(now: datetime) -> int:
    """How many `waiting` would find, counted no further than it shows."""
    late = Message.select().where(FOUND_LATE).limit(MOST).count()
    uncertain = Message.select().where(Message.state == State.UNCERTAIN).limit(MOST).count()
    failed = Message.select().where(LOST, Message.updated_at > now - RECENT)
    return min(MOST, int(late) + int(uncertain) + int(failed.limit(MOST).count()))


def _newest(*conditions: object) -> Sequence[Message]:
    return list(Message.select().where(*conditions).order_by(Message.id.desc()).limit(MOST))


def _did_not_arrive(part: Part) -> bool:
    return part.state in REPEATABLE or (part.state == State.CANCELED and part.reason == "part_failed")


def _keep_hours(message: Message) -> None:
    hours = {"send_at": message.send_at, "expires_at": message.expires_at}
    statements.update(Message, hours, {"id": message.id})


def _message(uid: str) -> tuple[Message, list[Part]]:
    message = Message.get_or_none(Message.uid == uid)
    if message is None:
        raise NotFound("message_unknown", id=uid)
    return message, lifecycle.all_parts(message)
