"""What each page shows, in both languages, with nothing and with everything in the ledger."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from fakes import MONDAY_NOON, FakeClock
from gateway import status, words
from gateway.config import Config
from gateway.status import ModemStatus
from journeys.visitor import Ledger, Visitor
from modem import api
from web import formats, tones

PAGES = {
    "/": ("Ready to send and to receive.", "Prêt à envoyer et à recevoir."),
    "/write": ("What kind of message is it?", "Quel genre de message est-ce ?"),
    "/messages": ("Messages", "Messages"),
    "/attention": ("Nothing needs you.", "Rien n’a besoin de vous."),
    "/conversations": ("Conversations", "Conversations"),
    "/conversations/+33639980001": ("Answer", "Répondre"),
    "/contacts": ("Your first contact", "Votre premier contact"),
    "/contacts/+33639980001": ("May they get marketing?", "Peut-on lui envoyer de la publicité ?"),
    "/modems": ("Service centre", "Centre de messagerie"),
    "/handsets": ("Numbers that mean something", "Des numéros qui ont un sens"),
    "/help": ("What a state means", "Ce que veut dire un état"),
}
STATES = list(tones.STATES)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there_in_both_languages(ana: Visitor, path: str) -> None:
    english, french = PAGES[path]
    assert english in ana.read(path)
    page = ana.send("/language", form_at=path, language="fr", next=path)
    assert french in page
    assert '<html lang="fr">' in page


def test_the_language_stays_with_the_person(app: Flask, ana: Visitor) -> None:
    ana.send("/language", form_at="/", language="fr", next="/")
    assert '<html lang="fr">' in ana.read("/messages")


def test_a_stranger_chooses_the_language_of_the_door(stranger: Visitor) -> None:
    assert "Sign in" in stranger.read("/sign-in")
    assert "Se connecter" in stranger.send("/language", form_at="/sign-in", language="fr", next="/sign-in")


def test_a_language_that_nobody_speaks_here_changes_nothing(ana: Visitor) -> None:
    assert '<html lang="en">' in ana.send("/language", form_at="/", language="xx", next="/")


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/handsets"])
def test_no_page_shows_a_code_in_place_of_words(ana: Visitor, ledger: Ledger, path: str) -> None:
    for state in STATES:
        ledger.message(state)
    ledger.inbound("Oui")
    page = re.sub(r"<[^>]*>", " ", ana.read(path))
    assert not re.search(r"\b(state|reason|event|link|error|category|rule|answer)\.[a-z_]+", page)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_state_is_said_in_words_on_its_page(
    ana: Visitor, ledger: Ledger, state: str, language: str
) -> None:
    message = ledger.message(state)
    ana.send("/language", form_at="/", language=language, next="/")
    assert words.say(f"state.{state}", language) in ana.read(f"/messages/{message.uid}")


def test_every_state_of_a_message_and_of_a_link_has_its_look() -> None:
    assert set(tones.STATES) == set(words.words("en")["state"])
    assert set(tones.LINKS) == {str(state) for state in api.LinkState}
    assert {state for states in tones.FILTERS.values() for state in states} == set(tones.STATES)


def test_the_first_page_of_an_unused_appliance_says_what_to_do_first(ana: Visitor, ledger: Ledger) -> None:
    assert "Your first message" in ana.read("/")
    ledger.message("sent")
    assert "Your first message" not in ana.read("/")


def test_the_first_page_shows_what_waits_what_went_wrong_and_what_came(ana: Visitor, ledger: Ledger) -> None:
    ledger.message("queued")
    ledger.message("failed", text="Went wrong")
    ledger.message("uncertain", text="Who knows")
    ledger.inbound("J’arrive")
    page = ana.read("/")
    for shown in ("message waits", "Went wrong", "Who knows", "1 message is uncertain", "J’arrive"):
        assert shown in page


MOODS = [
    ((ModemStatus("a", "ready"), ModemStatus("b", "silent")), "One modem is ready, another is not."),
    ((ModemStatus("a", "registering"),), "The modem is not ready yet."),
    ((), "No modem is known yet."),
]


@pytest.mark.parametrize(("modems", "sentence"), MOODS)
def test_the_first_page_says_how_the_modems_are(
    ana: Visitor, site: Config, modems: tuple[ModemStatus, ...], sentence: str
) -> None:
    status.write(site.appliance.runtime_dir, modems, MONDAY_NOON)
    assert sentence in ana.read("/")


def test_a_gateway_that_says_nothing_is_said_not_to_run(ana: Visitor, clock: FakeClock) -> None:
    clock.move(timedelta(minutes=1))
    assert "The gateway is not running." in ana.read("/")


@pytest.mark.parametrize("state", [str(state) for state in api.LinkState])
def test_a_modem_that_is_not_ready_comes_with_advice(ana: Visitor, site: Config, state: str) -> None:
    status.write(site.appliance.runtime_dir, (ModemStatus("sim1", state, detail="x"),), MONDAY_NOON)
    advice = re.search(r'</p>\s*<p class="soft">[^<]{20,}</p>', ana.read("/modems"))
    assert bool(advice) == (state != "ready")


@pytest.mark.parametrize(
    ("error", "detail", "reads"),
    [
        ("sim_puk", "the SIM is locked", "type its PUK there"),
        ("cms_38", "out of order", "The network is out of order."),
        ("cms_777", "what the maker alone knows", "what the maker alone knows"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/modems"])
def test_what_went_wrong_with_a_modem_is_said_in_words(
    ana: Visitor, site: Config, error: str, detail: str, reads: str, path: str
) -> None:
    modem = ModemStatus("sim1", "silent", error=error, detail=detail)
    status.write(site.appliance.runtime_dir, (modem,), MONDAY_NOON)
    assert reads in ana.read(path)


def test_identities_of_a_sim_are_masked(ana: Visitor) -> None:
    page = ana.read("/modems")
    assert "•••• 0998" in page
    assert "8933010000000000998" not in page


def test_a_list_is_filtered_by_state_and_by_a_number_as_people_type_it(ana: Visitor, ledger: Ledger) -> None:
    ledger.message("delivered", to="+33639980002", text="arrived")
    ledger.message("failed", to="+33639980003", text="broke")
    assert "broke" not in ana.read("/messages?state=delivered")
    assert "arrived" in ana.read("/messages?state=delivered")
    found = ana.read("/messages?to=06 39 98 00 03")
    assert "broke" in found
    assert "arrived" not in found


def test_a_long_list_goes_on_on_the_next_page_without_loss_or_repetition(
    ana: Visitor, ledger: Ledger
) -> None:
    for number in range(45):
        ledger.message("sent", text=f"number {number:02}.")
    first = ana.read("/messages")
    older = re.search(r'href="(/messages\?[^"]*cursor[^"]*)"', first)
    assert older
    pages = [re.findall(r"number \d\d\.", page) for page in (first, ana.read(older[1]))]
    assert pages[0] + pages[1] == [f"number {number:02}." for number in reversed(range(45))]


@pytest.mark.parametrize(
    "path", ["/messages/0000", "/messages?cursor=x", "/conversations/+33639980001?before=x", "/nowhere"]
)
def test_an_address_that_leads_nowhere_gets_a_calm_page(ana: Visitor, path: str) -> None:
    answer = ana.client.get(path)
    assert answer.status_code in (404, 409)
    assert "Back to the home page" in answer.get_data(as_text=True)


def test_a_waiting_message_is_canceled_from_its_page(ana: Visitor, ledger: Ledger) -> None:
    page = f"/messages/{ledger.message('queued').uid}"
    assert "Nothing will be sent" in ana.send(f"{page}/cancel", form_at=page).replace("nothing", "Nothing")
    assert "Cancel this message" not in ana.read(page)


def test_a_message_that_left_cannot_be_canceled_and_the_page_says_why(ana: Visitor, ledger: Ledger) -> None:
    message = ledger.message("queued")
    page = f"/messages/{message.uid}"
    assert "the message is canceled" in ana.send(f"{page}/cancel", form_at=page).lower()
    assert "can no longer be canceled" in ana.send(f"{page}/cancel", form_at=page)


def test_a_conversation_shows_both_sides_and_reading_it_marks_it_read(ana: Visitor, ledger: Ledger) -> None:
    ledger.message("delivered", to="+33639980007", text="On déjeune ?")
    ledger.inbound("OUI")
    assert "1 new" in ana.read("/conversations")
    thread = ana.read("/conversations/+33639980007")
    assert thread.index("On déjeune ?") < thread.index("OUI")
    assert "1 new" not in ana.read("/conversations")


def test_a_message_of_which_a_part_is_missing_shows_the_gap(ana: Visitor, ledger: Ledger) -> None:
    ledger.inbound("the end.", concat=api.Concat(reference=7, total=2, seq=2))
    assert "A part of it has not arrived yet." in ana.read("/conversations/+33639980007")
    ledger.inbound("The beginning, ", concat=api.Concat(reference=7, total=2, seq=1))
    thread = ana.read("/conversations/+33639980007")
    assert "The beginning, the end." in thread
    assert "has not arrived" not in thread


def test_a_sender_with_a_name_cannot_be_answered(ana: Visitor, ledger: Ledger) -> None:
    ledger.inbound("Your parcel", sender="Colis & Co")
    page = ana.read("/conversations/Colis%20&%20Co")
    assert "nothing can be sent back" in page
    assert 'name="text"' not in page


def test_what_people_write_never_becomes_markup(ana: Visitor, ledger: Ledger) -> None:
    ledger.inbound("<script>alert(1)</script>", sender="<b>x</b>")
    for path in ("/", "/conversations", "/conversations/<b>x<%2Fb>"):
        raw = ana.client.get(path).get_data(as_text=True)
        assert "<script>alert" not in raw
        assert "<b>x" not in raw


def test_an_answer_is_sent_from_the_conversation(ana: Visitor, ledger: Ledger) -> None:
    ledger.inbound("OUI")
    page = ana.send("/conversations/+33639980007", text="Parfait")
    assert "Parfait" in page
    assert "Parfait" in ana.read("/messages")


def test_an_empty_answer_is_refused_at_its_field(ana: Visitor, ledger: Ledger) -> None:
    ledger.inbound("OUI")
    assert "Write a text." in ana.send("/conversations/+33639980007", expect=422, text="  ")


def test_handsets_that_do_not_answer_are_said_so(ana: Visitor) -> None:
    assert "The simulated modem does not answer." in ana.read("/handsets")


INSTANTS = [
    (timedelta(0), "just now"),
    (timedelta(seconds=-40), "1 min ago"),
    (timedelta(minutes=-12), "12 min ago"),
    (timedelta(seconds=20), "in a moment"),
    (timedelta(minutes=30), "in 30 min"),
    (timedelta(hours=3), "today 15:00"),
    (timedelta(hours=-13), "yesterday 23:00"),
    (timedelta(hours=20), "tomorrow 08:00"),
    (timedelta(days=4), "Fri 27 Nov, 12:00"),
    (timedelta(days=400), "28 Dec 2027, 12:00"),
]


@pytest.mark.parametrize(("apart", "reads"), INSTANTS)
def test_an_instant_reads_as_one_would_say_it(app: Flask, apart: timedelta, reads: str) -> None:
    with app.test_request_context("/"):
        app.preprocess_request()
        assert formats.moment(MONDAY_NOON + apart).striptags() == reads


@pytest.mark.parametrize(
    ("number", "reads"),
    [("+33639980001", "+33 6 39 98 00 01"), ("36180", "36180"), ("+15551234567", "+15551234567")],
)
def test_a_number_is_grouped_as_it_is_said(number: str, reads: str) -> None:
    assert formats.number(number).replace("\u00a0", " ") == reads


def test_files_are_sent_compressed_and_may_be_kept(ana: Visitor) -> None:
    found = re.search(r'href="(/static/chappe\.css\?v=\w+)"', ana.read("/"))
    assert found
    answer = ana.client.get(found[1], headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    with ana.client.get(found[1]) as plain:
        assert len(plain.data) > 2 * len(answer.data)
