"""A look at the database file that needs nothing of it to be well: by a reading connection of its own, with a
deadline, and never an error but `Unreadable`.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gateway.store.models.fields import InstantField

VERSION = sqlite3.sqlite_version
BUSY = 1.0  # seconds
LARGE = 50_000_000  # octets of a file whose tables are not measured: that reads all of it, at one go
LOOKED_BACK = 20_000  # rows of a table, the newest, in which the last success is looked for

_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
_WHOSE = "SELECT name, tbl_name FROM sqlite_master WHERE type IN ('table', 'index')"
_PAGES = "SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE"
_NEWEST = "(SELECT sent_at, claimed_at, attempts FROM parts ORDER BY id DESC LIMIT ?)"
_SENT = f"SELECT MAX(sent_at) FROM {_NEWEST}"
_TRIED = f"SELECT MIN(claimed_at), SUM(attempts) FROM {_NEWEST} WHERE claimed_at > ?"
_CAME = "SELECT MAX(received_at) FROM (SELECT received_at FROM inbound ORDER BY id DESC LIMIT ?)"

_instant = InstantField()


class Unreadable(Exception):
    """The file cannot be read, is damaged, or took too long; `words` are SQLite's."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True)
class Soundness:
    """What a look through the file found; `trouble` is what SQLite says is wrong, "" for nothing."""

    trouble: str
    checked: int  # tables that were looked through in time
    tables: int

    @property
    def whole(self) -> bool:
        return self.checked == self.tables


@dataclass(frozen=True, slots=True)
class Table:
    """`octets` with its indexes; None where this SQLite does not tell, or the file is large."""

    name: str
    rows: int
    octets: int | None


@dataclass(frozen=True, slots=True)
class Traffic:
    """Of the newest rows: when a part last was sent, what was tried since, when a message last came."""

    sent: datetime | None
    tried: datetime | None  # for the first time after the last that was sent
    attempts: int  # since then
    received: datetime | None


def look(path: Path, seconds: float) -> Soundness:
    """Look through one table after the other, until that much time has passed."""
    checked, names = 0, []
    try:
        with _reading(path, seconds) as (connection, late):
            names = [name for (name,) in connection.execute(_TABLES)]
            for name in names:
                if late.is_set():
                    break
                (verdict,) = connection.execute(f'PRAGMA quick_check("{name}")').fetchone()
                if verdict != "ok":
                    return Soundness(str(verdict), checked, len(names))
                checked += 1
    except Late:
        pass
    except Unreadable as error:
        return Soundness(error.words, checked, len(names))
    return Soundness("", checked, len(names))


def tables(path: Path, seconds: float) -> list[Table]:
    """Every table, the largest first; those that could not be counted in time are left out."""
    found: list[Table] = []
    try:
        with _reading(path, seconds) as (connection, late):
            sizes = _sizes(connection) if path.stat().st_size <= LARGE else {}
            for (name,) in connection.execute(_TABLES).fetchall():
                if late.is_set():
                    break
                rows = int(connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0])
                found.append(Table(name, rows, sizes.get(name)))
    except (Unreadable, OSError):
        pass
    return sorted(found, key=lambda table: (-(table.octets or 0), -table.rows))


def traffic(path: Path, seconds: float = BUSY) -> Traffic | None:
    """When messages last passed; None where the file does not tell."""
    sent = read(path, _SENT, (LOOKED_BACK,), seconds)
    tried = read(path, _TRIED, (LOOKED_BACK, sent[0][0] or 0), seconds) if sent else []
    came = read(path, _CAME, (LOOKED_BACK,), seconds)
    if not (sent and tried and came):
        return None
    first, attempts = tried[0]
    return Traffic(instant(sent[0][0]), instant(first), attempts or 0, instant(came[0][0]))


def read(path: Path, sql: str, values: Sequence[Any] = (), seconds: float = BUSY) -> list[tuple[Any, ...]]:
    """The rows of a question; [] where the file does not answer it."""
    try:
        with _reading(path, seconds) as (connection, _late):
            return connection.execute(sql, values).fetchall()
    except Unreadable:
        return []


def instant(value: int | None) -> datetime | None:
    """An instant as the file keeps it."""
    return _instant.python_value(value)


class Late(Unreadable):
    """The deadline has passed."""


@contextmanager
def _reading(path: Path, seconds: float) -> Iterator[tuple[sqlite3.Connection, threading.Event]]:
    """A connection that cannot write; what goes on after the deadline is interrupted."""
    late = threading.Event()
    try:
        opened = sqlite3.connect(
            f"file:{path}?mode=ro", uri=True, timeout=min(BUSY, seconds), check_same_thread=False
        )
        with closing(opened) as connection:
            timer = threading.Timer(seconds, _interrupt, (connection, late))
            timer.daemon = True
            timer.start()
            try:
                yield connection, late
            finally:
                timer.cancel()
                timer.join()
    except sqlite3.Error as error:
        raise (Late if late.is_set() else Unreadable)(str(error)) from error


def _interrupt(connection: sqlite3.Connection, late: threading.Event) -> None:
    late.set()
    connection.interrupt()


def _sizes(connection: sqlite3.Connection) -> dict[str, int]:
    """Octets of each table with its indexes; {} where this SQLite cannot tell."""
    try:
        pages = connection.execute(_PAGES).fetchall()
    except sqlite3.OperationalError:
        return {}
    whose = dict(connection.execute(_WHOSE).fetchall())
    sizes: dict[str, int] = {}
    for name, octets in pages:
        table = whose.get(name, name)
        sizes[table] = sizes.get(table, 0) + int(octets)
    return sizes
