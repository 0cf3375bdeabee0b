"""The conversations as they are read: the list, and what was said with one number; changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.errors import Invalid, NotFound
from gateway.messages.paging import Page
from gateway.store.models import Conversation, ConversationNote, Inbound, Message, Part
from gateway.store.terms import number_in

Said = Message | Inbound | ConversationNote

SHOWS = ("all", "unread", "unanswered", "mine")
MOST = 99  # counted no further
ENDLESS = 2**62  # above every id
LATER = 5  # so much is shown of what came after a message that was asked for
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
Side = tuple[Any, Any, Any]  # table, whose its rows are, when they were said
SIDES: tuple[Side, ...] = (
    (Message, Message.recipient, Message.created_at),
    (Inbound, Inbound.sender, Inbound.received_at),
    (ConversationNote, ConversationNote.number, ConversationNote.at),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which conversations: one of SHOWS; `me` is whose "mine" are."""

    show: str = "all"
    me: str = ""


# ---- the list ------------------------------------------------------------------------------------


def listing(choice: Choice, cursor: str | None = None, limit: int = 50) -> Page[Conversation]:
    """The latest first; among those of one instant by their number."""
    query = _chosen(choice)
    if cursor:
        query = query.where(_older_than(*_place(cursor)))
    items = list(query.order_by(Conversation.last_at.desc(), Conversation.number).limit(limit + 1))
    return Page(items[:limit], _cursor(items[limit - 1]) if len(items) > limit else None)


def count(choice: Choice) -> int:
    """How many there are, counted up to one more than MOST."""
    return int(_chosen(choice).limit(MOST + 1).count())


def find(number: str) -> Conversation | None:
    found: Conversation | None = Conversation.get_or_none(Conversation.number == number)
    return found


def neighbours(talk: Conversation, choice: Choice) -> tuple[Conversation | None, Conversation | None]:
    """The one above and the one below in that list."""
    at, number = talk.last_at, talk.number
    newer = _chosen(choice).where(_newer_than(at, number))
    older = _chosen(choice).where(_older_than(at, number))
    return (
        newer.order_by(Conversation.last_at, Conversation.number.desc()).first(),
        older.order_by(Conversation.last_at.desc(), Conversation.number).first(),
    )


def with_digits(digits: str, limit: int) -> list[Conversation]:
    """Whose number has these digits somewhere."""
    found = Conversation.select().where(Conversation.number.contains(digits))
    return list(found.limit(limit))


def _chosen(choice: Choice) -> Any:
    query = Conversation.select()
    if choice.show == "unread":
        return query.where(number_in("t1", "unread", "> 0"))
    if choice.show == "unanswered":
        return query.where(number_in("t1", "last_inbound", "= 1"))
    if choice.show == "mine":
        return query.where(Conversation.assigned_to == choice.me)
    return query


# `last_at` alone comes first: it is what the indexes have.
def _older_than(at: datetime, number: str) -> Any:
    tie = (Conversation.last_at < at) | (Conversation.number > number)
    return (Conversation.last_at <= at) & tie


def _newer_than(at: datetime, number: str) -> Any:
    tie = (Conversation.last_at > at) | (Conversation.number < number)
    return (Conversation.last_at >= at) & tie


def _cursor(last: Conversation) -> str:
    return f"{(last.last_at - BEGINNING) // timedelta(microseconds=1)}.{last.number}"


def _place(cursor: str) -> tuple[datetime, str]:
    at, _, number = cursor.partition(".")
    try:
        return BEGINNING + timedelta(microseconds=_whole(at, cursor)), number
    except OverflowError as error:
        raise Invalid("cursor_unknown", field="cursor", value=cursor) from error


# ---- one conversation ----------------------------------------------------------------------------


def thread(number: str, before: str | None = None, limit: int = 50) -> Page[Said]:
    """What was said with one number, both ways, and noted there, newest first; `before`: a page's `next`."""
    lasts = ids(before)
    said: list[Said] = []
    for (table, whose, _), last in zip(SIDES, lasts, strict=True):
        rows = table.select().where(whose == number, table.id < last)
        said.extend(rows.order_by(table.id.desc()).limit(limit + 1))
    said.sort(key=said_at, reverse=True)
    shown = said[:limit]
    return Page(shown, _behind(shown, lasts) if len(said) > limit else None)


def around(uid: str) -> tuple[str, str | None]:
    """(number, `before`) of the page of a thread on which a message is, with a little of what came after it;
    raises NotFound."""
    item = _by_uid(uid)
    number, at = item.recipient if isinstance(item, Message) else item.sender, said_at(item)
    later = sorted(said_at(row) for side in SIDES for row in _later(side, number, at, LATER))
    if len(later) < LATER:
        return number, None
    firsts = [_later(side, number, later[LATER - 1], 1) for side in SIDES]
    return number, ".".join(str(found[0].id if found else ENDLESS) for found in firsts)


def parts(of: Iterable[Message]) -> dict[int, list[Part]]:
    """The parts of several messages, in order, by the message's id."""
    found: dict[int, list[Part]] = {message.id: [] for message in of}
    if found:
        for part in Part.select().where(Part.message.in_(list(found))).order_by(Part.message, Part.seq):
            found[part.message_id].append(part)  # type: ignore[attr-defined]
    return found


def _behind(shown: Iterable[Said], lasts: Sequence[int]) -> str:
    """The cursor of what is older than all that is shown, on each side."""
    found = list(lasts)
    for item in shown:
        place = next(at for at, (table, _, _) in enumerate(SIDES) if isinstance(item, table))
        found[place] = min(found[place], item.id)
    return ".".join(map(str, found))


def ids(cursor: str | None, sides: int = len(SIDES)) -> list[int]:
    """Where each side goes on, below that id; raises Invalid `cursor_unknown`."""
    found = [_whole(piece, cursor) for piece in cursor.split(".")] if cursor else [ENDLESS] * sides
    if len(found) != sides:
        raise Invalid("cursor_unknown", field="cursor", value=cursor)
    return found


def said_at(item: Said) -> datetime:
    if isinstance(item, Message):
        return item.created_at
    return item.received_at if isinstance(item, Inbound) else item.at


def _later(side: Side, number: str, at: datetime, most: int) -> list[Any]:
    table, whose, when = side
    return list(table.select().where(whose == number, when > at).order_by(table.id).limit(most))


def _by_uid(uid: str) -> Message | Inbound:
    found: Message | Inbound | None = Message.get_or_none(Message.uid == uid)
    found = found or Inbound.get_or_none(Inbound.uid == uid)
    if found is None:
        raise NotFound("message_unknown", id=uid)
    return found


def _whole(digits: str, cursor: str) -> int:
    if not digits.isascii() or not digits.isdigit() or len(digits) > 19:
        raise Invalid("cursor_unknown", field="cursor", value=cursor)
    return min(int(digits), ENDLESS)
