"""Campaigns at the terminal: how far each is, and its life."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from campaigning import Shop
from fakes import counting_ids
from gateway.cli import main
from gateway.ids import Ids
from gateway.store import database
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


@dataclass
class Desk:
    """What a shop needs of its bench, at the hour of the machine."""

    site: Any
    ids: Ids = field(default_factory=counting_ids)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)


def test_a_campaign_is_listed_begun_paused_resumed_and_stopped(site: Any, tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(TOML, encoding="utf-8")
    upgrade(site.database_path, datetime.now(UTC))

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["--config", str(tmp_path / "gateway.toml"), "campaign", *words])

    assert "There is no campaign." in run("list").output
    with database.connection():
        shop = Shop(Desk(site), 6)
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
    database.db.close_all()
