"""`chappe appointment`: added, listed, taken from a list, canceled."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.store import database

if TYPE_CHECKING:
    from conftest import Bench

DAY = f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d}"
TOML = '[appliance]\nlanguage = "en"\ndata_dir = "."\nruntime_dir = "run"\n'
Run = Callable[..., str]


@pytest.fixture
def chappe(bench: Bench, tmp_path: Path) -> Iterator[Run]:
    """Run a command in the installation of `bench`."""
    (tmp_path / "gateway.toml").write_text(TOML, encoding="utf-8")

    def run(*words: str, expect: int = 0) -> str:
        where = {"CHAPPE_CONFIG": str(tmp_path / "gateway.toml")}
        answer = CliRunner().invoke(main, ["appointment", *words], env=where)
        assert answer.exit_code == expect, answer.output
        return answer.output

    yield run
    database.connection().__enter__()  # a command closed the one that `bench` is about to close


def test_one_is_added_listed_moved_and_canceled(chappe: Run) -> None:
    assert "no appointment in the next 7 days" in chappe("list")
    assert f"A-1 is written down: {DAY} 10:30" in chappe("add", "0612345678", DAY, "10h30", "--id", "A-1")
    chappe("add", "0612345678", DAY, "11:00", "--id", "A-1")
    (row,) = json.loads(chappe("list", "--json"))
    assert (row["id"], row["to"], row["starts_at"][11:16], row["state"]) == (
        "A-1",
        "+33612345678",
        "11:00",
        "planned",
    )
    assert "Planned" in chappe("list")
    assert "is canceled" in chappe("cancel", "A-1")
    assert "no appointment with the id nothing" in chappe("cancel", "nothing", expect=1)
    assert "is no day" in chappe("add", "0612345678", "tomorrow", "10:30", expect=1)


def test_a_list_is_taken_in(chappe: Run, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"number;date;time\n0612345678;{DAY};10:00\n0612345678;{DAY};\n", encoding="utf-8")
    said = chappe("import", str(file))
    assert "1 new appointments, 0 known, 1 lines refused" in said
    assert "3" in said.splitlines()[1]
