"""What a received message was for: the survey or appointment that it answers, the keyword that it names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.store.models import Inbound, InboundTopic

SURVEY, APPOINTMENT, KEYWORD = "survey", "appointment", "keyword"
KINDS = (SURVEY, APPOINTMENT, KEYWORD)


@dataclass(frozen=True, slots=True)
class Topic:
    """`id` is the uid of a survey or an appointment, or of a keyword's rule."""

    kind: str
    id: str


def note(message: Inbound, kind: str, subject: str) -> None:
    """In the transaction that stores the message; what is noted last holds."""
    row = {"inbound": message.id, "kind": kind, "subject": subject}
    InboundTopic.insert(**row).on_conflict_replace().execute()


def of(messages: Iterable[Inbound]) -> dict[int, Topic]:
    """Message → its topic, for those that have one: one question for all of them."""
    rows = InboundTopic.select().where(InboundTopic.inbound.in_([message.id for message in messages]))
    return {row.inbound_id: Topic(row.kind, row.subject) for row in rows}
