"""The database: opened once per process, a connection per thread in need, every write a transaction."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from peewee import OperationalError
from playhouse.pool import PooledSqliteDatabase

from gateway.errors import Unusable

MIGRATIONS = Path(__file__).parent / "migrations"
HISTORY_TABLE = "schema_migration"

# FULL: a commit that was answered survives a power cut (one fsync of the WAL a commit).
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
    "busy_timeout": 10_000,
    "cache_size": -4000,
    "journal_size_limit": 8 * 1024 * 1024,
    "temp_store": "memory",
}

# What a full, read-only or busy disk says: nothing was changed, and it may pass.
Trouble = OperationalError

# IMMEDIATE: a transaction that reads and then writes never finds the file locked half-way.
# Pooled: opening costs more than most questions; the oldest idle connection serves first, so that there
# are never more than were needed at once.
db = PooledSqliteDatabase(
    None, max_connections=64, check_same_thread=False, lock_type="IMMEDIATE", autoconnect=False
)


def open(path: Path) -> None:
    """Name the file for this process and check that its version is ours; raises Unusable."""
    check_version(path)
    if not db.deferred:
        db.close_all()
    db.init(str(path), pragmas=PRAGMAS)


def connection() -> AbstractContextManager[object]:
    """This thread's connection, for the length of a `with` block; may be nested."""
    return _joined() if not db.is_closed() else db.connection_context()


@contextmanager
def _joined() -> Iterator[None]:
    yield


def transaction() -> AbstractContextManager[object]:
    """All or nothing, durable when the block ends."""
    return db.atomic()


def known_versions() -> list[str]:
    """The names of all migrations of this program, oldest first."""
    return sorted(path.stem for path in MIGRATIONS.glob("[0-9]*.py"))


def applied_versions(path: Path) -> list[str]:
    """The names of the migrations that the file has seen; [] for a new file."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        try:
            rows = connection.execute(f"SELECT name FROM {HISTORY_TABLE} ORDER BY name").fetchall()
        except sqlite3.OperationalError as error:
            if not re.search("no such table", str(error)):
                raise
            return []
    return [name for (name,) in rows]


def check_version(path: Path) -> None:
    """Refuse a missing, older or newer file, each with its own code."""
    if not path.exists():
        raise Unusable("database_missing", path=str(path))
    known, applied = known_versions(), applied_versions(path)
    if set(applied) - set(known):
        raise Unusable("database_newer", path=str(path))
    if set(known) - set(applied):
        raise Unusable("database_older", path=str(path))


def maintain() -> None:
    """Let SQLite look at its statistics and fold the log back into the file."""
    for pragma in ("optimize", "wal_checkpoint(TRUNCATE)"):
        db.pragma(pragma)
