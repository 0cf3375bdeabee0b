"""The index of all words that were said (SQLite's FTS5), and what is looked for in it, as SQL.

A row of the index is a message under its own id, a received one under its id and RECEIVED.  The index keeps
words, not texts: what is to be taken out of it must be told to it as it went in.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime

from peewee import OperationalError

from gateway.store.database import db
from gateway.store.models import InstantField

RECEIVED = 1 << 40
OPENS, CLOSES = "\x02", "\x03"  # around what matched
LOOK_UP = 50  # steps of SQLite's between two looks at the time
NEAR = 1000  # rows by which the order of ids and that of instants may differ: a clock was set back

_PUT = "INSERT INTO search (rowid, text) VALUES (:row, :text)"
_TAKE_OUT = "INSERT INTO search (search, rowid, text) VALUES ('delete', :row, :text)"
_MERGE = "INSERT INTO search (search, rank) VALUES ('merge', :pages)"
_MATCHING = """SELECT rowid FROM search WHERE search MATCH :wanted AND rowid > :above AND rowid < :below
    ORDER BY rowid DESC LIMIT :most"""
_FIRST = """SELECT MIN(id) FROM
    (SELECT id FROM {table} WHERE {column} >= :at ORDER BY {column} LIMIT :near)"""
# The same reading of words as the index's (migrations/0005_shop.py), for a few texts that are at hand.
_DESK = """CREATE VIRTUAL TABLE said USING fts5 (text, tokenize="unicode61 remove_diacritics 2")"""
_MARKED = "SELECT rowid, highlight(said, 0, ?, ?) FROM said WHERE said MATCH ?"

_instant = InstantField()


class TakesTooLong(Exception):
    """A question was given up: it is asked of too many words."""


def put(row: int, text: str) -> None:
    """In the caller's transaction."""
    db.execute_sql(_PUT, {"row": row, "text": text})


def take_out(row: int, text: str) -> None:
    """In the caller's transaction; the text is the one that went in."""
    db.execute_sql(_TAKE_OUT, {"row": row, "text": text})


def merge(pages: int) -> bool:
    """Join the index's pieces, writing so many pages; False where nothing was left to do.

    Below zero: begin to join all of them into one, in which nothing is left of what was taken out.
    """
    connection = db.connection()
    before = connection.total_changes
    with db.atomic():
        db.execute_sql(_MERGE, {"pages": pages})
    return bool(connection.total_changes - before > 1)  # one: it only looked


def matching(wanted: str, above: int, below: int, most: int, go_on: Callable[[], bool]) -> list[int]:
    """The rows between the two that match, the last ones first; raises TakesTooLong once `go_on` says no."""
    values = {"wanted": wanted, "above": above, "below": below, "most": most}
    with _while(go_on):
        return [row for (row,) in db.execute_sql(_MATCHING, values).fetchall()]


def marked(wanted: str, texts: Mapping[int, str]) -> dict[int, str]:
    """Those of the texts that match, with OPENS and CLOSES around what did."""
    if not texts:
        return {}
    with closing(sqlite3.connect(":memory:")) as desk:
        desk.execute(_DESK)
        desk.executemany("INSERT INTO said (rowid, text) VALUES (?, ?)", texts.items())
        return dict(desk.execute(_MARKED, (OPENS, CLOSES, wanted)).fetchall())


def first_since(table: str, column: str, at: datetime) -> int:
    """The lowest id of what was written at this instant or later; beyond all ids where there is nothing."""
    values = {"at": _instant.db_value(at), "near": NEAR}
    found = db.execute_sql(_FIRST.format(table=table, column=column), values).fetchone()[0]
    return RECEIVED if found is None else int(found)


@contextmanager
def _while(go_on: Callable[[], bool]) -> Iterator[None]:
    """Have SQLite ask now and then whether to go on."""
    given_up = False

    def ask() -> bool:
        nonlocal given_up
        given_up = not go_on()
        return given_up

    connection = db.connection()
    connection.set_progress_handler(ask, LOOK_UP)
    try:
        yield
    except (OperationalError, sqlite3.OperationalError) as error:
        if given_up:
            raise TakesTooLong from error
        raise
    finally:
        connection.set_progress_handler(None, 0)
