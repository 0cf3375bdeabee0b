"""The settings: each section is kept by itself; what is refused says where, and changes nothing."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from gateway import audit, letters, rulebook, words
from gateway.letters import Business
from gateway.messages import joining
from gateway.messages.joining import Join
from gateway.policy.rulebook import Caps
from gateway.privacy import retention
from gateway.privacy.retention import Retention
from gateway.store import database
from journeys.visitor import Ledger, Visitor
from web.pages.settings import CHANGES, CHOICES

WEEK = {"day": ["0", "1", "2", "3", "4"], "opens": "09:00", "closes": "18:30"}
KEPT = {"texts_days": "90", "prospects_days": "1095", "audit_days": "365", "calls_days": "30"}
NOTICE = "Send OFFERS to 06 39 98 00 00: two offers a month of the bakery; STOP ends it."


def save(ana: Visitor, section: str, expect: int = 200, **values: Any) -> str:
    return ana.send(f"/settings/{section}", expect=expect, form_at="/settings", **values)


def part(page: str, section: str) -> str:
    """What one section shows."""
    return page.partition(f'id="{section}"')[2].partition("</section>")[0]


def noted() -> list[tuple[str, str, str]]:
    with database.connection():
        return [(row.written_by, row.action, row.shown) for row in audit.recent()]


def test_everything_is_shown_as_it_came(ana: Visitor) -> None:
    page = ana.read("/settings")
    for section in CHOICES:
        assert f'action="/settings/{section}"' in page
    hours = part(page, "hours")
    assert re.findall(r'name="day" value="(\d)" checked', hours) == list("012345")
    assert ('value="08:00"' in hours, 'value="20:00"' in hours) == (True, True)
    assert "Nothing yet: everything is as it came." in page
    assert page.count("data-measure") == len(letters.KEYS)


def test_who_writes_is_remembered_and_the_notice_for_everybody_says_it(ana: Visitor, ledger: Ledger) -> None:
    page = save(ana, "business", name="Boulangerie Léa", contact="01 39 98 00 00")
    assert "Remembered." in page
    assert 'value="Boulangerie Léa"' in part(page, "business")
    assert "Your data at Boulangerie Léa" in ana.read("/privacy")
    assert noted() == [("page:ana", "business_changed", "Boulangerie Léa")]


def test_hours_are_narrowed_by_one_form(ana: Visitor, ledger: Ledger) -> None:
    page = save(ana, "hours", **WEEK)
    assert re.findall(r'name="day" value="(\d)" checked', part(page, "hours")) == list("01234")
    assert "Leaves Mon 30 Nov, 09:00." in departure(ana, "2026-11-28T10:00")
    assert "lifted" not in part(page, "hours")


def departure(ana: Visitor, at: str) -> str:
    answer = json.loads(ana.send("/write/departure", form_at="/write", when="later", at=at))
    return str(answer["departures"]["marketing"]).replace("\u00a0", " ")


def test_to_go_beyond_the_usual_hours_one_must_mean_it_and_say_why(ana: Visitor, ledger: Ledger) -> None:
    sunday = {**WEEK, "day": ["6"], "opens": "09:00", "closes": "21:00"}
    page = save(ana, "hours", 422, **sunday)
    assert "Stay within that, or say that you go beyond it" in part(page, "hours")
    assert re.findall(r'name="day" value="(\d)" checked', part(page, "hours")) == ["6"]
    page = save(ana, "hours", 422, **sunday, lift="1")
    assert 'id="hours-reason-fault"' in page
    assert noted() == []
    page = save(ana, "hours", **sunday, lift="1", reason="Marché du dimanche")
    assert re.search(r"The usual hours are lifted.*ana,.*Marché du dimanche", part(page, "hours"), re.DOTALL)
    assert departure(ana, "2026-11-29T20:30").startswith("Leaves Sun 29 Nov, 20:30.")
    changes = part(page, "changes")
    assert "Hours for marketing lifted" in changes
    assert "Marché du dimanche" in changes
    page = save(ana, "hours", **WEEK)
    assert "lifted" not in part(page, "hours")


def test_more_marketing_than_usual_needs_a_reason(ana: Visitor, ledger: Ledger) -> None:
    assert 'id="caps-reason-fault"' in save(ana, "caps", 422, a_day="2", a_month="10")
    page = save(ana, "caps", a_day="2", a_month="10", reason="Menu du jour")
    assert "More than usual." in part(page, "caps")
    with database.connection():
        assert rulebook.read().caps == Caps(2, 10)


def test_the_other_sections_are_kept_each_by_itself(ana: Visitor, ledger: Ledger) -> None:
    save(ana, "place", alsace="1")
    save(ana, "price", cents="4,5", currency="eur")
    save(ana, "retention", **KEPT)
    page = save(ana, "join", word="OFFERS", name="bakery", wording=NOTICE)
    with database.connection():
        assert rulebook.read().alsace
        assert retention.read() == Retention(90, 1095, 365, 30)
        assert joining.read() == Join("OFFERS", "bakery", NOTICE)
    assert "One part: €0.045." in part(page, "price")
    assert 'value="4.5"' in part(page, "price")
    assert "90 days" in ana.read("/privacy")
    save(ana, "join", action="off")
    save(ana, "place")
    with database.connection():
        assert (joining.read(), rulebook.read().alsace) == (None, False)


def test_a_price_shown_in_french_is_read_back_the_same(ana: Visitor, ledger: Ledger) -> None:
    ana.send("/language", form_at="/settings", language="fr", next="/settings")
    page = save(ana, "price", cents="4.5", currency="EUR")
    assert 'value="4,5"' in part(page, "price")
    assert "Une partie : 0,045 €." in part(page, "price")
    save(ana, "price", cents="4,5", currency="EUR")
    with database.connection():
        assert str(rulebook.price()) == "Price(cents=Decimal('4.5'), currency='EUR')"


@pytest.mark.parametrize(
    ("section", "values", "field"),
    [
        ("business", {"name": " "}, "name"),
        ("business", {"name": "x" * 41}, "name"),
        ("hours", {**WEEK, "day": []}, "days"),
        ("hours", {**WEEK, "opens": "soon"}, "opens"),
        ("hours", {**WEEK, "closes": ""}, "closes"),
        ("hours", {**WEEK, "closes": "08:30"}, "closes"),
        ("caps", {"a_day": "one", "a_month": "10"}, "a_day"),
        ("caps", {"a_day": "1", "a_month": "1000000000"}, "a_month"),
        ("price", {"cents": "dear", "currency": "EUR"}, "cents"),
        ("price", {"cents": "4", "currency": "EURO"}, "currency"),
        ("retention", {**KEPT, "texts_days": "29"}, "texts_days"),
        ("retention", {**KEPT, "calls_days": "²"}, "calls_days"),
        ("join", {"word": "OFFERS", "name": "", "wording": " "}, "wording"),
        ("join", {"word": "STOP", "name": "", "wording": NOTICE}, "word"),
    ],
)
def test_what_is_refused_is_named_at_its_field_and_changes_nothing(
    ana: Visitor, ledger: Ledger, section: str, values: dict[str, Any], field: str
) -> None:
    page = save(ana, section, 422, **values)
    assert f'id="{section}-{field}-fault"' in part(page, section)
    assert f'href="#{section}-{field}"' in page.partition("Nothing was changed:")[2]
    assert f'id="{section}-{field}"' in page
    assert noted() == []


# ---- the texts -----------------------------------------------------------------------------------


def test_a_text_is_changed_and_goes_back_to_what_it_was(ana: Visitor, ledger: Ledger) -> None:
    page = save(ana, "texts/help", text="{name}: call us. {word} ends it.")
    assert "{name}: call us. {word} ends it." in part(page, "texts")
    assert "As it came: {name} sends texts from this number." in part(page, "texts")
    assert noted() == [("page:ana", "text_changed", "help")]
    page = save(ana, "texts/help", action="default", text="whatever stood there")
    assert "call us" not in part(page, "texts")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{name}: {surprise} STOP", "{surprise} stands for nothing here"),
        ("{name}: œuf {word}", "Not in the alphabet of text messages: œ"),
        ("{name}: call us", "must name the word “STOP”"),
        ("x" * 400 + " STOP", "at most 2 are sent"),
        ("x" * 50_000, "at most 1000 characters"),
    ],
)
def test_a_text_that_cannot_leave_is_refused_and_kept_in_the_form(
    ana: Visitor, ledger: Ledger, text: str, sentence: str
) -> None:
    page = save(ana, "texts/help", 422, text=text)
    assert sentence in page.partition('id="help-text-fault"')[2].partition("</p>")[0]
    assert f">{text}</textarea>" in page
    assert noted() == []
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    typed = {"csrf_token": token[1], "text": text}
    answer = ana.client.post("/settings/texts/help/measure", data=typed).get_json()
    assert (answer["parts"], sentence in answer["words"]) == (None, True)


def test_while_one_types_the_parts_are_counted_with_the_shops_own_name(ana: Visitor, ledger: Ledger) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', ana.read("/settings"))
    assert token
    text = "{name}" + "a" * 150 + " STOP"

    def measured() -> object:
        typed = {"csrf_token": token[1], "text": text}
        return ana.client.post("/settings/texts/help/measure", data=typed).get_json()["parts"]

    with database.connection():
        letters.choose_business(Business("Léa"), "page:ana", ledger.clock.now())
    assert measured() == 1
    with database.connection():
        letters.choose_business(Business("Boulangerie Léa"), "page:ana", ledger.clock.now())
    assert measured() == 2


def test_there_is_no_other_text_and_no_other_section(ana: Visitor) -> None:
    assert "farewell" in save(ana, "texts/farewell", 404, text="x")
    save(ana, "texts/farewell/measure", 404, text="x")
    save(ana, "surprise", 404)


def test_nobody_else_comes_in(stranger: Visitor) -> None:
    assert "Forgotten password" in stranger.read("/settings")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_change_at_the_foot_has_its_words(language: str) -> None:
    assert [action for action in CHANGES if action not in words.words(language)["action"]] == []
