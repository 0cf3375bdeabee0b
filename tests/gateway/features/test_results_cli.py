"""What a campaign brought, at the terminal."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from campaign_history import Planted
from fakes import MONDAY_NOON
from gateway.cli import main
from gateway.store import database
from gateway.store.models import Campaign
from gateway.store.upgrade import upgrade

TOML = """
[appliance]
language = "en"
data_dir = "."
runtime_dir = "run"
[[modems]]
name = "sim1"
port = "x"
"""


@pytest.fixture
def planted(tmp_path: Path) -> Planted:
    (tmp_path / "gateway.toml").write_text(TOML, encoding="utf-8")
    upgrade(tmp_path / "chappe.sqlite", MONDAY_NOON)
    database.open(tmp_path / "chappe.sqlite")
    with database.connection():
        made = Planted(MONDAY_NOON)
        made.people("A", "delivered", 3)
        made.people("A", "undelivered", 1)
        made.clicks(0, hours=1)
        made.buys(0, 2500, hours=2)
    database.db.close_all()
    return made


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--config", str(folder / "gateway.toml"), "campaign", *arguments])


def test_each_rate_says_what_it_is_of(tmp_path: Path, planted: Planted) -> None:
    said = run(tmp_path, "results", planted.campaign.uid).output
    assert [line.split() for line in said.splitlines() if line.startswith("Delivered")] == [
        ["Delivered", "75.0", "%", "3/4", "30.1", "–", "95.4", "%"]
    ]
    assert "Revenue: 25.00" in said
    assert "Cost: –" in said  # nobody said what a part costs


def test_programs_and_sheets_read_the_same(tmp_path: Path, planted: Planted) -> None:
    told = json.loads(run(tmp_path, "results", planted.campaign.uid, "--json").output)
    click = told["rates"]["click"]
    assert (click["count"], click["of"], click["missing"]) == (1, 3, None)
    assert (told["revenue"], told["cost"], told["roi"]) == ("25.0000", None, None)
    sheet = run(tmp_path, "results", planted.campaign.uid, "--csv").output.lstrip("\ufeff")
    (line,) = csv.DictReader(io.StringIO(sheet))
    assert (line["Delivered"], line["Click rate"], line["Cost"]) == ("3", "0.333333", "")


def test_a_draft_has_none(tmp_path: Path, planted: Planted) -> None:
    with database.connection():
        Campaign.update(state="draft").execute()
    answer = run(tmp_path, "results", planted.campaign.uid)
    assert answer.exit_code == 1
    assert "cannot be done" in answer.output
