"""The database: opened once per process, a connection per thread in need, every write a transaction."""

from __future__ import annotations

import os
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
# Folding the log back into the file is the gateway's, in a quiet moment (`fold`): by itself SQLite does it
# inside the commit that fills a thousand pages, which is one message in forty.  Where no gateway runs, or
# is never quiet, four thousand pages (16 MB) still bound the log.
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
    "busy_timeout": 10_000,
    "cache_size": -4000,
    "wal_autocheckpoint": 4000,
    "journal_size_limit": 8 * 1024 * 1024,
    "temp_store": "memory",
    "secure_delete": 1,  # what is deleted or replaced is overwritten where it lay
}

# What was deleted gives its room back to the disk, a little at a time (`shrink`).  A file must be made for
# that, or be written anew (VACUUM); said to one that is, it would be a write for each connection.
MADE_FOR = {"auto_vacuum": "incremental"}

# What a full, read-only or busy disk says: nothing was changed, and it may pass.
Trouble = OperationalError

# SQLite's own word for it, where that says more than "not now".
TROUBLES = {
    sqlite3.SQLITE_FULL: "disk_full",
    sqlite3.SQLITE_READONLY: "disk_read_only",
    sqlite3.SQLITE_IOERR: "disk_failing",
    sqlite3.SQLITE_CANTOPEN: "disk_failing",
}
SPARE = 1000  # unused pages that stay (4 MB): the next messages need them
PAGES = 200  # given back a transaction
LEAST_ROOM = 256 * 1024  # octets that a commit may need at once, in the log beside the file

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


def as_of_now() -> AbstractContextManager[object]:
    """Several questions about one instant of the ledger; nobody who writes is held up."""
    return db.atomic("DEFERRED")


def trouble_code(trouble: BaseException) -> str:
    """Why the database would not: the code of an error, "database_busy" where SQLite says no more.

    A disk that became read-only fails with a mere I/O error where the file is open already.  A full disk
    ends the transaction by itself, so that peewee finds none to roll back: the error that says why is
    behind the last one.
    """
    behind: BaseException | None = trouble
    while behind is not None:
        primary = getattr(behind, "sqlite_errorcode", 0) & 0xFF
        if primary in TROUBLES:
            code = TROUBLES[primary]
            return "disk_read_only" if code == "disk_failing" and is_read_only() else code
        behind = behind.__context__
    return "database_busy"


def has_room() -> bool:
    """There is room on the disk for a commit."""
    disk = os.statvfs(db.database)
    return disk.f_bavail * disk.f_frsize >= LEAST_ROOM


def is_read_only() -> bool:
    """The file is there, and its mode or the file system does not let this process write."""
    return not db.deferred and os.path.exists(db.database) and not os.access(db.database, os.W_OK)


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


def fold() -> None:
    """Let what is committed go from the log into the file; waits for nobody, holds up no writer."""
    db.pragma("wal_checkpoint(PASSIVE)")


def shrink(spare: int = SPARE, most: int = PAGES) -> Iterator[None]:
    """Give unused pages back to the disk, in short transactions; nothing where there are few."""
    while True:
        unused = db.pragma("freelist_count")
        if unused <= spare or not db.pragma("auto_vacuum"):
            return
        db.execute_sql(f"PRAGMA incremental_vacuum({min(most, unused - spare)})").fetchall()
        yield


def maintain() -> None:
    """Let SQLite look at its statistics and fold the log back into the file."""
    for pragma in ("optimize", "wal_checkpoint(TRUNCATE)"):
        db.pragma(pragma)
