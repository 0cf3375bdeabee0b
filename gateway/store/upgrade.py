"""Brings the database to this program's version, after a backup."""

from __future__ import annotations

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


def upgrade(path: Path, now: datetime) -> Upgrade:
    """Apply what is missing; each migration is one transaction.  Raises Unusable for a newer file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    existing = path.exists()
    before = database.applied_versions(path) if existing else []
    if set(before) - set(database.known_versions()):
        raise Unusable("database_newer", path=str(path))
    missing = [name for name in database.known_versions() if name not in before]
    backup = _copy(path, now) if existing and missing else None
    if missing:
        _apply(path)
    return Upgrade(tuple(missing), backup)


def _apply(path: Path) -> None:
    file = SqliteDatabase(str(path), pragmas=database.PRAGMAS)
    try:
        Runner(file, str(database.MIGRATIONS), table_name=database.HISTORY_TABLE).up()
    finally:
        file.close()
    path.chmod(0o660)


def _copy(path: Path, now: datetime) -> Path:
    """A consistent copy beside the file, also while somebody writes."""
    target = path.with_name(f"{path.stem}-before-{now:%Y%m%dT%H%M%S}.sqlite")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    target.chmod(0o600)
    return target
