"""At the terminal: people with their roles, and keys with their last use."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from gateway.access import keys, people
from gateway.store import database

if TYPE_CHECKING:
    from conftest import Bench, Run

PASSWORD = "correct horse"


@pytest.fixture
def run(run: Run) -> Run:
    """A whole line at once."""
    return lambda line: run(*line.split())


def listed(run: Run) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in json.loads(run("user list --json").stdout)}


def test_a_person_is_an_administrator_unless_another_role_is_given(run: Run) -> None:
    assert "http://127.0.0.1:8080/welcome/" in run("user add ana").stdout
    assert run("user add bob --role writer").exit_code == 0
    assert run("user add eve --role king").exit_code == 2
    rows = listed(run)
    assert {name: row["role"] for name, row in rows.items()} == {"ana": "administrator", "bob": "writer"}
    assert (rows["bob"]["seen_at"], rows["bob"]["disabled_at"]) == (None, None)
    table = run("user list").stdout
    assert "Role" in table
    assert "Writer" in table


def test_a_role_is_changed_and_somebody_shut_out_and_let_in(bench: Bench, run: Run) -> None:
    people.choose_password(people.add("ana", "en", bench.now, bench.ids), PASSWORD, bench.now)
    people.choose_password(people.add("bob", "en", bench.now, bench.ids, "writer"), PASSWORD, bench.now)
    assert "The role of bob: manager." in run("user role bob manager").stdout
    assert "bob is shut out" in run("user disable bob").stdout
    assert listed(run)["bob"]["disabled_at"] is not None
    assert "bob is shut out" in run("user password bob").stderr
    assert "bob may sign in again." in run("user enable bob").stdout
    rows = json.loads(run("audit --json").stdout)
    assert [(row["action"], row["about"]) for row in rows] == [
        ("user_enabled", "bob"),
        ("user_disabled", "bob"),
        ("user_role", "bob"),
    ]
    assert rows[-1]["facts"] == {"role": "manager"}


@pytest.mark.parametrize("command", ["role ana viewer", "disable ana"])
def test_the_last_administrator_stays(bench: Bench, run: Run, command: str) -> None:
    people.choose_password(people.add("ana", "en", bench.now, bench.ids), PASSWORD, bench.now)
    refused = run(f"user {command}")
    assert refused.exit_code == 1
    assert "ana is the last administrator who can sign in." in refused.stderr
    assert listed(run)["ana"]["role"] == "administrator"
    assert json.loads(run("audit --json").stdout) == []


@pytest.mark.parametrize("command", ["role nobody writer", "disable nobody", "enable nobody"])
def test_nobody_of_that_name_is_said_plainly(run: Run, command: str) -> None:
    refused = run(f"user {command}")
    assert (refused.exit_code, refused.stderr) == (1, "There is nobody called “nobody”.\n")


def test_keys_are_listed_with_their_last_use(bench: Bench, run: Run) -> None:
    run("key create till")
    assert json.loads(run("key list --json").stdout)[0]["last_used_at"] is None
    with database.connection():
        keys.note_use(keys.everything()[0], datetime(2026, 11, 23, 11, 0, tzinfo=UTC))
    assert json.loads(run("key list --json").stdout)[0]["last_used_at"] == "2026-11-23T12:00:00+01:00"
    assert "2026-11-23 12:00" in run("key list").stdout


def key_rows(run: Run) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in json.loads(run("key list --json").stdout)}


def test_a_key_is_made_with_rules_and_they_are_changed_one_by_one(run: Run) -> None:
    assert run("key create till --category alert --category otp --per-day 50 --quiet").exit_code == 0
    row = key_rows(run)["till"]
    assert (row["categories"], row["category"], row["per_day"], row["per_minute"]) == (
        ["otp", "alert"],
        "otp",
        50,
        None,
    )
    assert row["used_today"] == 0
    assert "till has other rules now." in run("key change till --per-minute 5").stdout
    assert "till has these rules already." in run("key change till --per-minute 5").stdout
    row = key_rows(run)["till"]
    assert (row["categories"], row["per_day"], row["per_minute"]) == (["otp", "alert"], 50, 5)
    run("key change till --category all --per-day 0 --inbound-url http://192.168.1.9/in")
    row = key_rows(run)["till"]
    assert (row["categories"], row["per_day"], row["inbound_url"]) == ([], None, "http://192.168.1.9/in")
    table = run("key list").stdout
    assert "5 a minute" in table
    assert "any" in table


def test_rules_that_cannot_be_meant_change_nothing(run: Run) -> None:
    run("key create till --quiet")
    before = key_rows(run)
    for words in (
        "--category spam",
        "--modem sim9",
        "--per-day -1",
        "--inbound-url ftp://a/",
        "--default-category x",
    ):
        assert run(f"key change till {words}").exit_code == 1
    assert run("key change nobody --per-day 1").exit_code == 1
    assert run("key create other --category spam").exit_code == 1
    assert key_rows(run) == before
