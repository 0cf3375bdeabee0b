"""The index of all words that were said, kept behind the hot path (`finding` asks it).

A cursor for each of the two tables says up to which row the words are in the index; it moves in the same
transaction that puts them there.  Whoever deletes a text, or writes it anew, says so here in the same
transaction: else the index would go on knowing it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.store import database, searching
from gateway.store.models import Inbound, Message
from gateway.store.tallying import move, position

BATCH = 200  # rows a transaction: two milliseconds, thirty on a small Pi
PAGES = 8  # that a transaction joins (4 kB each)
TAKEN_OUT = "search.taken_out"  # how often something was, since the index was last written anew


@dataclass(frozen=True, slots=True)
class Source:
    """One of the two tables: its rows in the index begin behind `base`."""

    table: Any
    base: int
    cursor: str

    @property
    def reached(self) -> int:
        """The id up to which the index has its words."""
        return position(self.cursor)


SENT = Source(Message, 0, "search.messages")
HEARD = Source(Inbound, searching.RECEIVED, "search.inbound")
SOURCES = (SENT, HEARD)
OF = {source.table: source for source in SOURCES}


def catch_up() -> Iterator[None]:
    """Take in what was written since, a little at a time: each step is one short transaction, and whoever
    drives it lets others write in between, or stops anywhere."""
    while any(_take(source) for source in SOURCES):
        yield
        while searching.merge(PAGES):
            yield


def forget(table: Any, ids: Sequence[int]) -> None:
    """Take these rows of `Message` or `Inbound` out of the index: before they are deleted or emptied, in the
    same transaction.  Their words leave the file with `scour`."""
    source = OF[table]
    rows = table.select(table.id, table.text).where(table.id.in_(list(ids)), table.text != "")
    known = list(rows.where(table.id <= source.reached))
    for row in known:
        searching.take_out(source.base + row.id, row.text)
    if known:
        move(TAKEN_OUT, position(TAKEN_OUT) + 1)


def reword(message: Inbound, before: str) -> None:
    """Another of its parts came, and the text is not what it was: in the same transaction."""
    if before in ("", message.text) or message.id > HEARD.reached:
        return
    searching.take_out(HEARD.base + message.id, before)
    searching.put(HEARD.base + message.id, message.text)


def scour() -> Iterator[None]:
    """Have what was taken out leave the file: the index is written anew, one short transaction a step.

    Nothing is done where nothing was taken out since.
    """
    while taken_out := position(TAKEN_OUT):
        pages = -PAGES
        while searching.merge(pages):
            pages = PAGES
            yield
        with database.transaction():
            if position(TAKEN_OUT) == taken_out:
                move(TAKEN_OUT, 0)
        yield


def is_scoured() -> bool:
    return position(TAKEN_OUT) == 0


def _take(source: Source) -> bool:
    """The next rows; False where all are in the index, which is asked without keeping others from writing."""
    table = source.table
    if not _after(source).limit(1).exists():
        return False
    with database.transaction():
        rows = list(_after(source).order_by(table.id).limit(BATCH))
        for row in rows:
            if row.text:
                searching.put(source.base + row.id, row.text)
        if rows:
            move(source.cursor, rows[-1].id)
    return bool(rows)


def _after(source: Source) -> Any:
    table = source.table
    return table.select(table.id, table.text).where(table.id > source.reached)
