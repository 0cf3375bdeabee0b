"""At the terminal: a code is sent and checked, the limits are seen and chosen, a number is looked up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from gateway import audit
from gateway.access import keys
from gateway.features.verify import rules, verbs
from gateway.features.verify.verbs import Wanted
from gateway.policy.pumping import Limits, Rules
from gateway.store import database
from gateway.store.models import ApiKey

if TYPE_CHECKING:
    from conftest import Bench, Run

ANNA = "+33612345678"


@pytest.fixture
def run(run: Run, bench: Bench) -> Run:
    """With the key of one program."""
    keys.create("shop", (), bench.now, bench.ids, bytes(32))
    return run


def test_a_code_is_sent_and_nobody_is_shown_it(run: Run) -> None:
    sent = run("verify", "start", "06 12 34 56 78", "--key", "shop", "--json")
    assert json.loads(sent.stdout)["to"] == ANNA
    assert run("verify", "start", ANNA, "--key", "shop").exit_code == 1  # too soon
    assert (
        run("verify", "start", ANNA, "--key", "nobody").stderr.strip() == "There is no key called “nobody”."
    )


def test_what_was_typed_is_the_code_or_it_is_not(bench: Bench, run: Run) -> None:
    key = ApiKey.get()
    verbs.start(Wanted(ANNA, key, code="735091"), bench.caller, bench.now)
    wrong = run("verify", "check", ANNA, "735092", "--key", "shop")
    assert (wrong.exit_code, wrong.stderr) == (1, "That is not the code; tries left: 4.\n")
    right = run("verify", "check", ANNA, "735091", "--key", "shop")
    assert (right.exit_code, right.stdout) == (0, "That is the code.\n")
    told = run("verify", "status").stdout
    assert told.splitlines()[0] == "Codes of the last 24 hours: sent 1, typed back 1."
    assert json.loads(run("verify", "status", "--json").stdout)["validated"] == 1


def test_limits_are_shown_and_chosen_and_the_log_knows_who(run: Run) -> None:
    assert "range_hour" in run("verify", "limits").stdout
    words = ("--set", "key_hour=50", "--set", "day=90", "--countries", "be, FR", "--least-validated", "20")
    told = json.loads(run("verify", "limits", *words, "--json").stdout)
    assert (told["limits"]["key_hour"], told["limits"]["day"]) == (50, 90)
    assert (told["countries"], told["least_validated"]) == (["BE", "FR"], 20)
    assert told["limits"]["number_day"] == Limits().number_day
    told = json.loads(run("verify", "limits", "--barred", "+33 6 39 98, 0612345678", "--json").stdout)
    assert (told["barred"], told["least_validated"]) == (["+33612345678", "+3363998"], 20)
    assert "+33612345678, +3363998" in run("verify", "limits").stdout
    assert json.loads(run("verify", "limits", "--barred", "", "--json").stdout)["barred"] == []
    assert "GP" in json.loads(run("verify", "limits", "--countries", "own", "--json").stdout)["countries"]
    with database.connection():
        assert audit.recent(action="codes_changed")[0].written_by.startswith("cli:")


@pytest.mark.parametrize(
    "words",
    [
        *(("--set", "key_hour=x"), ("--set", "speed=9"), ("--countries", "France"), ("--types", "pager")),
        ("--barred", "everybody"),
    ],
)
def test_a_limit_that_cannot_be_changes_nothing(run: Run, words: tuple[str, ...]) -> None:
    answer = run("verify", "limits", *words)
    assert (answer.exit_code, len(answer.stderr.splitlines())) == (1, 1)
    with database.connection():
        assert rules.read() == Rules()


def test_the_brake_is_put_on_and_off_by_name(run: Run) -> None:
    assert run("verify", "brake", "shop", "on").stdout == "The brake is on for shop.\n"
    assert run("verify", "brake", "FR", "on").stdout == "The brake is on for FR.\n"
    assert run("verify", "brake", "FR", "on").stdout == "Nothing changed: it was so already.\n"
    assert set(json.loads(run("verify", "status", "--json").stdout)["brakes"]) == {"key:1", "region:FR"}
    assert "The brake is on for shop since" in run("verify", "status").stdout
    assert run("verify", "brake", "shop", "off").stdout == "The brake is off for shop.\n"
    assert run("verify", "brake", "nobody", "on").exit_code == 1


def test_a_number_is_looked_up(run: Run) -> None:
    told = run("lookup", "06 12 34 56 78").stdout
    assert "Mobile" in told
    assert "Europe/Paris" in told
    assert json.loads(run("lookup", ANNA, "--json").stdout)["national"] == "06 12 34 56 78"
    assert run("lookup", "abc").exit_code == 1
