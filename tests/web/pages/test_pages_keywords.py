"""The page of keywords: made, tried, changed, removed; each mistake at its field, each conflict shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.contacts import groups
from gateway.features.keywords import rules
from gateway.messages import joining
from gateway.messages.joining import Join
from gateway.store import database
from journeys.visitor import Visitor

if TYPE_CHECKING:
    from fakes import FakeClock

FILLED = {"words": "RSVP, coming", "reply": "Thank you {first name}", "tag": "party"}


def fill(ana: Visitor, expect: int = 200, path: str = "/keywords", **changes: str) -> str:
    return ana.send(path, expect, **{**FILLED, **changes})


def uid_of(word: str) -> str:
    with database.connection():
        return str(rules.called(word).uid)


def test_the_first_keyword_is_made_and_tried(ana: Visitor) -> None:
    assert "/keywords" in ana.read("/settings")
    empty = ana.read("/keywords")
    assert "Your first keyword" in empty
    assert "Try a text" not in empty
    page = fill(ana)
    assert "RSVP is heard from now on." in page
    assert "answers: Thank you {first name} · tag: party" in page
    assert "never used" in page
    table = {
        "rsvp 2": "The rule “RSVP” takes it, by the word “RSVP”.",
        "Coming!": "by the word “coming”",
        "STOP": "This ends messages",
        "yes": "This answers a question",
        "Hello": "No rule takes it",
    }
    for text, sentence in table.items():
        assert sentence in ana.read(f"/keywords?text={text}"), text


def test_a_mistake_stands_at_its_field_with_what_was_typed(ana: Visitor) -> None:
    fill(ana)
    table: tuple[tuple[dict[str, str], str, str], ...] = (
        ({"words": "stop"}, "words", "the law hears it first"),
        ({"words": "help"}, "words", "heard first"),
        ({"words": "rsvp!"}, "words", "belongs to the rule “RSVP” already"),
        ({"words": "..."}, "words", "no letter and no digit"),
        ({"words": "vip", "reply": "{colour}"}, "reply", "colour"),
        ({"words": "vip", "group": "Nowhere"}, "group", "There is no group Nowhere."),
        ({"words": "vip", "asks": "on"}, "group", "Choose the group"),
        ({"words": "vip", "mail": "ana@shop.example"}, "mail", "no relay"),
    )
    for changes, field, sentence in table:
        page = fill(ana, 422, **changes)
        assert f'id="{field}-fault"' in page
        assert sentence in page
        assert f'value="{changes["words"]}"' in page
    with database.connection():
        assert len(rules.everything()) == 1


def test_a_keyword_is_changed_and_removed(ana: Visitor, clock: FakeClock) -> None:
    with database.connection():
        groups.add("Club", "page:ana", clock.now())
    fill(ana)
    place = f"/keywords/{uid_of('rsvp')}"
    page = fill(ana, path=place, words="club", group="Club", asks="on", adds="on", whole="on")
    assert "Remembered." in page
    assert "asks first, group: Club" in ana.read("/keywords")
    assert "The rule “club” takes it" in ana.read("/keywords?text=Club")
    assert "No rule takes it" in ana.read("/keywords?text=club please")
    assert "Remove this keyword…" in page
    assert "club does nothing any more." in ana.send(f"{place}/remove", form_at=place)
    ana.read(place, expect=404)


def test_a_conflict_with_the_word_that_joins_is_shown(ana: Visitor, clock: FakeClock) -> None:
    fill(ana, words="vip, offers")
    assert "in conflict" not in ana.read("/keywords")
    with database.connection():
        joining.choose(Join("OFFERS", "", "Notice"), "page:ana", clock.now())
    assert "in conflict: offers" in ana.read("/keywords")
    assert "joins your list of offers" in ana.read(f"/keywords/{uid_of('vip')}")
