"""`chappe conversion`: one code that came back, and a list of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.store import database
from gateway.store.models import Campaign, CampaignPerson, Conversion

if TYPE_CHECKING:
    from conftest import Bench, Run


@pytest.fixture
def run(run: Run, bench: Bench) -> Run:
    """With one campaign whose code is ETE10."""
    told = {"state": "running", "category": "marketing", "seed": 1, "written_by": "x"}
    Campaign.create(uid="a" * 32, name="Summer", code_kind="one", code="ETE10", created_at=bench.now, **told)
    return lambda *words: run("conversion", *words)


def kept() -> list[tuple[str, int, str]]:
    with database.connection():
        return [(row.code, row.amount_cents, row.source) for row in Conversion.select()]


def test_a_code_is_written_down_once_by_its_reference(run: Run) -> None:
    said = run("add", "ete10", "--amount", "12,50", "--reference", "r1")
    assert said.stdout == "ETE10, 12.50, counted for “Summer”.\n"
    again = json.loads(run("add", "ETE10", "--reference", "r1", "--json").stdout)
    assert (again["amount"], again["reference"]) == ("12.50", "r1")
    assert kept() == [("ETE10", 1250, "till")]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["NADA"], "No campaign has the code “NADA”."),
        (["ETE10", "--amount", "ten"], "“ten” is no amount."),
        (["ETE10", "--at", "someday"], "“someday” is no day."),
        (["ETE10", "--campaign", "x"], "There is no campaign x."),
        ([], "Write the code, or the telephone number"),
        (["--number", "0639980009"], "No campaign of the last thirty days that compares"),
    ],
)
def test_what_is_wrong_is_one_line(run: Run, words: list[str], sentence: str) -> None:
    said = run("add", *words)
    assert said.exit_code == 1
    assert said.stderr.startswith(sentence)
    assert kept() == []


def test_a_sale_is_told_by_its_number(run: Run, bench: Bench) -> None:
    Campaign.update(split={"control": 10}, started_at=bench.now).execute()
    person = {"role": "control", "due_at": bench.now, "state": "left_out"}
    CampaignPerson.create(campaign=1, number="+33639980001", **person)
    said = run("add", "--number", "06 39 98 00 01", "--amount", "9")
    assert said.stdout == "+33639980001, 9.00, counted for “Summer”.\n"
    assert kept() == [("", 900, "till")]


def test_a_list_is_taken_and_its_faults_are_named(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "till.csv"
    file.write_text("code;montant\nETE10;8,00\nNADA;1\n", encoding="utf-8")
    said = run("import", str(file)).stdout
    assert said.startswith("1 counted (8.00), 0 known already, 0 in no comparison, 1 not taken.\n")
    assert "line 3: No campaign has the code" in said
    told = json.loads(run("import", str(file), "--json").stdout)
    assert (told["recorded"], told["known"], told["faults"][0]["why"]) == (0, 1, "conversion_code_unknown")
    assert kept() == [("ETE10", 800, "csv")]
