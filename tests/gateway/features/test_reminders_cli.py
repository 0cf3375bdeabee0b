"""`chappe appointment`: added, listed, taken from a list, canceled."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Run

DAY = f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d}"
Chappe = Callable[..., str]


@pytest.fixture
def chappe(run: Run) -> Chappe:
    """What `chappe appointment` says, once it ended as expected."""

    def command(*words: str, expect: int = 0) -> str:
        answer = run("appointment", *words)
        assert answer.exit_code == expect, answer.output
        return answer.output

    return command


def test_one_is_added_listed_moved_and_canceled(chappe: Chappe) -> None:
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


def test_a_list_is_taken_in(chappe: Chappe, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"number;date;time\n0612345678;{DAY};10:00\n0612345678;{DAY};\n", encoding="utf-8")
    said = chappe("import", str(file))
    assert "1 new appointments, 0 known, 1 lines refused" in said
    assert "3" in said.splitlines()[1]
