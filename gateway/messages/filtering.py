"""Which messages a person or a program wants to see: every list of them, a page at a time, both ways.

A page never costs more than so many rows looked at.  One condition is followed through an index, the others
are asked of each row on the way; where they fit too rarely, the page ends early and says how far it got.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.messages.paging import row_id
from gateway.store import database, plans
from gateway.store.models import Message, Part
from gateway.store.terms import fn, value

LOOKED_THROUGH = 100_000  # rows a page looks at, at the most
NEAR = 1000  # rows by which the order of ids and that of instants may differ: a clock was set back
MOST_SOURCES = 100

Condition = Any


@dataclass(frozen=True, slots=True)
class Filter:
    """What must be true of a message; what is empty or None says nothing."""

    states: Sequence[str] = ()
    reasons: Sequence[str] = ()
    numbers: Sequence[str] | None = None  # one of these recipients; (): of nobody
    category: str | None = None
    source: str | None = None
    modem: str | None = None
    since: datetime | None = None  # written at this instant or later
    until: datetime | None = None  # written before this one
    leaves: tuple[datetime, datetime] | None = None  # waits for an hour from the one on, before the other
    text: str | None = None  # a piece of it, as it is written
    sent_since: datetime | None = None  # its first part left at this instant or later
    sent_until: datetime | None = None  # before this one
    metadata: str | None = None  # a piece of what a program attached, as its JSON is kept


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of messages, newest first.  `older` and `newer` are cursors, None at an end; `cut`: it ended
    early, having looked at as many rows as it may, and a cursor goes on from there."""

    items: list[Message]
    older: str | None = None
    newer: str | None = None
    cut: bool = False


def older(
    wanted: Filter, cursor: str | None = None, limit: int = 50, most: int | None = LOOKED_THROUGH
) -> Sheet:
    """The newest that fit, or the newest before the cursor; `most` None looks as far as it takes."""
    start = None if cursor is None else row_id(cursor)
    found, stop = _walk(wanted, start, limit + 1, most, up=False)
    items, last = found[:limit], stop
    if len(found) > limit:
        last = items[-1].id
    first = None if start is None else items[0].id if items else start - 1
    return Sheet(items, _cursor(last), _cursor(first), cut=last is not None and last == stop)


def newer(wanted: Filter, cursor: str, limit: int = 50) -> Sheet:
    """The page before the one that begins behind the cursor; the newest page where the end is reached."""
    found, stop = _walk(wanted, row_id(cursor), limit + 1, LOOKED_THROUGH, up=True)
    if len(found) <= limit and stop is None:
        return older(wanted, None, limit)
    items = found[:limit][::-1]
    first = items[0].id if len(found) > limit else stop
    last = items[-1].id if items else row_id(cursor) + 1
    return Sheet(items, _cursor(last), _cursor(first), cut=len(found) <= limit)


def count(wanted: Filter, most: int, looked: int = LOOKED_THROUGH) -> int:
    """How many fit, counted no further than `most`, among the newest `looked` rows of each state."""
    found = 0
    ids, instants = _bounds(wanted)
    with database.as_of_now():
        for lane, rest in _lanes(wanted):
            rest += instants
            edge = _edge(lane, rest, ids, looked, up=False)
            rows = Message.select(Message.id).where(lane, *rest, *ids, *_within(edge, up=False))
            found += int(rows.limit(most - found).count())
            if found >= most:
                break
    return found


def newest() -> int:
    """The id of the newest message; 0 where there is none."""
    return int(Message.select(fn.MAX(Message.id)).scalar() or 0)


def sources() -> list[str]:
    """Who wrote the messages that are kept: one step into the index for each."""
    known: list[str] = []
    last = ""
    while len(known) < MOST_SOURCES:
        after = Message.select(Message.source).where(Message.source > last).order_by(Message.source)
        if (found := after.first()) is None:
            break
        last = found.source
        known.append(last)
    return known


# ---- one condition leads, the others follow ------------------------------------------------------


def _lanes(wanted: Filter) -> Iterator[tuple[Condition, list[Condition]]]:
    """(what an index follows, what is asked of each row), one for each state where states lead."""
    asked = _conditions(wanted)
    states = [Message.state.in_(list(wanted.states))] if wanted.states else []
    if wanted.leaves is not None:
        yield Message.id.in_(plans.ids_between(*wanted.leaves)), [*states, *asked.values()]
    elif wanted.states and "numbers" not in asked:
        for state in wanted.states:
            yield Message.state == state, list(asked.values())
    else:
        first = next((name for name in ("numbers", "source", "category") if name in asked), "")
        lead = asked.pop(first, True)
        yield lead, [*states, *asked.values()]


def _conditions(wanted: Filter) -> dict[str, Condition]:
    """By the filter's name for it, without the states and the instants."""
    found: dict[str, Condition] = {}
    if wanted.numbers is not None:
        found["numbers"] = Message.recipient.in_(list(wanted.numbers))
    for name in ("source", "category", "modem"):
        if value := getattr(wanted, name):
            found[name] = getattr(Message, name) == value
    if wanted.reasons:
        found["reasons"] = Message.reason.in_(list(wanted.reasons))
    if wanted.text:
        found["text"] = Message.text.contains(wanted.text)
    if wanted.metadata:
        found["metadata"] = fn.INSTR(Message.metadata, wanted.metadata) > 0
    if wanted.sent_since is not None:
        found["sent_since"] = _instant(wanted.sent_since) <= _left()
    if wanted.sent_until is not None:
        found["sent_until"] = _instant(wanted.sent_until) > _left()
    return found


def _left() -> Any:
    """When the first part of a message left."""
    return Part.select(fn.MIN(Part.sent_at)).where(Part.message == Message.id)


def _instant(at: datetime) -> Any:
    """As it stands in the rows, for what has no field to say so."""
    return value(Part.sent_at.db_value(at))


def _walk(
    wanted: Filter, start: int | None, limit: int, most: int | None, up: bool
) -> tuple[list[Message], int | None]:
    """Up to `limit` messages from all lanes in the order of the walk, and where it was cut, None if not."""
    found: list[Message] = []
    cuts = []
    ids, instants = _bounds(wanted)
    ids += [] if start is None else [Message.id > start if up else Message.id < start]
    with database.as_of_now():  # else one that goes from lane to lane meanwhile is in both, or in none
        for lane, rest in _lanes(wanted):
            rest += instants
            edge = _edge(lane, rest, ids, most, up)
            rows = Message.select().where(lane, *rest, *ids, *_within(edge, up))
            taken = list(rows.order_by(_order(up)).limit(limit))
            found += taken
            if edge is not None and len(taken) < limit:
                cuts.append(edge)
    found.sort(key=lambda message: message.id, reverse=not up)
    if not cuts:
        return found[:limit], None
    cut = min(cuts) if up else max(cuts)
    before = [message for message in found if (message.id <= cut if up else message.id >= cut)]
    return before[:limit], cut if len(before) < limit else None


def _edge(
    lane: Condition, rest: Sequence[Condition], ids: Sequence[Condition], most: int | None, up: bool
) -> int | None:
    """The last row that is looked at, where some may not fit and there are more than `most`."""
    if not rest or most is None:
        return None
    lasts = Message.select(Message.id).where(lane, *ids).order_by(_order(up)).offset(most).limit(1)
    found: int | None = lasts.scalar()
    return found


def _within(edge: int | None, up: bool) -> list[Condition]:
    if edge is None:
        return []
    return [Message.id <= edge if up else Message.id >= edge]


def _order(up: bool) -> Any:
    return Message.id.asc() if up else Message.id.desc()


def _bounds(wanted: Filter) -> tuple[list[Condition], list[Condition]]:
    """When they were written, said of the ids, so that nothing outside is looked at; and of the instants."""
    ids: list[Condition] = []
    instants: list[Condition] = []
    if wanted.since is not None:
        instants.append(Message.created_at >= wanted.since)
        ids.append(Message.id >= _outermost(fn.MIN, instants[-1], Message.created_at.asc(), 2**62))
    if wanted.until is not None:
        instants.append(Message.created_at < wanted.until)
        ids.append(Message.id <= _outermost(fn.MAX, instants[-1], Message.created_at.desc(), 0))
    if wanted.sent_since is not None:  # whatever left was written to since; "+ 0": by the index of that
        changed = Message.select(fn.MIN(Message.id + 0)).where(Message.updated_at >= wanted.sent_since)
        ids.append(Message.id >= (changed.scalar() or 2**62))
    if wanted.sent_until is not None:  # and was written before it left
        written = Message.created_at < wanted.sent_until
        ids.append(Message.id <= _outermost(fn.MAX, written, Message.created_at.desc(), 0))
    return ids, instants


def _outermost(which: Any, condition: Condition, order: Any, nobody: int) -> int:
    """The smallest or greatest id of the rows next to an instant; `nobody` where there are none."""
    near = Message.select(Message.id).where(condition).order_by(order).limit(NEAR).alias("near")
    found: int | None = Message.select(which(near.c.id)).from_(near).scalar()
    return nobody if found is None else found


def _cursor(row: int | None) -> str | None:
    return None if row is None else str(row)
