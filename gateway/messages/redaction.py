"""A program has one message emptied, or taken out of the ledger, once nothing more will become of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gateway import audit
from gateway.errors import Conflict, NotFound
from gateway.messages import search
from gateway.messages.conversations import SHOWN
from gateway.messages.lifecycle import TOLD, State
from gateway.policy.categories import CATEGORIES
from gateway.policy.rulebook import MONTH
from gateway.store import database
from gateway.store.models import Conversation, ConversationNote, Delivery, Inbound, InboundPart, Message

UNCOUNTED = (State.CANCELED, State.REJECTED)  # nobody got them

Said = Message | Inbound


def find(uid: str) -> Said:
    """What was sent or came under this name; raises NotFound `message_unknown`."""
    found: Said | None = Message.get_or_none(Message.uid == uid) or Inbound.get_or_none(Inbound.uid == uid)
    if found is None:
        raise NotFound("message_unknown", id=uid)
    return found


def redact(uid: str, by: str, now: datetime) -> Said:
    """Empty its text; the row stays for the figures and the limits.

    Raises NotFound; Conflict `not_over` while it may still leave or grow, `asks_first` while a person must
    say whether it is a STOP.
    """
    with database.transaction():
        said = find(uid)
        _refuse_unfinished(said)
        number = said.sender if isinstance(said, Inbound) else said.recipient
        _forget_last_word(said, number)
        _empty(said)
        Delivery.delete().where(Delivery.subject == uid, Delivery.state != "waiting").execute()
        audit.write(by, "message_redacted", now, number, id=uid)
    return find(uid)


def remove(uid: str, by: str, now: datetime) -> None:
    """Delete the row with its parts, steps, reports and deliveries.

    Raises as `redact` does; and Conflict `still_counted` for marketing that left in the last thirty days:
    without its row the person could be written to more often than is allowed.
    """
    with database.transaction():
        said = find(uid)
        _refuse_unfinished(said)
        _refuse_counted(said, now)
        number = said.sender if isinstance(said, Inbound) else said.recipient
        table = type(said)
        search.forget(table, [said.id])
        table.delete().where(table.id == said.id).execute()
        Delivery.delete().where(Delivery.subject == uid).execute()
        _show_last_word(number)
        audit.write(by, "message_removed", now, number, id=uid)


def _refuse_unfinished(said: Said) -> None:
    if isinstance(said, Message):
        if said.state not in TOLD:
            raise Conflict("not_over", state=said.state)
    elif said.asks:
        raise Conflict("asks_first")
    elif not said.complete:
        raise Conflict("not_over", state="receiving")


def _refuse_counted(said: Said, now: datetime) -> None:
    if isinstance(said, Inbound) or not CATEGORIES[said.category].capped or said.state in UNCOUNTED:
        return
    if said.updated_at > now - MONTH:
        raise Conflict("still_counted", days=MONTH.days)


def _empty(said: Said) -> None:
    table = type(said)
    search.forget(table, [said.id])
    if isinstance(said, Message):
        nothing: dict[str, Any] = {"text": "", "typed": None, "content_digest": ""}
        Message.update(nothing).where(Message.id == said.id).execute()
    else:
        Inbound.update(text="").where(Inbound.id == said.id).execute()
        InboundPart.update(text="", tpdu="").where(InboundPart.inbound == said.id).execute()


def _forget_last_word(said: Said, number: str) -> None:
    """The list of conversations shows the beginning of what was said last."""
    shown = said.text[:SHOWN]
    last = Conversation.update(last_text="").where(Conversation.number == number)
    last.where(
        Conversation.last_text == shown, Conversation.last_inbound == isinstance(said, Inbound)
    ).execute()


def _show_last_word(number: str) -> None:
    """What is left is the last word now; a conversation of which nothing is left goes."""
    talk = Conversation.get_or_none(Conversation.number == number)
    sent = Message.select().where(Message.recipient == number).order_by(Message.id.desc()).first()
    heard = Inbound.select().where(Inbound.sender == number).order_by(Inbound.id.desc()).first()
    if talk is None:
        return
    talk.unread = min(talk.unread, Inbound.select().where(Inbound.sender == number).count())
    talk.last_text = ""
    if sent is not None or heard is not None:
        came = heard is not None and (sent is None or heard.received_at > sent.created_at)
        last, at = (heard, heard.received_at) if came else (sent, sent.created_at)
        talk.last_at, talk.last_text, talk.last_inbound = at, last.text[:SHOWN], came
    elif talk.assigned_to is None and not _is_noted(number):
        talk.delete_instance()
        return
    talk.save()


def _is_noted(number: str) -> bool:
    return bool(ConversationNote.select().where(ConversationNote.number == number).exists())
