"""At the terminal: a keyword is made, listed and removed; a word of the law is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Run


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
