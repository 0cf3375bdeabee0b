"""At the terminal: a file of contacts goes in, a list comes out."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.contacts import book, choosing, consents, groups, segments
from gateway.contacts.choosing import Choice
from gateway.contacts.imports import jobs
from gateway.store import database
from gateway.store.models import Contact, ImportJob

if TYPE_CHECKING:
    from conftest import Bench, Run

ANNA, BEN = "+33612345678", "+33698765432"
LIST = "Qui;Où joindre;Ville\nÉlodie;612345678;Évry\nBen;06 12;Paris\nZoé;+33698765432;\n"


@pytest.fixture
def run(run: Run, tmp_path: Path) -> Run:
    """With a list beside it; what ends in .csv is a file there."""
    (tmp_path / "clients.csv").write_text(LIST, encoding="latin-1")
    return lambda *words: run(*(str(tmp_path / word) if word.endswith(".csv") else word for word in words))


def test_a_file_goes_in_and_what_was_guessed_is_said(bench: Bench, run: Run) -> None:
    done = run("contacts", "import", "clients.csv", "--map", "qui=name", "--tag", "vip", "--group", "Clients")
    assert done.exit_code == 0, done.output
    assert "3 lines, 3 columns, read as cp1252, separated by ;." in done.stderr
    assert "Où joindre: Number" in done.stderr
    assert "       2  new contacts" in done.stdout
    assert "line 3: “06 12” is not a possible number." in done.stdout
    with database.connection():
        assert [one.name for one in book.page().items] == ["Élodie", "Zoé"]
        assert choosing.count(Choice(tag="vip", group=groups.everything()[0].id), bench.now).found == 2
        assert not list(jobs.folder().iterdir())


def test_a_rehearsal_writes_nothing(bench: Bench, run: Run) -> None:
    done = run("contacts", "import", "clients.csv", "--dry-run", "--json")
    told = json.loads(done.stdout)
    assert (told["lines"], told["added"], told["invalid"], told["mended"]) == (3, 2, 1, 1)
    with database.connection():
        assert not Contact.select().exists()
        assert not ImportJob.select().exists()
        assert not list(jobs.folder().iterdir())


def test_everybody_in_the_file_agreed(bench: Bench, run: Run) -> None:
    agreed = ("--consent", "everybody", "--ground", "opt_in")
    refused = run("contacts", "import", "clients.csv", *agreed)
    assert (refused.exit_code, refused.stderr.splitlines()[-1]) == (
        1,
        "Give the exact words that the person agreed to.",
    )
    run("contacts", "import", "clients.csv", *agreed, "--wording", "[x] Oui")
    with database.connection():
        assert [consents.answer(number).code for number in (ANNA, BEN)] == ["agreed", "agreed"]
        assert ImportJob.select().count() == 1  # the refused one left nothing


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("Nobody=name", "There is no column “Nobody” in the file. It has: Qui, Où joindre, Ville."),
        ("4=name", "There is no column “4” in the file."),
        ("Qui=colour", "“Qui=colour” does not say what a column is for."),
        ("Qui", "“Qui” does not say what a column is for."),
        ("2=none", "Say which column holds the number."),
    ],
)
def test_a_column_that_is_none_is_said(bench: Bench, run: Run, entry: str, said: str) -> None:
    refused = run("contacts", "import", "clients.csv", "--map", entry)
    assert refused.exit_code == 1
    assert said in refused.stderr
    with database.connection():
        assert not ImportJob.select().exists()


def test_a_list_comes_out_and_may_go_in_again(bench: Bench, run: Run, tmp_path: Path) -> None:
    run("contacts", "import", "clients.csv", "--map", "1=name", "--map", "Ville=new:text", "--tag", "vip")
    out = run("contacts", "export", "--tag", "vip", "--output", "out.csv")
    assert "2 contacts are in" in out.stdout
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["Number"], row["Name"], row["Ville"]) for row in rows] == [
        (f"'{ANNA}", "Élodie", "Évry"),
        (f"'{BEN}", "Zoé", ""),
    ]
    again = json.loads(run("contacts", "import", "out.csv", "--json").stdout)
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 2)


def test_a_group_or_a_segment_comes_out(bench: Bench, run: Run) -> None:
    run("contacts", "import", "clients.csv", "--map", "1=name", "--group", "Clients")
    with database.connection():
        segments.save("É", segments.typed([("name_has", "elodie")]), "test:me", bench.now)
    assert len(run("contacts", "export", "--group", "clients").stdout.splitlines()) == 3
    assert len(run("contacts", "export", "--segment", "É").stdout.splitlines()) == 2
    assert "There is no segment X." in run("contacts", "export", "--segment", "X").stderr
