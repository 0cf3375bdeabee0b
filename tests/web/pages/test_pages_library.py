"""The texts by trade: looked at in either language, taken once, and then a template like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway import letters
from gateway.contacts import templates
from gateway.letters import Business
from gateway.store import database
from journeys.visitor import Visitor

if TYPE_CHECKING:
    from fakes import FakeClock

PLACE = "/templates/library"


def test_a_text_is_picked_by_trade_and_taken_once(ana: Visitor, clock: FakeClock) -> None:
    with database.connection():
        letters.choose_business(Business("Chez Léo"), "page:ana", clock.now())
    assert PLACE in ana.read("/templates")
    page = ana.read(f"{PLACE}?trade=beauty")
    assert "Chez Léo: a place came free ___ at ___" in page
    assert "une place s'est libérée" in ana.read(f"{PLACE}?trade=beauty&language=fr")
    taken = ana.send(PLACE, form_at=f"{PLACE}?trade=beauty", key="beauty.flash", language="en")
    assert "It is yours now." in taken
    assert 'value="A free slot"' in taken
    assert "It is among your templates." in ana.read(f"{PLACE}?trade=beauty")
    again = ana.send(PLACE, form_at=f"{PLACE}?trade=beauty", key="beauty.flash", language="en")
    assert "exists already" in again
    assert "Chez Léo: all done" in ana.read(f"{PLACE}?trade=workshop")
    with database.connection():
        (made,) = templates.everything()
    assert (made.category, made.kind, made.written_by) == ("marketing", "message", "page:ana")


def test_what_the_library_has_not_is_not_there(ana: Visitor) -> None:
    ana.send(PLACE, 404, key="beauty.nothing", language="en")
    ana.send(PLACE, 404, key="", language="xx")
    assert "Order arrived" in ana.read(f"{PLACE}?trade=nothing&language=xx")
