"""Brings the database to this program's version, after a backup."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from peewee import SqliteDatabase
from playhouse.migrations import Runner

from gateway.errors import Unusable
from gateway.store import database


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What was done: the names applied, and where the copy of the file as it was lies."""

    applied: tuple[str, ...]
    backup: Path | None


def upgrade(path: Path, now: datetime, keep: Path | None = None) -> Upgrade:
    """Apply what is missing; each migration is one transaction.  Raises Unusable for a newer file.

    The copy of an older file as it was goes beside it, with the hour in its name.  With `keep` it goes
    there, in place of what was there, also where nothing is missing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    existing = path.exists()
    before = database.applied_versions(path) if existing else []
    if set(before) - set(database.known_versions()):
        raise Unusable("database_newer", path=str(path))
    missing = [name for name in database.known_versions() if name not in before]
    beside = path.with_name(f"{path.stem}-before-{now:%Y%m%dT%H%M%S}.sqlite")
    backup = _copy(path, keep or beside) if existing and (missing or keep) else None
    if missing:
        _apply(path)
    return Upgrade(tuple(missing), backup)


def _apply(path: Path) -> None:
    file = SqliteDatabase(str(path), pragmas=database.MADE_FOR | database.PRAGMAS)
    try:
        Runner(file, str(database.MIGRATIONS), table_name=database.HISTORY_TABLE).up()
    finally:
        file.close()
    path.chmod(0o660)


def _copy(path: Path, target: Path) -> Path:
    """A consistent copy, also while somebody writes; on the disk before it gets its name."""
    fresh = target.with_name(f"{target.name}.part")
    fresh.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(fresh)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = delete")  # no log beside it
        fresh.chmod(0o600)
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(fresh, target)
    finally:
        fresh.unlink(missing_ok=True)
    return target
