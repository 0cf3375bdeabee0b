"""Campaigns at the terminal: how far each is, and its life."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from campaigning import Shop
from gateway.store import database

if TYPE_CHECKING:
    from conftest import Bench, Run


@pytest.fixture
def run(run: Run) -> Run:
    return lambda *words: run("campaign", *words)


def test_a_campaign_is_listed_begun_paused_resumed_and_stopped(bench: Bench, run: Run) -> None:
    assert "There is no campaign." in run("list").output
    with database.connection():
        shop = Shop(bench, 6)
    assert "Rentrée" in run("list").output
    assert "Gathering the people" in run("start", shop.uid).output
    with database.connection():
        shop.run()
    told = json.loads(run("show", shop.uid, "--json").output)
    assert (told["people"], told["left_out"]) == (6, 0)
    assert "Resting" in run("pause", shop.uid).output
    assert "Under way" in run("resume", shop.uid).output
    assert run("stop", shop.uid).exit_code == 1
    assert "Being stopped" in run("stop", shop.uid, "--yes").output
    failed = run("pause", shop.uid)
    assert (failed.exit_code, "cannot be done" in failed.output) == (1, True)
