"""What was deleted leaves the file as well: SQLite's own means.

`secure_delete` (database.PRAGMAS) writes zeros over a row where it lay.  Two places are left in which it may
still be read: the log beside the file, with pages as they were; and the unused middle of a page from which
rows had moved to another before.  The first is cut, the second goes when the file is written anew.
"""

from __future__ import annotations

from pathlib import Path

from gateway.store.database import MADE_FOR, PRAGMAS, db

PATIENCE = 2000  # milliseconds for readers and writers to let go of the log


def cut_log() -> bool:
    """Fold the whole log into the file and cut it to nothing; False when somebody held it all the time.

    Outside a transaction only.
    """
    db.pragma("busy_timeout", PATIENCE)
    try:
        busy, _, _ = db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        db.pragma("busy_timeout", PRAGMAS["busy_timeout"])
    return not busy


def rewrite() -> None:
    """Write the file anew, without anything that is not a row; whoever writes meanwhile waits for it.

    It needs room on the disk twice over.  The copy goes through a temporary file, else through memory.
    """
    db.pragma("temp_store", "file")
    for name, value in MADE_FOR.items():
        db.pragma(name, value)
    try:
        db.execute_sql("VACUUM")
    finally:
        db.pragma("temp_store", PRAGMAS["temp_store"])
    cut_log()


def size() -> int:
    """Octets of the file, without its log."""
    return Path(str(db.database)).stat().st_size
