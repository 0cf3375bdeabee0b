"""At the terminal: the hour, who vouches for it, and a person's word."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from click.testing import Result

from gateway import status, trust
from gateway.clock import boot_id
from gateway.messages import lookup
from gateway.status import ClockStatus
from gateway.store import database

if TYPE_CHECKING:
    from conftest import Bench, Run

PARIS = ZoneInfo("Europe/Paris")
DOUBT = ClockStatus(trusted=False, doubt="unvouched")


@pytest.fixture
def run(run: Run, bench: Bench) -> Run:
    """Beside a gateway that says so of the clock; None: there is none."""
    bench.site.runtime_dir.mkdir()

    def command(*words: str, told: ClockStatus | None = DOUBT, **more: str) -> Result:
        if told is not None:
            status.write(bench.site.runtime_dir, (), datetime.now(UTC), told)
        return run(*words, **more)

    return command


@pytest.mark.parametrize(
    ("told", "language", "words"),
    [
        (DOUBT, "en", "Nobody vouches for the clock"),
        (DOUBT, "fr", "Personne ne garantit l’heure"),
        (ClockStatus(source="ntp"), "en", "a time server keeps it"),
        (ClockStatus(source="network"), "fr", "le réseau mobile dit la même"),
        (ClockStatus(source="ntp", stepped_at="2026-11-23T11:00:00+00:00"), "en", "set on 2026-11-23 12:00."),
    ],
)
def test_show_tells_the_hour_and_who_vouches(run: Run, told: ClockStatus, language: str, words: str) -> None:
    asked = datetime.now(PARIS)
    said = run("clock", "show", language=language, told=told)
    assert said.exit_code == 0
    assert words in said.stdout
    assert any(f"{instant:%Y-%m}" in said.stdout for instant in (asked, datetime.now(PARIS)))
    found = json.loads(run("clock", "show", "--json", told=told).stdout)
    assert (found["trusted"], found["source"]) == (told.trusted, told.source)


def test_confirm_is_remembered_for_this_start_of_the_machine(run: Run) -> None:
    assert "You vouch for the clock" in run("clock", "confirm").stdout
    with database.connection():
        assert trust.word(boot_id()) is not None
        assert trust.word("another start") is None


def test_confirm_refuses_an_hour_that_nobody_can_mean(run: Run) -> None:
    said = run("clock", "confirm", told=ClockStatus(trusted=False, doubt="too_early"))
    assert (said.exit_code, said.stdout) == (1, "")
    assert "before this version of Chappe was made" in said.stderr
    with database.connection():
        assert trust.word(boot_id()) is None


def test_without_a_gateway_nothing_is_known_of_the_clock(run: Run) -> None:
    assert run("clock", "show", told=None).exit_code == 1
    assert "not running" in run("clock", "confirm", told=None).stderr


def test_what_is_sent_while_nobody_vouches_waits_when_it_has_an_hour(run: Run) -> None:
    later = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    uids = [
        json.loads(run("send", "+33612345678", "Bonjour", "--json", *more).stdout)["id"]
        for more in (["--at", later], [])
    ]
    with database.connection():
        states = [lookup.message(uid).state for uid in uids]
    assert states == ["held", "queued"]
    assert "Nobody vouches" in run("why", uids[0]).stdout
