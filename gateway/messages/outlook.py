"""What waits: why, and when the last of it will have left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.messages import decisions, pace
from gateway.store import claims
from gateway.store.models import Conversation, Message
from gateway.store.terms import number_in, state_in

LOOKED_AT = 200  # messages of each state read for their reasons
MOST = 1000  # counted no further
QUEUED_MOST = 100_000
RECENT = timedelta(days=7)
LAST_LANE = 9  # behind every lane

_SCHEDULED = state_in("t1", "scheduled")
_UNANSWERED = number_in("t1", "last_inbound", "= 1")

Reason = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Queue:
    """Parts that wait for nothing but their turn; `ends_at` None where no SIM may send."""

    parts: int
    ends_at: datetime | None


def reasons(states: Sequence[str]) -> list[Reason]:
    """Why the newest messages of these states are where they are, with the facts."""
    found: list[Any] = []
    for state in states:  # one after the other: each is a piece of one index
        newest = Message.select(Message.reason, Message.facts).where(Message.state == state)
        found.extend(newest.order_by(Message.id.desc()).limit(LOOKED_AT).tuples())
    return [(reason, facts) for reason, facts in found if reason]


def scheduled_until(instant: datetime) -> int:
    """How many messages are to leave by that instant, counted up to MOST."""
    due = Message.select().where(_SCHEDULED, Message.send_at < instant)
    return int(due.limit(MOST).count())


def queue(able: Sequence[str], now: datetime) -> Queue:
    """The queue, and when its end will have left, at the pace at which these modems' SIMs send lately."""
    parts = claims.waiting_in_lane(LAST_LANE, QUEUED_MOST)
    together = sum(1 / pace.of(modem) for modem in able)
    return Queue(parts, now + timedelta(seconds=parts / together) if together else None)


def unanswered(now: datetime) -> int:
    """How many people wrote last, within a week, and got no answer; counted up to MOST."""
    silent = Conversation.select().where(_UNANSWERED, Conversation.last_at > now - RECENT)
    return int(silent.limit(MOST).count())


def late() -> int:
    """How many messages were found too late and wait for a person, counted up to MOST."""
    return int(Message.select().where(decisions.FOUND_LATE).limit(MOST).count())


def failed(now: datetime) -> int:
    """How many did not arrive within a week and may be sent again, counted up to MOST."""
    recently = Message.updated_at > now - decisions.RECENT
    lost = Message.select().where(decisions.LOST, recently)
    return int(lost.limit(MOST).count())
