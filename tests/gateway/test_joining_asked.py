"""Who sends the word that joins: asked first where the shop wants it, told what they joined, and again."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gateway import letters, rulebook
from gateway.consent import ledger, standing
from gateway.consent.ledger import Act
from gateway.messages import inbox, joining, keywords
from gateway.messages.joining import Join
from gateway.policy.consent import Ground
from gateway.policy.rulebook import Caps
from gateway.store.models import Consent, Inbound, Message
from modem import api
from people import agree

if TYPE_CHECKING:
    from conftest import Bench

ANNA = "+33612345678"
NOTICE = "Envoyez MIAM au 06 39 98 00 99 : deux offres par mois, STOP pour arrêter."
AT_THE_TILL = Act("counter", "page:ana", wording="Le numéro du ticket")
serial = itertools.count(1)


@pytest.fixture(autouse=True)
def asks(bench: Bench) -> None:
    joining.choose(Join("MIAM", "boulangerie", NOTICE, asks_first=True), "page:ana", bench.now)


def hear(bench: Bench, text: str, minutes: int = 2) -> Inbound:
    """It comes in some minutes after whatever was before."""
    bench.clock.move(timedelta(minutes=minutes))
    part = api.InboundPart(ANNA, text, api.Alphabet.UCS2, bench.now, None)
    assert inbox.take(api.Heard("sim1", "8933", f"{next(serial):08X}", part, None), bench.caller, bench.now)
    return Inbound.select().order_by(Inbound.id.desc()).get()


def automatic() -> list[Message]:
    """What left by itself."""
    return list(Message.select().where(Message.source == keywords.SOURCE).order_by(Message.id))


def told(bench: Bench, *keys: str) -> list[str]:
    return [letters.text(key, "fr", bench.site) for key in keys]


def test_the_word_alone_is_no_consent_and_the_yes_is_with_everything_that_was_said(bench: Bench) -> None:
    word = hear(bench, "miam")
    (question,) = automatic()
    assert (standing.of(ANNA).ground, standing.of(ANNA).pending) == (None, True)
    assert question.client_ref == f"ask {word.uid}"
    yes = hear(bench, "Oui !", minutes=0)
    confirmed, asked = ledger.history(ANNA)
    assert [confirmed.event, asked.event] == ["confirmed", "asked"]
    assert (asked.proof, confirmed.proof) == (question.uid, yes.uid)
    assert confirmed.wording == asked.wording == f"{NOTICE}\n\n{question.text}"
    assert (confirmed.purpose, confirmed.ground) == ("boulangerie", Ground.OPT_IN)
    assert [message.text for message in automatic()] == told(bench, "ask", "joined"), "within a minute, too"


@pytest.mark.parametrize("answers", [["non"], ["peut-être"], ["STOP", "oui"], []])
def test_without_a_yes_there_is_no_consent(bench: Bench, answers: list[str]) -> None:
    hear(bench, "MIAM")
    for answer in answers:
        hear(bench, answer)
    assert standing.of(ANNA).ground is None
    assert told(bench, "joined")[0] not in [message.text for message in automatic()]


def test_a_yes_that_comes_too_late_is_none(bench: Bench) -> None:
    hear(bench, "MIAM")
    hear(bench, "oui", minutes=8 * 24 * 60)
    assert standing.of(ANNA).ground is None


def test_who_said_stop_before_joins_by_the_word_and_the_yes(bench: Bench) -> None:
    hear(bench, "STOP")
    hear(bench, "MIAM")
    assert standing.opposed_since(ANNA, "marketing") is not None, "the word alone lifts nothing here"
    hear(bench, "oui")
    assert (standing.opposed_since(ANNA, "marketing"), standing.of(ANNA).ground) == (None, Ground.OPT_IN)


def test_a_question_that_could_not_be_put_is_not_written_down(bench: Bench) -> None:
    for _ in range(keywords.MOST_A_DAY + 1):
        hear(bench, "MIAM")
    assert len(automatic()) == Consent.select().where(Consent.event == "asked").count() == keywords.MOST_A_DAY


@pytest.mark.parametrize("asks_first", [True, False])
def test_who_is_on_the_list_is_told_so_and_nothing_is_asked(bench: Bench, asks_first: bool) -> None:
    joining.choose(Join("MIAM", "", NOTICE, asks_first), "page:ana", bench.now)
    agree(ANNA, bench.now)
    hear(bench, "MIAM")
    assert [message.text for message in automatic()] == told(bench, "joined_already")
    assert len(ledger.history(ANNA)) == 1


def test_the_word_of_a_customer_is_kept_as_the_better_proof(bench: Bench) -> None:
    joining.choose(Join("MIAM", "", NOTICE), "page:ana", bench.now)
    ledger.give(ANNA, Ground.CUSTOMER, AT_THE_TILL, bench.now)
    word = hear(bench, "MIAM")
    assert (standing.of(ANNA).ground, ledger.history(ANNA)[0].proof) == (Ground.OPT_IN, word.uid)
    assert [message.text for message in automatic()] == told(bench, "joined_already")


def test_a_customer_who_would_be_asked_first_loses_nothing(bench: Bench) -> None:
    ledger.give(ANNA, Ground.CUSTOMER, AT_THE_TILL, bench.now)
    hear(bench, "MIAM")
    assert standing.of(ANNA).ground is Ground.CUSTOMER
    assert [message.text for message in automatic()] == told(bench, "joined_already")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("key", ["ask", "joined", "joined_already"])
def test_it_says_how_often_at_what_price_and_how_it_ends(bench: Bench, key: str, language: str) -> None:
    rulebook.choose_caps(Caps(1, 4), "page:ana", bench.now)
    text = letters.text(key, language, bench.site)
    assert f"{'4 en 30 jours' if language == 'fr' else '4 in 30 days'}" in text
    assert ("prix d'un SMS normal" if language == "fr" else "price of a normal text") in text
    assert letters.word(key, language) in text


@pytest.mark.parametrize("key", ["notice", "form"])
def test_the_wordings_for_paper_name_the_shop_the_rhythm_and_the_end(bench: Bench, key: str) -> None:
    said = letters.model(key, bench.site, word="MIAM")
    assert all(piece in said for piece in ("shop", "10 en 30 jours", "SMS normal", "STOP"))
    assert ("MIAM" in said) == (key == "notice")
