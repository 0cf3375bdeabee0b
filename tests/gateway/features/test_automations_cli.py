"""At the terminal: automations are listed, paused, resumed, and their runs read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.features.automations import beginning, verbs
from gateway.features.automations.plan import Step, Terms
from gateway.store import database

if TYPE_CHECKING:
    from conftest import Bench

ANNA = "+33639983001"
TOML = '[appliance]\nlanguage = "en"\ndata_dir = "."\nruntime_dir = "run"\n'


def test_an_automation_at_the_terminal(bench: Bench, tmp_path: Path) -> None:
    bench.clock.wall = datetime.now(UTC)
    (tmp_path / "gateway.toml").write_text(TOML, encoding="utf-8")

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["--config", str(tmp_path / "gateway.toml"), "automation", *words])

    assert "There is no automation." in run("list").stdout
    with database.connection():
        uid = verbs.draft("Cart", "page:ana", bench.now, bench.ids).uid
        verbs.choose(uid, Terms("event", event="cart_abandoned"), bench.now)
        verbs.add_step(uid, Step("send", "Bonjour"), bench.site)
    assert "Cart: Running." in run("resume", uid).stdout
    assert "Nobody has gone through it yet." in run("runs", uid).stdout
    with database.connection():
        for key in ("a", "b"):
            beginning.begin(verbs.find(uid), ANNA, key, bench.site.timezone, bench.now)
    seen = run("runs", uid).stdout
    assert "On the way" in seen
    assert "Left out Too often" in seen
    assert json.loads(run("runs", uid, "--json").stdout)[0]["history"][0]["what"] == "left_out"
    assert "Cart: Paused." in run("pause", uid).stdout
    (told,) = json.loads(run("list", "--json").stdout)
    assert (told["state"], told["runs"]) == ("paused", {"waiting": 1, "left_out": 1})
    assert "Paused" in run("list").stdout
    assert run("pause", uid).exit_code == 1
    database.connection().__enter__()  # a command closed the one that `bench` is about to close
