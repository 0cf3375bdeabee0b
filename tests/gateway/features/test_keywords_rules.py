"""Keywords of the shop: matched as people type, never against the law, answered, sorted, asked, told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.config import MailConfig
from gateway.consent import ledger, standing
from gateway.consent.ledger import Act
from gateway.contacts import book, groups, tags
from gateway.contacts.book import Entry
from gateway.daemon.feature_desk import FeatureDesk
from gateway.errors import Conflict, GatewayError, Invalid, NotFound
from gateway.features import FEATURES
from gateway.features.keywords import matching, rules
from gateway.features.keywords.feature import Keywords
from gateway.features.keywords.rules import Wish
from gateway.features.surveys.feature import Surveys
from gateway.features.webhooks import hooks
from gateway.messages import joining, keywords, numbers
from gateway.messages.joining import Join
from gateway.privacy import erase, export
from gateway.store import database
from gateway.store.models import Contact, Delivery, Inbound, KeywordJoin, KeywordWord, Mail, Message

BY = "page:ana"
ANNA, BEN = "+33639983001", "+33639983002"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
TICKED = Act("form", BY, wording="[x] Offers.")


class Counter:
    """A shop with its rules, people who text, and the gateway that hears them: the law first."""

    def __init__(self, bench: Any) -> None:
        self.bench = bench
        self.desk = FeatureDesk(
            (Surveys, Keywords), bench.site, ("sim1",), bench.ids, lambda told: None, lambda: True
        )

    def rule(self, words: str, **more: Any) -> str:
        bench = self.bench
        return rules.add(Wish(words, **more), bench.site, BY, bench.now, bench.ids).uid

    def says(self, text: str, number: str = ANNA) -> Inbound:
        now = self.bench.now
        message = self.bench.receive(text, number)
        with database.transaction():
            if not keywords.obey(message, self.bench.caller, now):
                self.desk.hear(message, numbers.parse(number, "FR"), now)
        self.desk.step(now)
        self.bench.clock.move(2 * MINUTE)
        return message

    def answers(self, number: str = ANNA) -> list[str]:
        rows = Message.select().where(Message.recipient == number).order_by(Message.id)
        return [row.text for row in rows]

    def in_group(self, number: str = ANNA) -> list[str]:
        known = book.find(number)
        return [group.name for group in groups.of(known.id)] if known else []


@pytest.fixture
def counter(bench: Any) -> Counter:
    return Counter(bench)


def refused(attempt: Callable[[], object]) -> tuple[str, str | None]:
    with pytest.raises(GatewayError) as caught:
        attempt()
    return caught.value.code, caught.value.field


# ---- which text is which rule's ----------------------------------------------------------------------


TYPED: tuple[tuple[str, str | None], ...] = (
    ("RSVP", "RSVP"),
    ("rsvp!", "RSVP"),
    ("  Rsvp : nous serons 3", "RSVP"),
    ("r.s.v.p", "RSVP"),
    ("RSVPS", None),
    ("vite rsvp", None),
    ("FETE", "Fête"),
    ("fête!!", "Fête"),
    ("Fe\u0302te 2", "Fête"),
    ("ＦＥＴＥ", "Fête"),
    ("offre noel svp", "Offre Noël"),
    ("Offre, s'il vous plaît", "offre"),
    ("code 7", "CODE 7"),
    ("code 7 merci", None),
    ("code 78", None),
    ("", None),
    ("🎉", None),
    ("🎉 RSVP", "RSVP"),
    ("RSVP " + "x" * 5000, "RSVP"),
)


def test_a_text_is_matched_by_its_first_words_however_they_are_typed(counter: Counter) -> None:
    counter.rule("RSVP, Fête")
    counter.rule("offre")
    counter.rule("Offre Noël")
    counter.rule("CODE 7", whole=True)
    for text, word in TYPED:
        found = matching.find(text)
        assert (found.word if found else None) == word, text[:40]


@pytest.mark.parametrize("typed", ["V.I.P.", "v.i.p", "VIP.", "V-I-P !", "« V.I.P. » merci"])
@pytest.mark.parametrize("word", ["VIP", "V.I.P."])
def test_the_marks_of_an_abbreviation_count_for_nothing(counter: Counter, word: str, typed: str) -> None:
    counter.rule(word)
    assert matching.fate(typed).match is not None


@pytest.mark.parametrize("typed", ["V. I. P.", "V I P", "VI.P", "V.I.P.S", "1.2", "a.b"])
def test_what_is_no_abbreviation_of_it_is_another_word(counter: Counter, typed: str) -> None:
    counter.rule("VIP, 12, ba")
    assert matching.fate(typed).match is None


def test_a_word_of_the_law_is_refused_and_says_why(counter: Counter) -> None:
    now = counter.bench.now
    table = {
        "STOP": "keyword_is_stop",
        "stop noël": "keyword_is_stop",
        "Arrêt": "keyword_is_stop",
        "START": "keyword_is_start",
        "infos": "keyword_is_help",
        "Aide": "keyword_is_help",
        "Oui": "keyword_is_answer",
        "non merci": "keyword_is_answer",
        "!!!": "keyword_empty",
        "a" * 41: "keyword_long",
        "un deux trois quatre cinq six": "keyword_long",
        " , ;": "keyword_missing",
        ",".join(f"mot{n}" for n in range(21)): "keyword_spellings",
    }
    for words, code in table.items():
        assert refused(lambda words=words: counter.rule(words)) == (code, "words"), words
    joining.choose(Join("OFFRES", "", "Notice"), BY, now)
    for words in ("offres", "REJOINDRE"):
        assert refused(lambda words=words: counter.rule(words)) == ("keyword_is_join", "words")
    assert KeywordWord.select().count() == 0
    joining.choose(None, BY, now)
    counter.rule("REJOINDRE")  # no list is joined by it now
    assert matching.fate("rejoindre !").match is not None


def test_two_rules_never_have_the_same_word(counter: Counter) -> None:
    first, second = counter.rule("Fête"), counter.rule("bal")
    site, now = counter.bench.site, counter.bench.now
    assert refused(lambda: counter.rule("rsvp, FETE !")) == ("keyword_taken", "words")
    assert refused(lambda: rules.change(second, Wish("bal, fete"), site, BY, now)) == (
        "keyword_taken",
        "words",
    )
    rules.change(first, Wish("FÊTES, fete"), site, BY, now)  # its own word is free for itself
    assert rules.spelled(rules.get(first)) == ["FÊTES", "fete"]
    assert rules.remove(first, BY, now) == "FÊTES"
    rules.change(second, Wish("bal, fete"), site, BY, now)
    with pytest.raises(NotFound):
        rules.get(first)


def test_a_word_that_the_list_takes_later_is_shown_as_a_conflict(counter: Counter) -> None:
    uid = counter.rule("club, vip", reply="Bienvenue")
    assert matching.conflicts(rules.get(uid)) == {}
    joining.choose(Join("Club", "", "Notice"), BY, counter.bench.now)
    assert matching.conflicts(rules.get(uid)) == {"club": "keyword_is_join"}
    assert matching.fate("CLUB").law == "keyword_is_join"
    counter.says("club")
    assert rules.get(uid).uses == 0


def test_what_would_become_of_a_text_is_told_beforehand(counter: Counter) -> None:
    counter.rule("rsvp")
    for text, law in (("STOP", "keyword_is_stop"), ("aide", "keyword_is_help"), ("oui", "keyword_is_answer")):
        assert matching.fate(text).law == law
    assert matching.fate("Bonjour") == matching.Fate()
    found = matching.fate("RSVP 2").match
    assert found is not None
    assert found.word == "rsvp"


def test_a_mistake_is_told_at_its_field_and_changes_nothing(counter: Counter) -> None:
    table: list[tuple[dict[str, Any], tuple[str, str]]] = [
        ({"reply": "Bonjour {couleur}"}, ("variable_unknown", "reply")),
        ({"reply": "x" * 2000}, ("too_many_parts", "reply")),
        ({"reply": "\x00"}, ("text_unprintable", "reply")),
        ({"tag": "x" * 41}, ("text_long", "tag")),
        ({"group": "Nulle part"}, ("group_unknown", "group")),
        ({"asks": True}, ("keyword_asks_no_group", "group")),
        ({"mail": "ana@shop.example"}, ("mail_no_relay", "mail")),
    ]
    for more, fault in table:
        assert refused(lambda more=more: counter.rule("rsvp", **more)) == fault
    assert rules.everything() == []


# ---- what a rule does ----------------------------------------------------------------------------------


def test_a_rule_answers_tags_and_groups_and_counts(counter: Counter) -> None:
    bench = counter.bench
    groups.add("Fête", BY, bench.now)
    book.add(ANNA, Entry("Anna Durand"), BY, bench.now)
    answer = "Merci {prénom|à vous}, c'est noté."
    uid = counter.rule("rsvp", reply=answer, tag="fete", group="fête", adds=False)
    counter.says("Rsvp 2")
    at = bench.now
    counter.says("RSVP", BEN)  # not in the book, and not wanted there
    assert counter.answers() == ["Merci Anna, c'est noté."]
    assert counter.answers(BEN) == ["Merci à vous, c'est noté."]
    anna = book.get(ANNA)
    assert (tags.of(anna.id), counter.in_group()) == (["fete"], ["Fête"])
    assert book.find(BEN) is None
    rule = rules.get(uid)
    assert (rule.uses, rule.used_at) == (2, at)
    assert Message.get().category == "notification"


def test_an_unknown_person_comes_into_the_book_only_where_that_was_chosen(counter: Counter) -> None:
    groups.add("Club", BY, counter.bench.now)
    counter.rule("club", group="Club", tag="vip", adds=True, reply="Bonjour {prénom}!")
    counter.says("club", BEN)
    counter.says("club", BEN)
    assert (book.get(BEN).name, counter.in_group(BEN)) == (BEN, ["Club"])
    assert Contact.select().count() == 1
    assert counter.answers(BEN) == ["Bonjour!", "Bonjour!"]  # a number is nobody's first name


def test_two_machines_that_answer_each_other_come_to_rest(counter: Counter) -> None:
    counter.rule("merci", reply="Merci")
    counter.rule("bonjour", reply="Bonjour")
    for _ in range(9):
        counter.says("Merci")
    assert counter.answers() == ["Merci"] * 5
    counter.bench.clock.move(DAY)
    counter.says("merci")
    counter.bench.clock.move(-2 * MINUTE)
    counter.says("merci")  # again within the minute: not answered
    counter.bench.clock.move(-2 * MINUTE)
    counter.says("bonjour")  # another word is
    assert counter.answers()[5:] == ["Merci", "Bonjour"]


def test_whoever_wants_no_messages_gets_no_answer_and_is_counted(counter: Counter) -> None:
    uid = counter.rule("horaires", reply="9h-19h")
    ledger.oppose(ANNA, "notification", Act("phone", BY), counter.bench.now)
    counter.says("horaires")
    assert [row.state for row in Message.select()] == ["rejected"]
    assert rules.get(uid).uses == 1


def test_the_law_is_heard_before_any_keyword(counter: Counter) -> None:
    uid = counter.rule("promo", reply="Voici")
    counter.says("promo stop")
    counter.says("stop promo")
    assert standing.opposed_since(ANNA, "marketing") is not None
    assert rules.get(uid).uses == 0
    assert "Voici" not in counter.answers()


def test_surveys_hear_first_and_keywords_then() -> None:
    names = [feature.__name__ for feature in FEATURES if isinstance(feature, type)]
    assert names.index("Surveys") < names.index("Keywords")


# ---- asked first -----------------------------------------------------------------------------------------


@pytest.fixture
def club(counter: Counter) -> Counter:
    groups.add("Club", BY, counter.bench.now)
    counter.rule("club", group="Club", adds=True, asks=True, reply="Bienvenue au club")
    return counter


def test_only_the_yes_leads_into_the_group(club: Counter) -> None:
    club.says("Club")
    (question,) = club.answers()
    assert "OUI" in question
    assert club.in_group() == []
    club.says("oui")
    assert club.in_group() == ["Club"]
    assert standing.of(ANNA).ground is not None
    assert club.answers()[1:] == ["Bienvenue au club"]
    assert KeywordJoin.select().count() == 0


@pytest.mark.parametrize("answer", ["Non", "STOP", "Bonjour"])
def test_without_a_yes_nobody_joins(club: Counter, answer: str) -> None:
    club.says("club")
    club.says(answer)
    club.bench.clock.move(8 * DAY)
    list(club.desk.night(club.bench.now))
    club.says("oui")
    assert club.in_group() == []
    assert KeywordJoin.select().count() == 0


def test_whoever_agreed_already_joins_at_once(club: Counter) -> None:
    ledger.give(ANNA, "opt_in", TICKED, club.bench.now)
    club.says("club")
    assert (club.in_group(), club.answers()) == (["Club"], ["Bienvenue au club"])


def test_whoever_said_no_is_neither_asked_nor_put_into_the_group(club: Counter) -> None:
    ledger.oppose(ANNA, "marketing", Act("phone", BY), club.bench.now)
    club.says("club")
    assert (club.in_group(), club.answers()) == ([], [])


def test_the_word_twice_asks_once_and_one_yes_is_enough(club: Counter) -> None:
    club.says("club")
    club.says("club")
    assert len(club.answers()) == 1
    club.desk = Counter(club.bench).desk  # the gateway begins anew in between
    club.says("OUI")
    assert club.in_group() == ["Club"]
    assert club.answers()[1:] == ["Bienvenue au club"]


def test_a_rule_or_a_group_that_goes_leaves_nobody_hanging(club: Counter) -> None:
    club.says("club")
    groups.remove(groups.everything()[0].id, BY, club.bench.now)
    club.says("oui")
    assert (club.in_group(), KeywordJoin.select().count()) == ([], 0)
    club.says("club", BEN)
    rules.remove(rules.called("CLUB").uid, BY, club.bench.now)
    assert KeywordJoin.select().count() == 0


# ---- told, kept, erased ------------------------------------------------------------------------------------


def test_the_mail_says_who_wrote_what(counter: Counter) -> None:
    counter.bench.site = replace(counter.bench.site, mail=MailConfig(host="localhost"))
    counter.desk = Counter(counter.bench).desk
    book.add(ANNA, Entry("Anna Durand"), BY, counter.bench.now)
    uid = counter.rule("devis", mail="atelier@shop.example")
    counter.says("Devis pour une toiture")
    mail = Mail.get()
    assert (mail.address, mail.number) == ("atelier@shop.example", ANNA)
    assert mail.title == f"devis de Anna Durand ({ANNA})"
    assert "Devis pour une toiture" in mail.text
    no_relay = replace(counter.bench.site, mail=MailConfig())
    kept = rules.change(uid, Wish("devis, tarif", mail=mail.address), no_relay, BY, counter.bench.now)
    assert kept.mail == mail.address
    with pytest.raises(Conflict):
        rules.change(uid, Wish("devis", mail="other@shop.example"), no_relay, BY, counter.bench.now)
    with pytest.raises(Invalid):
        rules.change(uid, Wish("devis", mail="nobody"), counter.bench.site, BY, counter.bench.now)


def test_a_webhook_that_asked_for_it_is_told_who_wrote_which_word(counter: Counter) -> None:
    bench = counter.bench
    hooks.add("till", "http://127.0.0.1:1/hook", ["keyword.matched"], BY, bench.now, bench.ids)
    hooks.add("other", "http://127.0.0.1:1/hook", ["campaign.done"], BY, bench.now, bench.ids)
    uid = counter.rule("Café")
    message = counter.says("CAFE noir", "0639983001")
    (told,) = Delivery.select()
    payload = json.loads(told.payload)
    assert (told.webhook.name, payload["type"]) == ("till", "keyword.matched")
    data = payload["data"]
    assert (data["keyword"], data["rule"], data["message"]["id"]) == ("Café", uid, message.uid)
    assert data["message"]["about"] == {"kind": "keyword", "id": uid}
    assert (data["message"]["from"], data["message"]["text"]) == (ANNA, "CAFE noir")
    erase.erase(ANNA, "FR", BY, bench.now, sleep=lambda seconds: None)
    assert all(ANNA not in row.payload for row in Delivery.select())


def test_who_waits_for_an_answer_is_exported_and_erased(club: Counter) -> None:
    club.says("club")
    told = export.everything(ANNA, club.bench.site, BY, club.bench.now)
    assert told["keywords"][0]["words"] == ["club"]
    Message.update(state="sent").execute()
    erase.erase(ANNA, "FR", BY, club.bench.now, sleep=lambda seconds: None)
    assert KeywordJoin.select().count() == 0
