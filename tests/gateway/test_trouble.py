"""Why the database would not, told by SQLite's own word for it; from outside, see test_adversity.py."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from fakes import MONDAY_NOON
from gateway.errors import GatewayError
from gateway.messages import outbox
from gateway.messages.outbox import TOGETHER, Draft
from gateway.store import database
from gateway.store.models import Message
from gateway.store.upgrade import upgrade


@pytest.mark.parametrize(
    ("word", "code"),
    [
        (sqlite3.SQLITE_FULL, "disk_full"),
        (sqlite3.SQLITE_READONLY, "disk_read_only"),
        (sqlite3.SQLITE_IOERR | 3 << 8, "disk_failing"),  # SQLITE_IOERR_WRITE
        (sqlite3.SQLITE_CANTOPEN, "disk_failing"),
        (sqlite3.SQLITE_BUSY, "database_busy"),
        (sqlite3.SQLITE_ERROR, "database_busy"),
    ],
)
def test_the_word_behind_the_last_error_counts(word: int, code: str) -> None:
    first, last = sqlite3.OperationalError("first"), database.Trouble("cannot rollback")
    first.sqlite_errorcode, last.__context__ = word, first
    assert database.trouble_code(last) == code


def test_a_folder_that_went_away_is_a_failing_disk(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    upgrade(folder / "chappe.sqlite", MONDAY_NOON)
    database.open(folder / "chappe.sqlite")
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(database.Trouble) as caught, database.connection():
        database.db.execute_sql("SELECT 1 FROM messages")
    assert database.trouble_code(caught.value) == "disk_failing"


def test_a_disk_that_fails_half_way_is_said_of_the_rest_alone(bench: Any) -> None:
    drafts = [Draft(f"+3363998{1000 + number}", "Bonjour") for number in range(3 * TOGETHER)]

    def move_away(_: float) -> None:
        database.db.execute_sql("ALTER TABLE parts RENAME TO moved")

    answers = outbox.submit_many(drafts, bench.caller, MONDAY_NOON, sleep=move_away)
    assert [type(answer) for answer in answers] == [Message] * TOGETHER + [GatewayError] * (2 * TOGETHER)
    assert {answer.code for answer in answers[TOGETHER:]} == {"database_busy"}
    assert Message.select().count() == TOGETHER
