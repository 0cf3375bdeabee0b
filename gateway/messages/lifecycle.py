"""THE transition table, and the one door that writes a `state`.

Parts have states; a message's state, reason, facts and until are derived from its parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from gateway.errors import Conflict
from gateway.messages.sealing import GONE
from gateway.store import statements
from gateway.store.models import History, Message, Part
from gateway.store.terms import state_in


class State(StrEnum):
    SCHEDULED = "scheduled"
    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELED = "canceled"
    REJECTED = "rejected"


class Event(StrEnum):
    SCHEDULE = "schedule"  # its hour is in the future
    RESCHEDULE = "reschedule"  # a person chose another hour
    HOLD = "hold"  # a rule says later
    ENQUEUE = "enqueue"  # nothing stands in its way but its turn
    REJECT = "reject"  # a rule says never
    CANCEL = "cancel"  # somebody took it back
    CLAIM = "claim"  # written down: it is about to be handed to a modem
    PUT_BACK = "put_back"  # it certainly did not leave, through no fault of its own
    RETRY = "retry"  # the network refused it for a passing reason
    FAIL = "fail"  # the network or the modem refused it for good
    LOSE = "lose"  # handed over, and no answer
    REPEAT = "repeat"  # uncertain, and sent again knowingly
    GIVE_UP = "give_up"  # uncertain, and left so
    ASK = "ask"  # uncertain, and a person decides
    LEFT = "left"  # uncertain, and a person says that it left
    AGAIN = "again"  # it did not arrive, and a person sends it again
    ACCEPT = "accept"  # the network took it
    DELIVER = "deliver"  # the report says: received
    UNDELIVER = "undeliver"  # the report says: not received, for good
    EXPIRE = "expire"  # its validity ended, here or at the service centre
    WITHDRAW = "withdraw"  # the report says: deleted at the service centre
    REPORT = "report"  # the report says: still trying; changes no state


WAITING = (State.SCHEDULED, State.HELD, State.QUEUED)
FINAL = frozenset(State) - {*WAITING, State.SENDING, State.UNCERTAIN, State.SENT}
TOLD = FINAL | {State.SENT}  # the text is needed no more

TRANSITIONS: dict[tuple[State | None, Event], State] = {
    (None, Event.SCHEDULE): State.SCHEDULED,
    (None, Event.HOLD): State.HELD,
    (None, Event.ENQUEUE): State.QUEUED,
    (None, Event.REJECT): State.REJECTED,
    (State.SCHEDULED, Event.RESCHEDULE): State.SCHEDULED,
    (State.SCHEDULED, Event.HOLD): State.HELD,
    (State.SCHEDULED, Event.ENQUEUE): State.QUEUED,
    (State.SCHEDULED, Event.REJECT): State.REJECTED,
    (State.SCHEDULED, Event.CANCEL): State.CANCELED,
    (State.SCHEDULED, Event.EXPIRE): State.EXPIRED,
    (State.HELD, Event.RESCHEDULE): State.SCHEDULED,
    (State.HELD, Event.HOLD): State.HELD,
    (State.HELD, Event.ENQUEUE): State.QUEUED,
    (State.HELD, Event.REJECT): State.REJECTED,
    (State.HELD, Event.CANCEL): State.CANCELED,
    (State.HELD, Event.EXPIRE): State.EXPIRED,
    (State.QUEUED, Event.HOLD): State.HELD,
    (State.QUEUED, Event.REJECT): State.REJECTED,
    (State.QUEUED, Event.CANCEL): State.CANCELED,
    (State.QUEUED, Event.EXPIRE): State.EXPIRED,
    (State.QUEUED, Event.CLAIM): State.SENDING,
    (State.SENDING, Event.ACCEPT): State.SENT,
    (State.SENDING, Event.PUT_BACK): State.QUEUED,
    (State.SENDING, Event.RETRY): State.HELD,
    (State.SENDING, Event.FAIL): State.FAILED,
    (State.SENDING, Event.LOSE): State.UNCERTAIN,
    (State.UNCERTAIN, Event.ACCEPT): State.SENT,
    (State.UNCERTAIN, Event.REPEAT): State.QUEUED,
    (State.UNCERTAIN, Event.GIVE_UP): State.FAILED,
    (State.UNCERTAIN, Event.ASK): State.UNCERTAIN,
    (State.UNCERTAIN, Event.LEFT): State.SENT,
    (State.UNCERTAIN, Event.DELIVER): State.DELIVERED,
    (State.UNCERTAIN, Event.UNDELIVER): State.UNDELIVERED,
    (State.UNCERTAIN, Event.EXPIRE): State.EXPIRED,
    (State.UNCERTAIN, Event.WITHDRAW): State.CANCELED,
    (State.SENT, Event.DELIVER): State.DELIVERED,
    (State.SENT, Event.UNDELIVER): State.UNDELIVERED,
    (State.SENT, Event.EXPIRE): State.EXPIRED,
    (State.SENT, Event.WITHDRAW): State.CANCELED,
    (State.FAILED, Event.AGAIN): State.QUEUED,
    (State.UNDELIVERED, Event.AGAIN): State.QUEUED,
    (State.EXPIRED, Event.AGAIN): State.QUEUED,
    (State.CANCELED, Event.AGAIN): State.QUEUED,
}

# What a finished message is called when its parts ended differently: the worst of them.
WORST_FIRST = (
    State.UNCERTAIN,
    State.FAILED,
    State.REJECTED,
    State.UNDELIVERED,
    State.EXPIRED,
    State.CANCELED,
    State.SENT,
    State.DELIVERED,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step to take: the event, when, and why."""

    event: Event
    now: datetime
    reason: str | None = None
    until: datetime | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def allows(state: str | None, event: Event) -> bool:
    return (State(state) if state else None, event) in TRANSITIONS


def derive(states: Sequence[str]) -> State:
    """A message's state from its parts': what still moves counts before what is over."""
    present = {State(state) for state in states}
    if State.SENDING in present:
        return State.SENDING
    for waiting in (State.SCHEDULED, State.HELD):
        if waiting in present:
            return waiting
    if State.QUEUED in present:
        return State.QUEUED if present == {State.QUEUED} else State.SENDING
    return next(state for state in WORST_FIRST if state in present)


def begin(step: Step) -> State:
    """The state in which a new message starts."""
    return TRANSITIONS[None, step.event]


def advance(message: Message, parts: Sequence[Part], step: Step, **columns: Any) -> None:
    """Take one step with some parts of a message, inside the caller's transaction.

    Compare-and-swap: raises Conflict `state_changed` when a part is no longer in the state the caller
    saw, `not_allowed` when the table has no such step.  `columns` are further columns of those parts.
    """
    for part in parts:
        _move(part, step, columns)
    _derive_message(message, parts, step.now)
    whole = len(parts) == message.part_count
    record(message, step, parts[0].state, seq=None if whole else parts[0].seq)


def set_until(reason: str, until: datetime) -> None:
    """All that is held for this reason until nobody knows when is looked at then; no state changes."""
    waiting = state_in("parts", State.SCHEDULED, State.HELD, State.UNCERTAIN)  # the index that parts have
    for table, indexed in ((Part, waiting), (Message, Message.state == State.HELD)):
        held = (table.state == State.HELD, table.reason == reason, table.until.is_null())
        table.update(until=until).where(indexed, *held).execute()


def note(message: Message, part: Part, step: Step) -> None:
    """Leave a line about something that changes no state (a temporary report)."""
    record(message, step, part.state, seq=part.seq if message.part_count > 1 else None)
    Message.update(updated_at=step.now).where(Message.id == message.id).execute()


def record(message: Message, step: Step, state: str, seq: int | None = None) -> None:
    """Leave a history row."""
    statements.insert(History, line(message, step, state, seq))


def line(message: Message, step: Step, state: str, seq: int | None = None) -> dict[str, Any]:
    """A history row, not yet written."""
    return {
        "message": message.id,
        "seq": seq,
        "at": step.now,
        "event": step.event,
        "state": state,
        "reason": step.reason,
        "facts": step.facts,
    }


def all_parts(message: Message) -> list[Part]:
    """The parts as the ledger has them now, in order."""
    return list(Part.select().where(Part.message == message.id).order_by(Part.seq))


def _move(part: Part, step: Step, columns: dict[str, Any]) -> None:
    old = part.state
    if not allows(old, step.event):
        raise Conflict("not_allowed", state=old, event=str(step.event))
    changes = {
        "state": TRANSITIONS[State(old), step.event],
        "reason": step.reason,
        "facts": step.facts,
        "until": step.until,
        **columns,
    }
    if not statements.update(Part, changes, {"id": part.id, "state": old}):
        raise Conflict("state_changed", state=old, event=str(step.event))
    for name, value in changes.items():
        setattr(part, name, value)


def _derive_message(message: Message, moved: Sequence[Part], now: datetime) -> None:
    """Write the message's derived columns; the part that explains the state gives the reason."""
    parts = list(moved)
    if len(parts) < message.part_count:
        known = {part.id for part in moved}
        parts += [part for part in all_parts(message) if part.id not in known]
    state = derive([part.state for part in parts])
    telling = min(parts, key=lambda part: (part.state != state, part.seq))
    changes = {
        "state": state,
        "reason": telling.reason,
        "facts": telling.facts,
        "until": telling.until,
        "modem": next((part.modem for part in parts if part.modem), None),
        "updated_at": now,
    }
    if message.sealed and state in TOLD:
        changes["sealed"] = GONE
    statements.update(Message, changes, {"id": message.id})
    if message.part_count > 1 and changes["modem"] != message.modem:
        bound = changes["modem"] or message.wanted_modem or ""
        statements.update(Part, {"bound": bound}, {"message": message.id})
    for name, value in changes.items():
        setattr(message, name, value)
