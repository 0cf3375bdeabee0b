"""Copies of the database file: made at one instant, looked through, and put nowhere while somebody writes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from gateway.errors import Unusable

# Not the search's tables: they are made of the others, and SQLite keeps them as it likes.
_TABLES = """
    SELECT name FROM sqlite_master
    WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search%' ORDER BY name"""


def copy(path: Path, target: Path) -> None:
    """All pages in one step: else every commit of the gateway would begin the copy anew."""
    try:
        with (
            closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(target)) as made,
        ):
            source.backup(made, pages=-1)
            made.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise Unusable("backup_failed", path=str(path), detail=str(error)) from error


def rows_of(path: Path) -> dict[str, int]:
    """How many rows each table has; raises Unusable for a file that SQLite finds damaged."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        try:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            names = [name for (name,) in connection.execute(_TABLES)]
            counts = {name: _count(connection, name) for name in names}
        except sqlite3.DatabaseError as error:
            raise Unusable("backup_damaged", path=path.name, detail=str(error)) from error
    if verdict != "ok":
        raise Unusable("backup_damaged", path=path.name, detail=verdict)
    return counts


def _count(connection: sqlite3.Connection, table: str) -> int:
    count: int = connection.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0]
    return count


def is_open(path: Path) -> bool:
    """Whether somebody has the database open: SQLite gives the exclusive lock of a file in WAL mode only
    while nobody else does.  A damaged file is nobody's."""
    with closing(sqlite3.connect(path, timeout=0)) as connection:
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.rollback()
        except sqlite3.OperationalError as error:
            return "locked" in str(error)
        except sqlite3.DatabaseError:
            return False
    return False
