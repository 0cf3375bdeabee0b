"""The texts of the trades: each one part of the GSM alphabet as it would really leave, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gateway import letters
from gateway.contacts import library, templates
from gateway.errors import Conflict, NotFound
from gateway.letters import Business
from gateway.messages import marketing, templating, texts
from gateway.policy.categories import CATEGORIES

if TYPE_CHECKING:
    from conftest import Bench

BY = "page:ana"
SHOP = "Boulangerie Martin"
FILLED_IN = "12 janvier"  # where something is to be filled in
LONG_NAME = templating.values("Maximilienne Durand", "+33639980001")
USES = (
    *("order_taken", "order_ready", "order_sent", "delivered", "payment_due", "refund", "document_missing"),
    *("reminder", "alert", "satisfaction", "flash", "loyalty", "reactivation", "event", "contest"),
)


def every(language: str) -> list[library.TradeText]:
    return [text for trade in library.trades(language) for text in trade.texts]


@pytest.mark.parametrize("language", library.LANGUAGES)
def test_every_text_leaves_as_one_part_of_the_gsm_alphabet(bench: Bench, language: str) -> None:
    letters.choose_business(Business(SHOP), BY, bench.now)
    wrong = {}
    for one in every(language):
        text = library.reads(one, bench.site).replace(library.BLANK, FILLED_IN)
        read = templating.fill(text, LONG_NAME).text
        left = marketing.complete(read, one.category, bench.site)
        seen = texts.preview(left)
        if (seen.alphabet, seen.parts) != ("GSM-7", 1) or seen.culprits or seen.units_used > 160:
            wrong[one.key] = (seen.alphabet, seen.units_used, left)
        assert SHOP in left
        assert ("STOP" in left) == CATEGORIES[one.category].needs_consent
        marketing.check(left, one.category, bench.site)
    assert wrong == {}


def test_a_text_that_is_too_long_or_too_dear_would_be_found(bench: Bench) -> None:
    assert texts.preview("é" * 161).parts == 2
    assert texts.preview("Fête").culprits


def test_both_languages_have_the_same_trades_and_every_use_is_there() -> None:
    french, english = ([(text.key, text.category) for text in every(one)] for one in library.LANGUAGES)
    assert french == english
    assert {text.use for text in every("fr")} == set(USES)
    for language in library.LANGUAGES:
        names = [text.name.casefold() for text in every(language)]
        assert len(names) == len(set(names))  # a name is one template's


def test_every_text_can_be_taken_and_is_the_shops_own_from_then_on(bench: Bench) -> None:
    letters.choose_business(Business("Chez {Léo}"), BY, bench.now)
    for language in library.LANGUAGES:
        for one in every(language):
            if not (language == "en" and one.name == "Invitation"):
                library.add(one.key, language, bench.site, BY, bench.now)
    taken = {each.name: each for each in templates.everything("message")}
    assert len(taken) == 2 * len(every("fr")) - 1
    assert taken["Vente éclair"].text.startswith("Chez {{Léo}} : ")
    assert taken["Vente éclair"].category == "marketing"
    with pytest.raises(Conflict, match="name_taken"):
        library.add("shop.flash", "fr", bench.site, BY, bench.now)
    with pytest.raises(NotFound):
        library.add("shop.reminder", "fr", bench.site, BY, bench.now)
