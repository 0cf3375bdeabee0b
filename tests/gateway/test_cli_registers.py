"""Received messages and the register of consents from the command line."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.consent import ledger
from gateway.consent.ledger import Act
from gateway.policy.consent import Ground
from gateway.store.models import Inbound

if TYPE_CHECKING:
    from conftest import Bench, Run

ANNA = "+33612345678"


def test_all_that_came_is_printed_for_a_spreadsheet(bench: Bench, run: Run) -> None:
    for place, text in enumerate(("Bonjour", "=1+1")):
        row = {"sender": ANNA, "text": text, "received_at": bench.now, "complete": not place}
        Inbound.create(uid=f"{place:032}", modem="sim1", sim="8933", **row)
    first, second = csv.DictReader(io.StringIO(run("inbox", "--csv", "--limit", "1").output))
    assert (first["From"], second["Text"]) == (f"'{ANNA}", "'=1+1")
    assert (first["Whole"], second["Whole"]) == ("", "(parts missing)")


def test_the_register_goes_into_a_file(bench: Bench, run: Run, tmp_path: Path) -> None:
    ledger.give(ANNA, Ground.OPT_IN, Act("paper", "page:ana", wording="J’accepte"), bench.now)
    said = run("consent", "export", "--output", str(tmp_path / "register.csv")).output
    assert "1 people" in said
    (row,) = csv.DictReader(io.StringIO((tmp_path / "register.csv").read_text(encoding="utf-8-sig")))
    assert (row["Number"], row["Words"], row["Over since"]) == (f"'{ANNA}", "J’accepte", "")
