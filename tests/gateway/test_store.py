"""The database file: made, refused, brought up to date, and copied before it is touched."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from fakes import MONDAY_NOON
from gateway.errors import Unusable
from gateway.store import database
from gateway.store.models import TABLES, Message
from gateway.store.upgrade import upgrade

FIRST = "0001_ledger"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "chappe.sqlite"


def refusal(path: Path) -> str:
    with pytest.raises(Unusable) as caught:
        database.check_version(path)
    return caught.value.code


def test_a_missing_file_is_refused_and_made_by_migrating(path: Path) -> None:
    assert refusal(path) == "database_missing"
    done = upgrade(path, MONDAY_NOON)
    assert (done.applied[0], done.backup) == (FIRST, None)
    database.check_version(path)


def test_migrating_twice_does_nothing_the_second_time(path: Path) -> None:
    upgrade(path, MONDAY_NOON)
    assert upgrade(path, MONDAY_NOON).applied == ()


def test_the_tables_are_those_of_the_models(path: Path) -> None:
    upgrade(path, MONDAY_NOON)
    database.open(path)
    with database.connection():
        for table in TABLES:
            columns = {column.name: column for column in database.db.get_columns(table._meta.table_name)}
            assert set(columns) == set(table._meta.columns), table
            for name, field in table._meta.columns.items():
                assert columns[name].primary_key or columns[name].null == field.null, (table, name)


def test_an_older_file_is_refused_then_copied_before_it_is_changed(path: Path) -> None:
    upgrade(path, MONDAY_NOON)
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM schema_migration WHERE name = ?", (database.known_versions()[-1],))
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if table not in ("schema_migration", "sqlite_sequence"):
                connection.execute(f"DROP TABLE {table}")
    assert refusal(path) == "database_older"
    done = upgrade(path, MONDAY_NOON)
    assert done.backup is not None
    assert database.applied_versions(done.backup) == database.known_versions()[:-1]
    assert oct(done.backup.stat().st_mode & 0o777) == "0o600"
    database.check_version(path)


def test_a_newer_file_is_refused_and_left_alone(path: Path) -> None:
    upgrade(path, MONDAY_NOON)
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO schema_migration (name, applied) VALUES ('9999_later', '2030-01-01')")
    assert refusal(path) == "database_newer"
    before = path.read_bytes()
    with pytest.raises(Unusable):
        upgrade(path, MONDAY_NOON)
    assert path.read_bytes() == before


def test_a_commit_survives_a_copy_of_the_files_taken_at_once(path: Path, tmp_path: Path) -> None:
    """What a power cut leaves on the disk: file and log as they are, nobody having closed anything."""
    upgrade(path, MONDAY_NOON)
    database.open(path)
    with database.connection():
        with database.transaction():
            Message.create(
                uid="a" * 32, recipient="36180", text="x", category="otp", state="queued", alphabet="GSM-7",
                part_count=1, source="t", content_digest="", expires_at=MONDAY_NOON, created_at=MONDAY_NOON,
                updated_at=MONDAY_NOON,
            )  # fmt: skip
        shutil.copytree(path.parent, tmp_path / "after")
    with sqlite3.connect(tmp_path / "after" / path.name) as copy:
        assert copy.execute("SELECT text FROM messages").fetchall() == [("x",)]


def test_the_file_is_synced_at_every_commit(path: Path) -> None:
    upgrade(path, MONDAY_NOON)
    database.open(path)
    with database.connection():
        assert database.db.execute_sql("PRAGMA synchronous").fetchone() == (2,)
        assert database.db.execute_sql("PRAGMA journal_mode").fetchone() == ("wal",)
