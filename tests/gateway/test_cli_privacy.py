"""At the terminal: a copy of what is kept about somebody, its end, and who did what."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.messages import lookup
from gateway.privacy import traces
from gateway.store import database

if TYPE_CHECKING:
    from conftest import Bench, Run

ANNA = "+33612345678"


def test_a_copy_is_printed_or_written(bench: Bench, run: Run, tmp_path: Path) -> None:
    bench.submit("Bonjour")
    printed = json.loads(run("person", "export", "06 12 34 56 78").stdout)
    assert [message["text"] for message in printed["messages"]] == ["Bonjour"]
    assert (
        f"is in {tmp_path / 'anna.json'}" in run("person", "export", ANNA, str(tmp_path / "anna.json")).stdout
    )
    assert json.loads((tmp_path / "anna.json").read_text())["number"] == ANNA
    run("person", "export", ANNA, "--csv", str(tmp_path / "anna.zip"))
    assert "messages.csv" in zipfile.ZipFile(tmp_path / "anna.zip").namelist()


def test_sheets_need_a_file(bench: Bench, run: Run) -> None:
    assert run("person", "export", ANNA, "--csv").exit_code == 2


def test_somebody_is_erased_only_with_the_word(bench: Bench, run: Run) -> None:
    bench.submit("Bonjour")
    assert run("person", "erase", ANNA).exit_code == 2
    with database.connection():
        assert len(lookup.messages().items) == 1
    done = run("person", "erase", ANNA, "--yes")
    assert f"Everything about {ANNA} is erased (messages sent: 1, received: 0)." in done.stdout
    with database.connection():
        assert lookup.messages().items == []


@pytest.mark.parametrize(("number", "said"), [("0699999999", "There is nothing kept"), ("x", "holds “x”")])
@pytest.mark.parametrize("verb", [("export",), ("erase", "--yes")])
def test_about_nobody_one_line_says_so(
    bench: Bench, run: Run, verb: tuple[str, ...], number: str, said: str
) -> None:
    answer = run("person", *verb, number)
    assert (answer.exit_code, said in answer.stderr) == (1, True)


def test_the_file_is_written_anew_at_a_word(bench: Bench, run: Run) -> None:
    bench.submit("Bonjour")
    assert "Nobody was erased" in run("person", "wipe").stdout
    run("person", "erase", ANNA, "--yes")
    assert "written anew" in run("person", "wipe").stdout
    with database.connection():
        assert not traces.left()


def test_the_log_tells_who_did_what(bench: Bench, run: Run) -> None:
    bench.submit("Bonjour")
    assert "Nothing was noted" in run("audit").stdout
    run("person", "export", ANNA)
    run("key", "create", "shop")
    table = run("audit").stdout
    assert "Data given out" in table
    assert "+336…78" in table
    assert ANNA not in table
    rows = json.loads(run("audit", "--json", "--number", "06 12 34 56 78").stdout)
    assert [(row["action"], row["about"]) for row in rows] == [("person_exported", "+336…78")]
    assert [row["about"] for row in json.loads(run("audit", "--json", "--action", "key_created").stdout)] == [
        "shop"
    ]


def test_people_and_keys_are_noted_with_who_made_them(bench: Bench, run: Run) -> None:
    for command in ("user add ana", "user password ana", "key create shop", "key revoke shop"):
        assert run(*command.split()).exit_code == 0
    rows = json.loads(run("audit", "--json").stdout)
    assert [row["action"] for row in rows] == ["key_revoked", "key_created", "user_invited", "user_added"]
    assert all(row["by"].startswith("cli:") for row in rows)
