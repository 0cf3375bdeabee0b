"""Received messages and the register of consents as sheets: whole, in words, harmless, for those who may."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gateway import audit
from gateway.consent import ledger as consents
from gateway.consent.ledger import Act
from gateway.contacts import book, register
from gateway.contacts.book import Entry
from gateway.policy.consent import Ground
from gateway.store import database
from gateway.store.models import User

if TYPE_CHECKING:
    from journeys.visitor import Ledger, Visitor

ANNA, BEN, CLEO, DAN = (f"+3363998000{place}" for place in range(1, 5))
PAPER = Act("paper", "page:ana", wording="=J’accepte", proof="folder 3", purpose="offers")


def sheet(visitor: Visitor, path: str) -> list[dict[str, str]]:
    answer = visitor.client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.get_data().startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))


def test_every_message_that_came_is_in_the_sheet_the_oldest_first(ana: Visitor, ledger: Ledger) -> None:
    for place in range(register.AT_ONCE + 1):
        ledger.inbound(f"n° {place}", ANNA)
    ledger.inbound("=1+1", BEN)
    with database.connection():
        book.add(ANNA, Entry("Anna"), "page:ana", ledger.clock.now())
    rows = sheet(ana, "/conversations/received.csv")
    assert len(rows) == register.AT_ONCE + 2
    assert [rows[0]["Text"], rows[-1]["Text"]] == ["n° 0", "'=1+1"]
    assert (rows[0]["From"], rows[0]["Name"], rows[-1]["Name"]) == (f"'{ANNA}", "Anna", "")
    with database.connection():
        assert audit.recent()[0].action == "inbound_exported"


def test_the_register_has_a_line_a_person_with_what_stands_and_its_proof(
    ana: Visitor, ledger: Ledger
) -> None:
    now = ledger.clock.now()
    with database.connection():
        for number in (ANNA, BEN, CLEO):
            consents.give(number, Ground.OPT_IN, PAPER, now)
        consents.withdraw(BEN, Act("phone", "page:ana"), now + timedelta(days=1))
        consents.oppose(CLEO, "marketing", Act("phone", "page:ana"), now + timedelta(days=2))
        consents.ask(DAN, Act("sms", "page:ana", wording="?"), now)
    anna, ben, cleo, dan = sheet(ana, "/contacts/consents.csv")
    assert [row["Number"] for row in (anna, ben, cleo, dan)] == [f"'{n}" for n in (ANNA, BEN, CLEO, DAN)]
    assert (anna["What for"], anna["By"], anna["Proof"], anna["Over since"]) == (
        "offers",
        "page:ana",
        "folder 3",
        "",
    )
    assert anna["Words"] == "'=J’accepte"
    assert anna["Since"].startswith(now.astimezone(ledger.site.appliance.timezone).isoformat()[:16])
    assert (ben["Over since"][:10], cleo["Over since"][:10]) == (
        f"{now + timedelta(days=1):%Y-%m-%d}",
        f"{now + timedelta(days=2):%Y-%m-%d}",
    )
    assert (dan["Since"], dan["Words"]) == ("", "")
    assert len({row["What"] for row in (anna, ben, cleo, dan)}) == 4
    with database.connection():
        assert audit.recent()[0].action == "consents_exported"


@pytest.mark.parametrize("path", ["/conversations/received.csv", "/contacts/consents.csv"])
def test_only_who_answers_for_the_shop_gets_them(
    ana: Visitor, stranger: Visitor, ledger: Ledger, path: str
) -> None:
    with database.connection():
        book.add(ANNA, Entry("Anna"), "page:ana", ledger.clock.now())
    ledger.inbound("Bonjour", ANNA)
    assert "Forgotten password" in stranger.read(path)
    assert "consents.csv" in ana.read("/contacts")
    assert "received.csv" in ana.read("/conversations")
    with database.connection():
        User.update(role="writer").execute()
    assert ana.client.get(path).status_code == 403
    assert "received.csv" not in ana.read("/conversations")
    assert "consents.csv" not in ana.read("/contacts")
