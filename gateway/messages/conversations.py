"""One row a number: the last thing said with it, kept in the same transaction that says it; who looks after
it, and what colleagues noted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gateway import audit
from gateway.errors import Invalid, NotFound
from gateway.store import database, statements
from gateway.store.models import Audit, Conversation, ConversationNote
from gateway.store.terms import fn

SHOWN = 160
LONGEST_NOTE = 2000
CHANGES = ("conversation_assigned", "note_written", "note_removed")


def note(number: str, text: str, now: datetime, inbound: bool) -> None:
    """Remember the last thing said; an inbound one counts as unread."""
    statements.upsert_many(Conversation, [line(number, text, now, inbound)], key="number", adding="unread")


def line(number: str, text: str, now: datetime, inbound: bool) -> dict[str, Any]:
    """The row of what was said last, not yet written."""
    row = {"number": number, "last_at": now, "last_text": text[:SHOWN], "last_inbound": inbound}
    return {**row, "unread": int(inbound)}


def mark_read(number: str) -> None:
    with database.transaction():
        Conversation.update(unread=0).where(Conversation.number == number, Conversation.unread > 0).execute()


def assign(number: str, to: str | None, by: str, now: datetime) -> bool:
    """Have a colleague look after it, None: nobody in particular; whether that changed.  Raises NotFound."""
    with database.transaction():
        talk = _get(number)
        if talk.assigned_to == to:
            return False
        Conversation.update(assigned_to=to).where(Conversation.number == number).execute()
        audit.write(by, "conversation_assigned", now, number, to=to or "")
    return True


def write_note(number: str, text: str, by: str, now: datetime) -> None:
    """A remark for colleagues, never sent.  Raises Invalid on the field `note`, or NotFound."""
    said = text.strip()
    if not said:
        raise Invalid("note_empty", field="note")
    if len(said) > LONGEST_NOTE:
        raise Invalid("text_long", field="note", most=LONGEST_NOTE)
    with database.transaction():
        ConversationNote.create(number=_get(number).number, at=now, written_by=by, text=said)
        audit.write(by, "note_written", now, number)


def remove_note(number: str, note: int, by: str, now: datetime) -> None:
    """Take back a remark of one's own; raises NotFound for one that is not there, or somebody else's."""
    with database.transaction():
        mine = (ConversationNote.number == number, ConversationNote.written_by == by)
        if not ConversationNote.delete().where(ConversationNote.id == note, *mine).execute():
            raise NotFound("note_unknown")
        audit.write(by, "note_removed", now, number)


def version() -> str:
    """A word that changes whenever a note or who looks after a conversation does."""
    return ".".join(str(_last(action)) for action in CHANGES)


def _last(action: str) -> int:
    return int(Audit.select(fn.MAX(Audit.id)).where(Audit.action == action).scalar() or 0)


def _get(number: str) -> Conversation:
    found: Conversation | None = Conversation.get_or_none(Conversation.number == number)
    if found is None:
        raise NotFound("conversation_unknown", number=number)
    return found
