"""At the terminal: automations are listed, paused, resumed, and their runs read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from gateway.features.automations import beginning, verbs
from gateway.features.automations.plan import Step, Terms
from gateway.store import database

if TYPE_CHECKING:
    from conftest import Bench, Run

ANNA = "+33639983001"


@pytest.fixture
def run(run: Run) -> Run:
    return lambda *words: run("automation", *words)


def test_an_automation_at_the_terminal(bench: Bench, run: Run) -> None:
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
