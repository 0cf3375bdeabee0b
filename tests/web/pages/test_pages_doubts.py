"""A message that may be a STOP is shown to a person first of all, and the answer does what it says."""

from __future__ import annotations

import re

import pytest

from gateway.consent import standing
from gateway.messages import doubts, lookup, outbox
from gateway.messages.outbox import Draft
from gateway.store import database
from gateway.store.models import Audit, Message
from journeys.visitor import Ledger, Visitor
from people import agree

ANNA = "+33639980021"


@pytest.fixture
def doubt(ledger: Ledger) -> str:
    """The uid of a message that may be a STOP, from somebody for whom marketing waits."""
    with database.connection():
        agree(ANNA, ledger.clock.now())
        outbox.submit(Draft(ANNA, "Soldes", "marketing"), ledger.caller, ledger.clock.now())
    ledger.inbound("je veux que ça stop", ANNA)
    with database.connection():
        return str(doubts.waiting()[0].uid)


def undecided(page: str) -> int:
    """The figure beside "To decide" in the menu."""
    found = re.search(r'id="undecided-more"[^>]*><span class="count"[^>]*>(\d+)', page)
    return int(found[1]) if found else 0


def marketing() -> str:
    with database.connection():
        return str(Message.get(Message.category == "marketing").state)


def test_a_doubt_is_counted_and_shown_before_everything_else(
    ana: Visitor, ledger: Ledger, doubt: str
) -> None:
    failed = ledger.message("failed", text="Went wrong")
    page = ana.read("/attention")
    assert undecided(page) == 2
    assert page.index("je veux que ça stop") < page.index(failed.text)
    assert "Nothing needs you." not in page


def test_yes_ends_marketing_for_that_person_who_is_told_so(ana: Visitor, doubt: str) -> None:
    page = ana.send("/attention/stop", form_at="/attention", uid=doubt)
    assert "gets no more marketing" in page
    assert undecided(page) == 0
    assert marketing() == "canceled"
    with database.connection():
        assert standing.opposed_since(ANNA, "marketing") is not None
        assert [message.source for message in lookup.messages().items if message.category == "alert"] == [
            "keywords"
        ]
        assert [(row.written_by, row.action) for row in Audit.select() if row.action.startswith("doubt")] == [
            ("page:ana", "doubt_stop")
        ]


def test_no_changes_nothing_and_is_not_asked_again(ana: Visitor, doubt: str) -> None:
    page = ana.send("/attention/other", form_at="/attention", uid=doubt)
    assert "nothing changes for that person" in page
    assert "Nothing needs you." in page
    assert marketing() == "queued"


@pytest.mark.parametrize(
    ("uid", "says"), [("", "no received message"), ("0" * 32, "no received message"), (None, "has answered")]
)
def test_what_cannot_be_answered_says_why(
    ana: Visitor, ledger: Ledger, doubt: str, uid: str | None, says: str
) -> None:
    if uid is None:
        ana.send("/attention/other", form_at="/attention", uid=doubt)
        ledger.inbound("fin", "+33639980022")
    assert says in ana.send("/attention/stop", form_at="/attention", uid=doubt if uid is None else uid)
    assert marketing() == "queued"
