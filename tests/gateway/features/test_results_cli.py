"""What a campaign brought, at the terminal."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from campaign_history import Planted
from fakes import MONDAY_NOON
from gateway.store import database
from gateway.store.models import Campaign

if TYPE_CHECKING:
    from conftest import Bench, Run


@pytest.fixture
def planted(bench: Bench) -> Planted:
    made = Planted(MONDAY_NOON)
    made.people("A", "delivered", 3)
    made.people("A", "undelivered", 1)
    made.clicks(0, hours=1)
    made.buys(0, 2500, hours=2)
    return made


def test_each_rate_says_what_it_is_of(run: Run, planted: Planted) -> None:
    said = run("campaign", "results", planted.campaign.uid).output
    assert [line.split() for line in said.splitlines() if line.startswith("Delivered")] == [
        ["Delivered", "75.0", "%", "3/4", "30.1", "–", "95.4", "%"]
    ]
    assert "Revenue: 25.00" in said
    assert "Cost: –" in said  # nobody said what a part costs


def test_what_the_message_added_is_one_line(run: Run, planted: Planted) -> None:
    with database.connection():
        planted.held_out(4)
    assert "without" not in run("campaign", "results", planted.campaign.uid).output
    with database.connection():
        planted.sells(0, hours=3)
    said = run("campaign", "results", planted.campaign.uid).output
    assert "Bought 1/4 with a message, 0/4 without: +25.0 points, between -28.1 and +69.9." in said


def test_programs_and_sheets_read_the_same(run: Run, planted: Planted) -> None:
    told = json.loads(run("campaign", "results", planted.campaign.uid, "--json").output)
    click = told["rates"]["click"]
    assert (click["count"], click["of"], click["missing"]) == (1, 3, None)
    assert (told["revenue"], told["cost"], told["roi"]) == ("25.0000", None, None)
    sheet = run("campaign", "results", planted.campaign.uid, "--csv").output.lstrip("\ufeff")
    (line,) = csv.DictReader(io.StringIO(sheet))
    assert (line["Delivered"], line["Click rate"], line["Cost"]) == ("3", "0.333333", "")


def test_a_draft_has_none(run: Run, planted: Planted) -> None:
    with database.connection():
        Campaign.update(state="draft").execute()
    answer = run("campaign", "results", planted.campaign.uid)
    assert answer.exit_code == 1
    assert "cannot be done" in answer.output
