"""A message is emptied or deleted: what the conversation shows then, and what forbids it."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from gateway.errors import Conflict, NotFound
from gateway.messages import conversations, lifecycle, redaction
from gateway.messages.lifecycle import Event, Step
from gateway.store.models import Conversation, ConversationNote, Delivery, Inbound, InboundPart, Message

if TYPE_CHECKING:
    from conftest import Bench

ANNA = "+33612345678"
numbers = count(1)


def over(bench: Bench, text: str) -> Message:
    """A message that was delivered."""
    message = bench.submit(text)
    for event in (Event.CLAIM, Event.ACCEPT, Event.DELIVER):
        lifecycle.advance(message, lifecycle.all_parts(message), Step(event, bench.now))
    return message


def heard(bench: Bench, text: str, **columns: Any) -> Inbound:
    """A received message, as the inbox leaves it."""
    row = {"complete": True, "modem": "sim1", "sim": "8933", **columns}
    uid = f"{next(numbers):032x}"
    message = Inbound.create(uid=uid, sender=ANNA, text=text, received_at=bench.now, **row)
    InboundPart.create(inbound=message, seq=1, text=text, tpdu="00", digest=uid, received_at=bench.now)
    conversations.note(ANNA, text, bench.now, inbound=True)
    return message


def talk() -> tuple[str, bool, int] | None:
    """(last word, whether theirs, unread) of Anna's conversation."""
    found = Conversation.get_or_none(Conversation.number == ANNA)
    return None if found is None else (found.last_text, found.last_inbound, found.unread)


def remove(bench: Bench, message: Message | Inbound) -> None:
    redaction.remove(message.uid, "key:shop", bench.now)


def test_what_is_left_is_the_last_word(bench: Bench) -> None:
    first = over(bench, "first")
    bench.clock.move(timedelta(seconds=1))
    answer = heard(bench, "answer")
    bench.clock.move(timedelta(seconds=1))
    last = over(bench, "last")
    for gone, left in ((last, ("answer", True, 1)), (answer, ("first", False, 0)), (first, None)):
        remove(bench, gone)
        assert talk() == left


def test_what_colleagues_noted_stays(bench: Bench) -> None:
    message = over(bench, "first")
    ConversationNote.create(number=ANNA, at=bench.now, written_by="page:ana", text="calls back")
    remove(bench, message)
    assert talk() == ("", False, 0)


def test_only_the_last_word_that_was_emptied_is_forgotten(bench: Bench) -> None:
    first, last = over(bench, "first"), over(bench, "last")
    redaction.redact(first.uid, "key:shop", bench.now)
    assert talk() == ("last", False, 0)
    redaction.redact(last.uid, "key:shop", bench.now)
    assert talk() == ("", False, 0)


def test_an_emptied_answer_keeps_nothing_of_its_parts(bench: Bench) -> None:
    message = heard(bench, "confidential")
    emptied = redaction.redact(message.uid, "key:boss", bench.now)
    assert (emptied.text, talk()) == ("", ("", True, 1))
    assert [(part.text, part.tpdu) for part in InboundPart.select()] == [("", "")]


def test_what_was_told_of_it_goes_and_what_is_still_to_be_told_waits(bench: Bench) -> None:
    message = over(bench, "first")
    row = {"style": "standard", "url": "http://127.0.0.1/", "receiver": "http://127.0.0.1:80"}
    row |= {"event": "message.sent", "subject": message.uid, "payload": "first", "created_at": bench.now}
    for state in ("done", "given_up", "waiting"):
        Delivery.create(uid=state, state=state, **row)
    redaction.redact(message.uid, "key:shop", bench.now)
    assert [delivery.state for delivery in Delivery.select()] == ["waiting"]
    remove(bench, message)
    assert Delivery.select().count() == 0


def test_what_is_not_over_is_left_alone(bench: Bench) -> None:
    waits = bench.submit("waits")
    doubtful = heard(bench, "stop?", asks="perhaps_stop")
    half = heard(bench, "half", complete=False, part_count=2)
    for message, code in ((waits, "not_over"), (doubtful, "asks_first"), (half, "not_over")):
        for touch in (redaction.redact, redaction.remove):
            with pytest.raises(Conflict) as refused:
                touch(message.uid, "key:shop", bench.now)
            assert refused.value.code == code
    with pytest.raises(NotFound):
        redaction.redact("0" * 32, "key:shop", bench.now)
    assert {row.text for row in Inbound.select()} == {"stop?", "half"}


def test_marketing_that_nobody_got_does_not_count(bench: Bench) -> None:
    message = bench.submit("Soldes", category="marketing", send_at=bench.now + timedelta(hours=1))
    lifecycle.advance(message, lifecycle.all_parts(message), Step(Event.CANCEL, bench.now))
    remove(bench, message)
    assert Message.select().count() == 0
