"""The word that joins as people meet it: asked back, on a poster, with a wording to begin from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes import MONDAY_NOON
from gateway import status
from gateway.messages import joining
from gateway.messages.joining import Join
from gateway.status import ModemStatus
from gateway.store import database
from web import qr

if TYPE_CHECKING:
    from gateway.config import Config
    from journeys.visitor import Ledger, Visitor

NOTICE = "Texter MIAM : deux offres par mois <vraiment>, STOP pour arrêter."
POSTER = "/settings/join/poster"


@pytest.fixture
def joins(ledger: Ledger) -> None:
    with database.connection():
        joining.choose(Join("miam", "boulangerie", NOTICE), "page:ana", ledger.clock.now())


def knows_its_number(site: Config) -> None:
    seen = ModemStatus("sim1", "ready", number="+33639980099")
    status.write(site.appliance.runtime_dir, (seen,), MONDAY_NOON)


def test_without_a_word_the_poster_says_what_to_do_first(ana: Visitor) -> None:
    page = ana.read(POSTER)
    assert "First choose the word" in page
    assert "<svg viewBox" not in page


def test_the_poster_has_the_word_the_number_the_notice_and_the_square(
    ana: Visitor, joins: None, site: Config
) -> None:
    knows_its_number(site)
    page = ana.read(POSTER)
    assert "MIAM" in page
    assert "06 39 98 00 99" in page
    assert "&lt;vraiment&gt;" in ana.client.get(POSTER).get_data(as_text=True)
    assert str(qr.drawn("sms:+33639980099?body=miam")) in page
    assert "poster-a4" in page
    assert "poster-a5" in ana.read(f"{POSTER}?paper=a5")


def test_the_number_may_be_typed_and_one_that_is_none_is_refused(ana: Visitor, joins: None) -> None:
    assert "The SIM does not know its own number" in ana.read(POSTER)
    assert "06 39 98 00 01" in ana.read(f"{POSTER}?number=0639980001")
    page = ana.read(f"{POSTER}?number=abc")
    assert 'aria-invalid="true"' in page
    assert "poster-word" not in page


def test_no_style_and_no_script_stands_in_the_square() -> None:
    """The page forbids both; a space in a name would break the address."""
    drawn = str(qr.drawn("sms:+33639980099?body=MIAM%20pain"))
    assert drawn.startswith("<svg ")
    assert "style=" not in drawn
    assert "<script" not in drawn


def test_asking_first_is_a_choice_that_is_kept_and_taken_back(ana: Visitor) -> None:
    form = {"word": "MIAM", "name": "", "wording": NOTICE}
    page = ana.send("/settings/join", form_at="/settings", asks_first="1", **form)
    assert 'name="asks_first" value="1" checked' in page
    with database.connection():
        assert joining.read() == Join("MIAM", "", NOTICE, asks_first=True)
    page = ana.send("/settings/join", form_at="/settings", **form)
    assert 'name="asks_first" value="1" checked' not in page


def test_wordings_to_begin_from_stand_beside_the_word_and_the_consent(ana: Visitor, ledger: Ledger) -> None:
    assert "10 in 30 days at most" in ana.read("/settings")
    ledger.message("delivered", "+33639980001")
    assert "A model for your form:" in ana.read("/contacts/+33639980001")
