"""Submit and cancel: what a caller may do to a message.  Everything is decided before it is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import islice

from gateway import audit
from gateway.errors import Conflict, GatewayError, NotFound
from gateway.messages import lifecycle, numbers
from gateway.messages.drafts import LONGEST_VALIDITY as LONGEST_VALIDITY
from gateway.messages.drafts import SHORTEST_VALIDITY as SHORTEST_VALIDITY
from gateway.messages.drafts import Callback as Callback
from gateway.messages.drafts import Caller as Caller
from gateway.messages.drafts import Draft as Draft
from gateway.messages.drafts import check_hour as check_hour
from gateway.messages.drafts import look_over as look_over
from gateway.messages.drafts import written
from gateway.messages.intake import UNDO as UNDO
from gateway.messages.intake import Intake, Outcome
from gateway.messages.lifecycle import WAITING, Event, Step
from gateway.store import database, programs
from gateway.store.models import Message

TWINS_WITHIN = timedelta(minutes=10)
BATCH = 50  # messages a transaction where each takes long, and a pause after it: SQLite's lock is not fair,
PAUSE = 0.01  # and the gateway's own writes must get their turn in between (seconds)
TOGETHER = 200  # of one call: what they have in common is worked out once, so that they take no longer


def submit(draft: Draft, caller: Caller, now: datetime) -> Message:
    """Check, write down and return one message; raises Invalid, or Conflict for a reused client_ref."""
    with database.transaction():
        (outcome,) = Intake([draft], caller, now).take()
    if isinstance(outcome, GatewayError):
        raise outcome
    return outcome


def submit_many(
    drafts: Sequence[Draft], caller: Caller, now: datetime, sleep: Callable[[float], None] = time.sleep
) -> list[Outcome]:
    """Each draft's message or its error, in order: a bad one does not spoil the others.

    Raises `database.Trouble` when nothing was written; later, the rest gets it as its error.
    """
    answers: list[Outcome] = []
    remaining = iter(drafts)
    while batch := list(islice(remaining, TOGETHER)):
        if answers:
            sleep(PAUSE)
        try:
            with database.transaction():
                taken = Intake(batch, caller, now).take()
        except database.Trouble as trouble:
            if not answers:
                raise
            error = GatewayError(database.trouble_code(trouble))
            return answers + [error] * (len(drafts) - len(answers))
        answers += taken  # only now are they written down
    return answers


def known(source: str, references: Sequence[str]) -> set[str]:
    """Which of these client references this source used already."""
    return {str(message.client_ref) for message in programs.asked_before(source, references)}


def twin(draft: Draft, caller: Caller, now: datetime) -> Message | None:
    """The same text to the same number a moment ago: worth a question, never a silent drop."""
    recipient = numbers.parse(draft.to, caller.site.country)
    text = written(draft, caller).text
    recent = Message.select().where(
        Message.recipient == recipient, Message.text == text, Message.created_at > now - TWINS_WITHIN
    )
    gone = [lifecycle.State.CANCELED, lifecycle.State.FAILED, lifecycle.State.REJECTED]
    return recent.where(Message.state.not_in(gone)).order_by(Message.id.desc()).first()


def cancel(uid: str, by: str, now: datetime) -> Message:
    """Take back what has not left; raises NotFound, or Conflict with the state that forbids it."""
    with database.transaction():
        message = Message.get_or_none(Message.uid == uid)
        if message is None:
            raise NotFound("message_unknown", id=uid)
        waiting = [part for part in lifecycle.all_parts(message) if part.state in WAITING]
        if not waiting or message.state == lifecycle.State.SENDING:
            raise Conflict("not_cancelable", state=message.state)
        lifecycle.advance(message, waiting, Step(Event.CANCEL, now, "canceled_by", facts={"by": by}))
        audit.write(by, "message_canceled", now, message.recipient, id=uid)
    return message
