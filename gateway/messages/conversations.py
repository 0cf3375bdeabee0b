"""One row a number: the last thing said with it, kept in the same transaction that says it."""

from __future__ import annotations

from datetime import datetime

from gateway.store import statements
from gateway.store.models import Conversation

SHOWN = 160


def note(number: str, text: str, now: datetime, inbound: bool) -> None:
    """Remember the last thing said; an inbound one counts as unread."""
    row = {"number": number, "last_at": now, "last_text": text[:SHOWN], "last_inbound": inbound}
    statements.upsert(Conversation, {**row, "unread": int(inbound)}, key="number", adding="unread")


def mark_read(number: str) -> None:
    Conversation.update(unread=0).where(Conversation.number == number, Conversation.unread > 0).execute()
