"""When a message's state changed: derived again from every step of its parts, so that none is passed over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from gateway.messages.lifecycle import WAITING, Event, State, derive
from gateway.store.models import History, Message

# Steps that are taken with all parts that wait, and leave one row.
TOGETHER = (
    Event.SCHEDULE,
    Event.RESCHEDULE,
    Event.HOLD,
    Event.ENQUEUE,
    Event.REJECT,
    Event.CANCEL,
    Event.EXPIRE,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A message came into another state; `before` is None at its beginning."""

    message: int
    at: datetime
    before: State | None
    state: State
    reason: str | None


def turns(after: int, last: int) -> Iterator[Turn]:
    """The turns that the rows between the two made, in the order of the rows."""
    found = [turn for life in _lives(after, last) for turn in _turns(life, after, last)]
    return (turn for _, turn in sorted(found, key=lambda numbered: numbered[0]))


def _lives(after: int, last: int) -> Iterator[list[History]]:
    """Whole lives of the messages to which something happened between the two."""
    touched = History.select(History.message).where(History.id > after, History.id <= last)
    rows = (
        History.select(History, Message.id, Message.part_count, Message.state)
        .join(Message)
        .where(History.message.in_(touched))
        .order_by(History.message, History.id)
    )
    for _, life in groupby(rows, key=lambda row: row.message.id):
        yield list(life)


def _turns(life: list[History], after: int, last: int) -> Iterator[tuple[int, Turn]]:
    """(row, what it changed); the last row of all led to the state that the message has."""
    parts: dict[int, str] = {}
    before: State | None = None
    for step in life:
        message = step.message
        parts.update(dict.fromkeys(_concerned(step, parts), step.state))
        state = State(message.state) if step is life[-1] else derive([*parts.values()])
        if state != before and after < step.id <= last:
            yield step.id, Turn(message.id, step.at, before, state, step.reason)
        before = state


def _concerned(step: History, parts: Mapping[int, str]) -> Iterable[int]:
    """The parts that a step is about: without `seq` all of them; what is said of one that waits, mostly of
    all that wait with it."""
    if step.seq is None:
        return range(1, step.message.part_count + 1)
    if step.event in TOGETHER and parts.get(step.seq) in WAITING:
        return [seq for seq, state in parts.items() if state in WAITING]
    return (step.seq,)
