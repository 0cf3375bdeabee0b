"""At the terminal: a keyword is made, listed and removed; a word of the law is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.store import database

if TYPE_CHECKING:
    from conftest import Bench

Run = Callable[..., Result]
TOML = '[appliance]\nlanguage = "en"\ndata_dir = "."\nruntime_dir = "run"\n'


@pytest.fixture
def run(bench: Bench, tmp_path: Path) -> Iterator[Run]:
    """Run one command in the installation whose ledger `bench` has made."""
    (tmp_path / "gateway.toml").write_text(TOML, encoding="utf-8")

    def command(*words: str) -> Result:
        return CliRunner().invoke(main, ["--config", str(tmp_path / "gateway.toml"), *words])

    yield command
    database.connection().__enter__()  # a command closed the one that `bench` is about to close


def test_a_keyword_from_its_making_to_its_end(run: Run) -> None:
    assert "There is no keyword yet." in run("keyword", "list").stdout
    made = run("keyword", "add", "RSVP", "coming", "--reply", "Thank you", "--tag", "party", "--whole")
    assert "RSVP: written down." in made.stdout
    listed = run("keyword", "list").stdout
    assert "RSVP, coming" in listed
    assert "answers: Thank you; tag: party" in listed
    (told,) = json.loads(run("keyword", "list", "--json").stdout)
    assert (told["words"], told["whole"], told["uses"], told["used_at"]) == (
        ["RSVP", "coming"],
        True,
        0,
        None,
    )
    for word, sentence in (("stop", "the law hears it first"), ("Coming!", "belongs to the rule “RSVP”")):
        refused = run("keyword", "add", word)
        assert refused.exit_code == 1
        assert sentence in refused.output
    assert run("keyword", "remove", "nothing").exit_code == 1
    assert "RSVP does nothing any more" in run("keyword", "remove", "COMING").stdout
    assert json.loads(run("keyword", "list", "--json").stdout) == []
