"""The database file: made, refused, brought up to date, and copied before it is touched."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from peewee import SqliteDatabase
from playhouse.migrations import Runner

from fakes import MONDAY_NOON
from gateway.errors import Unusable
from gateway.store import claims, database, wiping
from gateway.store.models import TABLES, Message, Part
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


def old_file(path: Path) -> None:
    """A file as the first version left it, with one message waiting and one wanted from a modem."""
    path.parent.mkdir()
    file = SqliteDatabase(str(path))
    Runner(file, str(database.MIGRATIONS), table_name=database.HISTORY_TABLE).up(FIRST)
    file.close()
    columns = "uid, recipient, text, category, state, facts, alphabet, part_count, wanted_modem, source"
    columns += ", content_digest, metadata, expires_at, created_at, updated_at"
    with closing(sqlite3.connect(path)) as connection, connection:
        for number, wanted in ((1, None), (2, "sim2")):
            row = (
                str(number) * 32,
                "+33612345678",
                "x",
                "otp",
                "queued",
                "{}",
                "GSM-7",
                1,
                wanted,
                "cli:root",
            )
            marks = ", ".join("?" * 15)
            connection.execute(
                f"INSERT INTO messages ({columns}) VALUES ({marks})", (*row, "", "{}", 2, 1, 1)
            )
            connection.execute(
                "INSERT INTO parts (message_id, seq, start, stop, lane, state, facts, attempts)"
                f" VALUES ({number}, 1, 0, 1, 0, 'queued', '{{}}', 0)"
            )


def test_an_older_file_is_refused_then_copied_and_brought_up_to_date_with_all_it_holds(path: Path) -> None:
    old_file(path)
    assert refusal(path) == "database_older"
    done = upgrade(path, MONDAY_NOON)
    assert done.applied == tuple(database.known_versions()[1:])
    assert done.backup is not None
    assert database.applied_versions(done.backup) == [FIRST]
    assert oct(done.backup.stat().st_mode & 0o777) == "0o600"
    database.open(path)
    with database.connection():
        assert [(part.source, part.bound) for part in Part.select()] == [
            ("cli:root", ""),
            ("cli:root", "sim2"),
        ]
        assert claims.next_part("sim1", {}).message.uid == "1" * 32


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


# ---- its figure ------------------------------------------------------------------------------


def pragma(path: Path, name: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def litter(rows: int) -> None:
    """Write many rows and delete them."""
    with database.transaction():
        for number in range(rows):
            database.db.execute_sql("INSERT INTO settings VALUES (?, ?)", (f"x{number}", "x" * 4000))
    with database.transaction():
        database.db.execute_sql("DELETE FROM settings")


def test_a_new_file_gives_its_room_back_in_short_steps_and_keeps_some(path: Path) -> None:
    upgrade(path, MONDAY_NOON)
    database.open(path)
    with database.connection():
        litter(100)
        database.maintain()
        before = path.stat().st_size
        steps = sum(1 for _ in database.shrink(10, 30))
        database.maintain()
        assert database.db.pragma("freelist_count") == 10
        assert list(database.shrink(10, 30)) == []
    assert steps >= 3
    assert path.stat().st_size <= before - 90 * 4096


def test_an_older_file_learns_it_when_it_is_written_anew_and_loses_nothing(path: Path) -> None:
    upgrade(path, MONDAY_NOON)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA auto_vacuum = NONE")
        connection.execute("VACUUM")
    assert pragma(path, "auto_vacuum") == 0
    database.open(path)
    with database.connection():
        litter(100)
        assert list(database.shrink(10, 30)) == [], "it cannot yet"
        database.db.execute_sql("INSERT INTO settings VALUES ('mine', '{}')")
        wiping.rewrite()
        assert database.db.execute_sql("SELECT name FROM settings").fetchall() == [("mine",)]
    assert pragma(path, "auto_vacuum") == 2
