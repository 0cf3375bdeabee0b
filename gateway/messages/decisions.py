"""What a person decides: that an uncertain message left, or that one is sent again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from gateway.errors import Conflict, NotFound
from gateway.messages import lifecycle
from gateway.messages.lifecycle import Event, State, Step
from gateway.policy.categories import CATEGORIES
from gateway.store import database, statements
from gateway.store.models import Message, Part

RECENT = timedelta(days=7)
MOST = 200
ANEW: dict[str, int | None] = {
    "attempts": 0,
    "modem": None,
    "reference": None,
    "sent_at": None,
    "reported_at": None,
    "report_status": None,
}
REPEATABLE = (State.FAILED, State.UNDELIVERED, State.EXPIRED)


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
        message.expires_at = now + CATEGORIES[message.category].validity
        statements.update(Message, {"expires_at": message.expires_at}, {"id": message.id})
        for part in lost:
            event = Event.REPEAT if part.state == State.UNCERTAIN else Event.AGAIN
            step = Step(event, now, "decided_again", facts={"by": by})
            lifecycle.advance(message, [part], step, **ANEW)
    return message


def waiting(now: datetime) -> list[Message]:
    """What a person should look at: the uncertain that nobody else will settle, the other uncertain ones,
    then what failed lately; the newest first in each."""
    uncertain = list(_newest(Message.state == State.UNCERTAIN))
    asked = [message for message in uncertain if message.reason == "ask"]
    others = [message for message in uncertain if message.reason != "ask"]
    failed = _newest(Message.state.in_(REPEATABLE), Message.updated_at > now - RECENT)
    return [*asked, *others, *failed][:MOST]


def count(now: datetime) -> int:
    """How many `waiting` would find, counted no further than it shows."""
    uncertain = Message.select().where(Message.state == State.UNCERTAIN).limit(MOST).count()
    failed = Message.select().where(Message.state.in_(REPEATABLE), Message.updated_at > now - RECENT)
    return min(MOST, int(uncertain) + int(failed.limit(MOST).count()))


def _newest(*conditions: object) -> Sequence[Message]:
    return list(Message.select().where(*conditions).order_by(Message.id.desc()).limit(MOST))


def _did_not_arrive(part: Part) -> bool:
    return part.state in REPEATABLE or (part.state == State.CANCELED and part.reason == "part_failed")


def _message(uid: str) -> tuple[Message, list[Part]]:
    message = Message.get_or_none(Message.uid == uid)
    if message is None:
        raise NotFound("message_unknown", id=uid)
    return message, lifecycle.all_parts(message)
