"""The help: every topic in both languages, nothing stale, every ? leads somewhere, every word is found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from gateway import words
from gateway.messages.lifecycle import State
from gateway.policy.budgets import LIMITS
from gateway.store import database
from journeys.visitor import Visitor
from web.pages import help, help_search
from web.pages.help_search import Section
from web.sign_in import PUBLIC_PATHS

TEXTS = Path(help.__file__).parents[1] / "templates" / "help"
LINK = re.compile(r'href="(/[^"]*)"')


@pytest.fixture
def names(app: Flask) -> list[str]:
    with app.test_request_context():
        return [topic.name for topic in help.topics()]


def speak(ana: Visitor, language: str) -> None:
    ana.send("/language", form_at="/help", language=language, next="/help")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_topic_is_there_and_its_links_lead_to_a_page(
    ana: Visitor, names: list[str], language: str
) -> None:
    speak(ana, language)
    seen: set[str] = set()
    for name in names:
        page = ana.read(f"/help/{name}")
        article = page.partition('<article class="prose">')[2].partition("</article>")[0]
        assert len(article) > 300, name
        seen |= {link.partition("#")[0] for link in LINK.findall(article)}
    for link in seen:
        assert ana.client.get(link, follow_redirects=True).status_code == 200, link


def test_every_text_belongs_to_a_topic_in_both_languages(names: list[str]) -> None:
    for language in ("en", "fr"):
        assert sorted(path.stem for path in (TEXTS / language).glob("*.html")) == sorted(names)


def test_a_topic_has_the_same_headings_in_both_languages(names: list[str]) -> None:
    for name in names:
        anchors = [
            re.findall(r'<h2 id="([^"]+)"', (TEXTS / language / f"{name}.html").read_text())
            for language in ("en", "fr")
        ]
        assert anchors[0] == anchors[1], name


def test_every_anchor_that_is_linked_to_is_there(names: list[str]) -> None:
    links = re.compile(r"name='([\w-]+)', _anchor='([\w-]+)'")
    for path in TEXTS.rglob("*.html"):
        for name, anchor in links.findall(path.read_text()):
            assert f'<h2 id="{anchor}"' in (TEXTS / path.parent.name / f"{name}.html").read_text(), path


def test_there_is_no_topic_of_another_name(ana: Visitor) -> None:
    ana.read("/help/nothing", expect=404)


# ---- never stale -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_state_and_every_reason_is_explained_in_the_gateways_words(ana: Visitor, language: str) -> None:
    speak(ana, language)
    page = ana.read("/help/states")
    for state in State:
        assert words.say(f"meaning.{state}", language) in page
    reasons = words.words(language)["reason"]
    assert len(reasons) > 30
    for reason in reasons:
        assert words.say(f"reason.{reason}", language).replace("….", "…") in page, reason


def test_what_may_be_wrong_with_a_modem_stands_beside_its_cure(ana: Visitor) -> None:
    page = ana.read("/help/troubles")
    for code, cure in (("sim_puk", "its PUK there"), ("port_denied", "group dialout")):
        assert cure in page.partition(words.say(f"trouble.{code}", "en"))[2].partition("</dd>")[0]
    for alarm in words.words("en")["alarm"]:
        assert words.say(f"alarm.{alarm}", "en").replace("….", "…") in page


def test_every_limit_of_a_budget_is_named(ana: Visitor) -> None:
    page = ana.read("/help/budget")
    assert all(words.say(f"limit.{limit}", "en") in page for limit in LIMITS)


# ---- the ? of a page ---------------------------------------------------------------------------


WITHOUT = {"api", "bootstrap", "docs", "help", "language", "live", "openapi", "short", "static", "welcome"}


def test_every_page_has_its_topic(app: Flask) -> None:
    rooms = {
        rule.endpoint.partition(".")[0] for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())
    }
    programs = {room for room in rooms if is_for_programs(app, room)}
    assert rooms - programs - WITHOUT - set(help.ABOUT) == set()


def is_for_programs(app: Flask, room: str) -> bool:
    paths = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] == room]
    return all(path.startswith(PUBLIC_PATHS) for path in paths)


@pytest.mark.parametrize("path", ["/", "/write", "/messages", "/contacts", "/modems", "/settings", "/setup"])
def test_a_page_leads_to_its_topic(ana: Visitor, path: str) -> None:
    assert 'class="ask" href="/help/' in ana.read(path)


def test_every_page_that_the_table_names_has_its_topic(names: list[str], app: Flask) -> None:
    rooms = {rule.endpoint.partition(".")[0] for rule in app.url_map.iter_rules()}
    assert set(help.ABOUT) <= rooms
    assert set(help.ABOUT.values()) <= set(names)


def test_the_door_and_the_help_itself_have_none(stranger: Visitor, ana: Visitor) -> None:
    assert 'class="ask"' not in stranger.read("/sign-in")
    assert 'class="ask"' not in ana.read("/help")


# ---- searching ---------------------------------------------------------------------------------


def hits(page: str) -> list[str]:
    return re.findall(r'href="(/help/[^"]+)">\s*<span class="row-head">', page)


def test_accents_and_case_do_not_matter_and_what_is_found_is_marked(ana: Visitor) -> None:
    speak(ana, "fr")
    for asked in ("opérateur", "OPERATEUR", "operateur"):
        page = ana.read(f"/help?q={asked}")
        assert "/help/modems#ussd" in hits(page)
        assert "<mark>opérateur</mark>" in page


def test_several_words_must_all_be_there(ana: Visitor) -> None:
    assert hits(ana.read("/help?q=forgotten+password"))[0] == "/help/people#forgotten"
    assert hits(ana.read("/help?q=forgotten+aerial")) == []


def test_a_heading_weighs_more_than_a_mention(ana: Visitor) -> None:
    assert hits(ana.read("/help?q=budget"))[0].startswith("/help/budget")


def test_the_words_of_the_gateway_are_found_too(ana: Visitor) -> None:
    assert "/help/states#reasons" in hits(ana.read("/help?q=second+code+would+confuse"))


def test_what_is_not_there_is_said_with_a_way_on(ana: Visitor) -> None:
    page = ana.read("/help?q=xylophone")
    assert "says nothing of “xylophone”" in page
    assert 'href="/help/first-steps"' in page


@pytest.mark.parametrize("asked", ["", "   ", "%00", "<b>", "((", "a" * 5000, "é" * 99 + " x" * 50])
def test_whatever_is_asked_for_is_answered(ana: Visitor, asked: str) -> None:
    page = ana.client.get("/help", query_string={"q": asked}).get_data(as_text=True)
    assert "<b>" not in page.partition("<main")[2]
    assert "First steps" in page


# What people type → the topic and section that answer, among the first three that are found.
ASKED = {
    "fr": """
        expéditeur beyond#sender | nom d’expéditeur beyond#sender | RCS beyond#pictures | mms
        beyond#pictures | whatsapp beyond#pictures | envoyer une photo beyond#pictures | appel vocal
        beyond#voice | newsletter beyond#mail | push beyond#mail | SMPP beyond#volume | rebond
        results#formulas | taux de rebond results#formulas | taux d’ouverture results#open |
        désinscription stop | désabonnement stop | blacklist stop | opt-in contacts#consent | RGPD
        rights | CNIL categories#law | DPO rights | 33700 categories#law | promo templates#library |
        soldes templates#library | fidélité templates#library | inactifs groups#segments | QR
        stop#words | UTM links#follow | clics links#follow | bitly links#follow | concours keywords
        | code promo campaigns#codes | ab testing campaigns#compare | panier abandonné automations |
        rendez-vous appointments | Doctolib appointments#calendar | WordPress programs#recipes |
        woocommerce programs#woocommerce | zapier programs#n8n | CRM programs#crm | captcha
        codes#yours | fraude codes#yours | bloquer un numéro codes#never | mise à jour upkeep#update
        | sauvegarde upkeep#copy | appareil volé upkeep#stolen | chiffrement upkeep#stolen | Arcep
        budget#zero-six | numéro court beyond#volume | majuscules writing#good | export excel
        results#sheets | mot de passe oublié people#forgotten | programmer un envoi writing#later |
        publipostage templates#gaps | code PUK modems#pin | comment annuler un message writing#undo""",
    "en": """
        sender name beyond#sender | sender id beyond#sender | rcs beyond#pictures | MMS
        beyond#pictures | whatsapp beyond#pictures | photo beyond#pictures | voice call beyond#voice
        | newsletter beyond#mail | push beyond#mail | smpp beyond#volume | short code beyond#volume
        | bounce results#formulas | bounce rate results#formulas | open rate results#open |
        unsubscribe stop | opt-out stop | blacklist stop | opt-in contacts#consent | GDPR rights |
        CNIL rights | data protection rights | spam categories#law | promo templates#library |
        christmas templates#library | loyalty templates#library | inactive customers groups#segments
        | qr stop#words | utm links#follow | clicks links#follow | contest keywords | voucher
        campaigns#codes | split test campaigns#compare | abandoned cart automations | booking
        appointments | google calendar appointments#calendar | wordpress programs#recipes |
        woocommerce programs#woocommerce | zapier programs#n8n | crm programs#crm | captcha
        codes#yours | fraud codes#yours | block a number codes#never | upgrade upkeep#update |
        restore upkeep#copy | stolen upkeep#stolen | encryption upkeep#stolen | Arcep
        budget#zero-six | capitals writing#good | export excel results#sheets | forgot password
        people#forgotten | schedule a message writing#later | merge templates#gaps | PUK modems#pin
        | how to undo writing#undo | two-factor codes""",
}


def sections_of(app: Flask, language: str) -> tuple[Section, ...]:
    with app.test_request_context(headers={"Cookie": f"chappe_language={language}"}), database.connection():
        return help._sections(language, True)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_words_that_people_use_lead_to_what_they_mean(app: Flask, language: str) -> None:
    sections, lost = sections_of(app, language), []
    asked = [one.rpartition(" ") for one in " ".join(ASKED[language].split()).split(" | ")]
    assert len(asked) >= 40
    for typed, _, wanted in asked:
        hits = [hit.section for hit in help_search.find(sections, typed)]
        places = [help_search.place(one.topic, one.anchor) for one in hits]
        if wanted not in places[:3]:
            lost.append(f"{typed} → {wanted}: {places[:5]}")
    assert lost == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_synonym_belongs_to_a_section_that_is_there(app: Flask, language: str) -> None:
    there = {help_search.place(one.topic, one.anchor) for one in sections_of(app, language)}
    assert set(help_search.synonyms(language)) - there == set()
    assert set(help_search.synonyms("fr")) == set(help_search.synonyms("en"))


def test_what_a_sim_card_cannot_do_is_said(ana: Visitor) -> None:
    page = ana.read("/help/beyond")
    for word in ("sender name", "RCS", "WhatsApp", "MMS", "E-mail", "push", "SMPP", "reads nothing aloud"):
        assert word in page, word


def test_what_to_do_after_a_theft_is_said(ana: Visitor) -> None:
    page = ana.read("/help/upkeep").partition('id="stolen"')[2]
    for word in ("Nothing is encrypted", "operator", "another PIN", "password", "Revoke", "72 hours"):
        assert word in page, word


def test_small_words_and_the_plural_do_not_hide_what_is_there() -> None:
    page = [section("Un contact se supprime sur sa fiche.")]
    for asked in ("comment supprimer un contact", "les contacts", "d’un contact"):
        assert bool(help_search.find(page, asked)) is (asked != "comment supprimer un contact")
    assert help_search.find(page, "un") != [], "a small word alone is looked for"
    assert help_search.find([section("press and hold")], "presse") == []


def section(text: str, heading: str = "Heading") -> Section:
    return Section("topic", "Title", "anchor", heading, text)


@pytest.mark.parametrize(
    ("text", "asked", "marked"),
    [
        ("Œuvre d’art", "oeuvre", "<mark>Œuvre</mark> d’art"),
        ("L’œuf & l'œil", "oeil", "L’œuf &amp; l&#39;<mark>œil</mark>"),
        ("été, Été, ete", "été", "<mark>été</mark>, <mark>Été</mark>, <mark>ete</mark>"),
        ("for the order", "or", "for the <mark>order</mark>"),
        ("<script>alert</script>", "alert", "&lt;script&gt;<mark>alert</mark>&lt;/script&gt;"),
        ("one two", "two one", "<mark>one</mark> <mark>two</mark>"),
    ],
)
def test_words_are_marked_as_they_are_written(text: str, asked: str, marked: str) -> None:
    (hit,) = help_search.find([section(text)], asked)
    assert hit.excerpt == marked


def test_of_a_long_text_the_place_is_shown(app: Flask) -> None:
    (hit,) = help_search.find([section("before " * 60 + "needle " + "after " * 60)], "needle")
    assert hit.excerpt.startswith("… before")
    assert hit.excerpt.endswith("after …")
    assert "<mark>needle</mark>" in hit.excerpt
    assert len(hit.excerpt.striptags()) < 260


def test_a_page_is_cut_at_its_headings() -> None:
    page = (
        '<p>Lead</p><h2 id="a">One &amp; two</h2><ul><li>x</li><li>y<b>z</b></li></ul><h2 id="b">Three</h2>'
    )
    found = [
        (one.anchor, one.heading, one.text, one.also)
        for one in help_search.sections("t", "T", page, {"t#a": "first"})
    ]
    assert found == [("", "", "Lead", ""), ("a", "One & two", "x yz", "first"), ("b", "Three", "", "")]
