"""Somebody is erased while all is running: nothing of them is left in any file, and the rest goes on."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from stack import until

if TYPE_CHECKING:
    from stack import Stack

ANNA = "+33639980001"
BEN = "+33639980009"
SWAPPED = "3336990800F1"  # Anna's number as a TPDU has it
WROTE, SAID = "Votre tarte est prête", "J’arrive à midi"
SPELLINGS = ("639980001", SWAPPED, SWAPPED.lower(), "6093890010", WROTE, SAID)


def traces(stack: Stack) -> set[str]:
    """Which spellings lie in the database, its log or any other file, for whoever takes the card."""
    found = set()
    for spelling in SPELLINGS:
        search = ["grep", "-r", "-a", "-l", "-F", "-D", "skip", "-e", spelling, stack.data, stack.runtime]
        said = subprocess.run(search, capture_output=True, text=True, check=False).stdout
        found |= {f"{spelling} in {name}" for name in said.splitlines()}
    return found


def test_nothing_of_an_erased_person_is_left_in_any_file(stack: Stack) -> None:
    first = stack.send(ANNA, WROTE)
    stack.wait_for(first, "delivered")
    stack.modem(do="inject", sender=ANNA, text=SAID)
    until(lambda: [message for message in stack.inbound() if message["text"] == SAID], "Anna's answer")
    waiting = stack.send(ANNA, "Rappel", send_at=(datetime.now(UTC) + timedelta(days=1)).isoformat())
    other = stack.send(BEN, "Votre pain est prêt")
    stack.wait_for(other, "delivered")
    assert len(traces(stack)) >= 4
    assert "est effacé" in stack.run("person", "erase", ANNA, "--yes")
    assert traces(stack) == set()
    assert stack.message(other)["text"] == "Votre pain est prêt"
    for gone in (first, waiting):
        assert stack.api("GET", f"/api/v1/messages/{gone}")[0] == 404
    again = stack.send(ANNA, "Bonjour")
    stack.wait_for(again, "delivered")
