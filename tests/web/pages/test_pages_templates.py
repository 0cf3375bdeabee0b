"""Templates: written once, used where one writes; what is wrong with one is said at its field."""

from __future__ import annotations

import re

import pytest

from gateway import audit
from gateway.contacts import templates
from gateway.store import database
from journeys.visitor import Visitor

READY = {
    "name": "Commande prête",
    "text": "Bonjour {prénom|cher client}, c’est prêt.",
    "kind": "message",
    "category": "alert",
}


def add(visitor: Visitor, **change: str) -> str:
    return visitor.send("/templates/new", **{**READY, **change})


def kept() -> list[tuple[str, str, str]]:
    with database.connection():
        return [(each.name, each.kind, each.category) for each in templates.everything()]


def test_with_none_the_page_says_what_they_are_for(ana: Visitor) -> None:
    page = ana.read("/templates")
    assert "gaps that are filled for each person" in page
    assert "A new message" in page


def test_one_is_written_and_changed(ana: Visitor) -> None:
    assert "Commande prête" in add(ana)
    ana.send("/templates/1", **{**READY, "name": "Commande arrivée", "category": "notification"})
    assert kept() == [("Commande arrivée", "message", "notification")]
    assert "c’est prêt." in ana.read("/templates/1")
    with database.connection():
        assert [row.action for row in audit.recent(by="page:ana", limit=2)] == ["template_saved"] * 2


def test_one_is_removed_after_a_question(ana: Visitor) -> None:
    add(ana)
    assert "Yes, remove it" in ana.read("/templates/1")
    assert "“Commande prête” is removed." in ana.send("/templates/1/remove", form_at="/templates/1")
    assert kept() == []
    ana.read("/templates/1", expect=404)


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"name": " "}, "name", "Give a name."),
        ({"name": "x" * 61}, "name", "at most 60 characters"),
        ({"name": "COMMANDE PRÊTE"}, "name", "exists already"),
        ({"text": " "}, "text", "Write a text."),
        ({"text": "{pointure}"}, "text", "Nothing is known as “pointure”."),
        ({"text": "a { b"}, "text", "a brace that names nothing"),
        ({"text": "x" * 1600}, "text", "at most 10"),
        ({"kind": "poem"}, "kind", "no kind of template “poem”"),
        ({"category": "gossip"}, "category", "no category “gossip”"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_keeps_what_was_typed(
    ana: Visitor, change: dict[str, str], field: str, sentence: str
) -> None:
    add(ana, name="Commande PRÊTE" if "name" in change else "Autre")
    before = kept()
    page = ana.send("/templates/new", expect=422, **{**READY, "name": "Nouveau", **change})
    assert sentence in page.partition(f'id="{field}-fault"')[2].partition("</p>")[0]
    assert change.get("text", READY["text"]).strip() in page
    assert kept() == before


def test_one_begins_a_message_with_its_text_and_category(ana: Visitor) -> None:
    add(ana)
    add(ana, name="Merci", kind="reply")
    for page in (ana.read("/write?template=1"), ana.send("/write", to="x", action="template", template="1")):
        assert READY["text"] in page
        assert re.search(r'value="alert"[^>]* checked', page)
    choices = re.findall(r'<option value="(\d+)"', ana.read("/write"))
    assert choices == ["1"]  # quick replies are for conversations
