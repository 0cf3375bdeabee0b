"""The contacts: the list, the card, and the acts of consent that are recorded on it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from flask import Flask

from fakes import FakeClock, counting_ids
from gateway.config import Config
from gateway.consent import ledger
from gateway.consent.ledger import Act
from gateway.contacts import book, consents, fields, groups, particulars
from gateway.contacts.book import Entry
from gateway.messages import lookup, outbox
from gateway.messages.outbox import Caller, Draft
from gateway.store import database
from gateway.store.models import Audit, Consent, Contact, Message
from journeys.visitor import Ledger, Visitor
from people import agree

ANNA = "+33639980001"
CARD = f"/contacts/{ANNA}"
WORDS = "[x] J’accepte les offres <b>de la boulangerie</b>."
GIVEN = {"ground": "opt_in", "channel": "form", "wording": WORDS, "proof": "sheet 14", "purpose": "offers"}


def words(page: str) -> str:
    """A page as one reads it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page.partition("<main")[2]))


def part(page: str, name: str) -> str:
    """One part of a page, by its id, as one reads it; it ends where the next section does."""
    return words("<main" + page.partition(f'id="{name}"')[2].partition("</section>")[0])


def fault_at(page: str, name: str) -> str:
    """What is said to be wrong with one field."""
    return words("<main" + page.partition(f'id="{name}-fault"')[2].partition("</p>")[0])


def record(ana: Visitor, event: str, expect: int = 200, **values: str) -> str:
    return ana.send(f"{CARD}/consents/{event}", expect=expect, form_at=CARD, **values)


def answer(number: str = ANNA) -> str:
    with database.connection():
        return consents.answer(number).code


def add(number: str, name: str, clock: FakeClock) -> None:
    with database.connection():
        book.add(number, Entry(name), "page:ana", clock.now())


# ---- the list -------------------------------------------------------------------------------


def test_an_empty_book_says_what_to_do_first(ana: Visitor, clock: FakeClock) -> None:
    page = ana.read("/contacts")
    assert "Your first contact" in page
    assert re.search(r'<details class="act first-act" open>', page)
    assert 'role="search"' not in page
    add(ANNA, "Anna", clock)
    page = ana.read("/contacts")
    assert "Your first contact" not in page
    assert "Anna" in page


def test_a_person_is_added_and_one_comes_to_the_card(ana: Visitor) -> None:
    page = ana.send("/contacts", name="Élodie Martin", number="06 39 98 00 01")
    assert "Written down." in page
    assert "<h1>Élodie Martin" in page
    assert "No marketing: never agreed." in page


NEWCOMERS = [
    ({"name": " ", "number": ANNA}, "new-name", "Give a name."),
    ({"name": "Anna", "number": "O639980001"}, "new-number", "letter O"),
    ({"name": "Anna", "number": "06 39 98 00 02"}, "new-number", "in the contacts already: Zoé"),
]


def test_what_cannot_be_added_keeps_what_was_typed(ana: Visitor, clock: FakeClock) -> None:
    add("+33639980002", "Zoé", clock)
    for typed, fault, said in NEWCOMERS:
        page = ana.send("/contacts", expect=422, **typed)
        assert said in fault_at(page, fault)
        assert f'name="number" type="tel" value="{typed["number"]}"' in page
        assert re.search(r'<details class="act first-act" open>', page)


def test_people_are_found_by_a_piece_of_a_name_or_number(ana: Visitor, clock: FakeClock) -> None:
    add(ANNA, "Élodie Martin", clock)
    add("+33639980002", "Zoé", clock)
    for sought in ("elodie", "06 39 98 00 01"):
        page = ana.read(f"/contacts?q={sought}")
        assert "Élodie Martin" in page
        assert "Zoé" not in page
    assert "Nobody of that name or number." in ana.read("/contacts?q=nobody")


def test_a_long_list_goes_on_and_keeps_what_is_sought(ana: Visitor, clock: FakeClock) -> None:
    for index in range(45):
        add(f"+336399800{index:02}", f"Élodie {index:02}.", clock)
    first = ana.read("/contacts?q=elodie")
    more = re.search(r'href="(/contacts\?[^"]*cursor[^"]*)"', first)
    assert more
    assert "q=elodie" in more[1]
    found = [re.findall(r"<strong>(Élodie \d\d\.)", page) for page in (first, ana.read(more[1]))]
    assert found[0] + found[1] == [f"Élodie {index:02}." for index in range(45)]


# ---- the card: who and where ----------------------------------------------------------------


def test_a_number_in_no_book_has_a_card_too(ana: Visitor, ledger: Ledger) -> None:
    ledger.inbound("Bonjour", sender=ANNA)
    assert f'href="{CARD}"' in ana.read(f"/conversations/{ANNA}")
    assert "Add to the contacts" in ana.read(CARD)
    page = ana.send(CARD, name="Anna", postcode="57 000", timezone="", note="early")
    assert "<h1>Anna" in page
    with database.connection():
        kept = book.get(ANNA)
    assert (kept.name, kept.postcode, kept.timezone, kept.note) == ("Anna", "57000", None, "early")


def test_an_address_as_people_type_it_leads_to_the_card(ana: Visitor) -> None:
    assert ana.client.get("/contacts/06 39 98 00 01").location == CARD
    for nobody in ("/contacts/Orange", "/contacts/12"):
        assert "Back to the home page" in ana.read(nobody, expect=404)


PLACES = [
    (ANNA, {}, ("France", "12:00 Europe/Paris", "France")),
    ("+33639980002", {"postcode": "67000"}, ("Alsace-Moselle", "12:00 Europe/Paris", "Alsace-Moselle")),
    ("+33639980003", {"postcode": "97400"}, ("Réunion", "15:00 Indian/Reunion", "Réunion")),
    ("+33639980004", {"timezone": "Asia/Tokyo"}, ("France", "20:00 Asia/Tokyo", "France")),
    ("+590690123456", {}, ("Guadeloupe / St. Barthélemy / St. Martin", "07:00 America/Guadeloupe", "Guad")),
    ("+68987123456", {}, ("French Polynesia", "01:00 Pacific/Tahiti01:30 Pacific/Marquesas", "French")),
    ("+4915112345678", {}, ("Germany", "12:00 Europe/Berlin", "no country whose holidays are known here")),
    ("36111", {}, ("unknown", "12:00 Europe/Paris", "no country")),
]


def test_the_card_says_where_the_law_takes_this_person_to_be(ana: Visitor, clock: FakeClock) -> None:
    for number, known, shown in PLACES:
        if known:
            with database.connection():
                book.add(number, Entry("Anna", **known), "page:ana", clock.now())
        read = part(ana.read(f"/contacts/{number}"), "place-title")
        for label, value in zip(("Place", "Time there", "Holidays of"), shown, strict=True):
            assert re.search(rf"{label} ?{re.escape(value)}", read), read


def test_a_holiday_there_is_said(ana: Visitor, clock: FakeClock) -> None:
    assert "today is one" not in ana.read(CARD)
    clock.wall = datetime(2026, 11, 11, 12, tzinfo=UTC)
    assert "today is one" in ana.read(CARD)


FIELDS = [
    ({"name": ""}, "person-name", "Give a name."),
    ({"name": "Anna", "postcode": "no_code"}, "person-postcode", "no postcode"),
    ({"name": "Anna", "timezone": "Mars/Base"}, "person-timezone", "no time zone"),
    ({"name": "Anna", "note": "a" * 2001}, "person-note", "at most 2000"),
]


def test_a_wrong_field_of_the_card_is_said_there_and_nothing_is_kept(ana: Visitor) -> None:
    for typed, fault, said in FIELDS:
        assert said in fault_at(ana.send(CARD, expect=422, **typed), fault)
    with database.connection():
        assert book.find(ANNA) is None


def test_an_open_card_changes_only_what_its_reader_changed(ana: Visitor, clock: FakeClock) -> None:
    """Meanwhile a keyword put her into a group and a program gave her a tag, a postcode and a size."""
    now = clock.now()
    with database.connection(), database.transaction():
        club, walkers = groups.add("Club", "page:ana", now).id, groups.add("Walkers", "page:ana", now).id
        size = fields.add("Size", "text", "page:ana", now).id
        book.add(ANNA, Entry("Anna", note="two\nlines"), "page:ana", now)
        particulars.keep(ANNA, "page:ana", now, {size: "S"}, ["early", "regular"], [walkers])
    seen = dict(re.findall(r'name="(was-[^"]+)" value="([^"]*)"', ana.read(CARD)))
    assert (seen["was-groups"], seen["was-tags"]) == (str(walkers), "early, regular")
    with database.connection(), database.transaction():
        book.put(ANNA, Entry("Anna", postcode="67000", note="two\nlines"), "api:till", now)
        particulars.keep(ANNA, "api:till", now, {size: "M"}, ["early", "regular", "vip"], [walkers, club])
    typed = {"name": "Anna Durand", "note": "two\r\nlines", "timezone": "", "postcode": ""}
    typed |= {"particulars": "1", f"field-{size}": "S", "tags": "Regular, new"}
    ana.send(CARD, **typed, **seen)  # she is out of the walkers now, and no longer early
    with database.connection():
        contact = Contact.get()
        (found,) = particulars.of([contact]).values()
    assert (contact.name, contact.postcode, contact.note) == ("Anna Durand", "67000", "two\nlines")
    assert (found.groups, found.tags, found.values) == (["Club"], ["new", "regular", "vip"], {"Size": "M"})


def test_a_card_that_was_refused_still_knows_what_its_reader_saw(ana: Visitor, clock: FakeClock) -> None:
    with database.connection(), database.transaction():
        club = groups.add("Club", "page:ana", clock.now()).id
        book.add(ANNA, Entry("Anna"), "page:ana", clock.now())
    seen = dict(re.findall(r'name="(was-[^"]+)" value="([^"]*)"', ana.read(CARD)))
    with database.connection():
        particulars.keep(ANNA, "api:till", clock.now(), wanted_groups=[club])
    page = ana.send(CARD, expect=422, name="", particulars="1", **seen)
    assert dict(re.findall(r'name="(was-[^"]+)" value="([^"]*)"', page)) == seen


def test_a_zone_that_the_list_does_not_have_stays_chosen(ana: Visitor, clock: FakeClock) -> None:
    with database.connection():
        book.add(ANNA, Entry("Anna", timezone="Etc/GMT+5"), "page:ana", clock.now())
    assert '<option value="Etc/GMT+5" selected>' in ana.read(CARD)


def test_whoever_is_removed_keeps_messages_consents_and_the_no(ana: Visitor, ledger: Ledger) -> None:
    ledger.message("delivered", to=ANNA, text="Bonjour Anna")
    ana.send(CARD, name="Anna")
    record(ana, "opposed", channel="phone", category="marketing")
    assert "Anna is no longer in the contacts." in ana.send(f"{CARD}/remove", form_at=CARD)
    assert "Bonjour Anna" in ana.read("/messages")
    assert "No marketing: said no" in ana.read(CARD)
    ana.send("/contacts", name="Anna", number=ANNA)
    assert answer() == "opposed"


# ---- the card: what they agreed to ----------------------------------------------------------


def test_a_consent_is_recorded_with_its_words_and_its_proof(ana: Visitor) -> None:
    page = record(ana, "given", **GIVEN)
    assert "May get marketing. Agreed beforehand (opt-in), on a form, 23 November 2026." in page
    history = part(page, "acts-title")
    for shown in ("Agreed", "on a form · recorded by ana", "For: offers", "Proof: sheet 14"):
        assert shown in history
    assert f'<blockquote class="lines">{WORDS}</blockquote>' in page
    assert "<b>de la" not in ana.client.get(CARD).get_data(as_text=True)


def test_the_words_come_back_for_the_next_person(ana: Visitor) -> None:
    record(ana, "given", **{**GIVEN, "ground": "customer", "channel": "counter"})
    page = ana.read("/contacts/+33639980002")
    assert f">{WORDS}</textarea>" in page
    assert 'name="purpose" value="offers"' in page
    assert re.search(r'value="customer"[^>]* checked>', page)
    assert '<option value="counter" selected>' in page
    assert 'name="proof" value=""' in page


ACTS = [
    ("given", {**GIVEN, "wording": " "}, "given-wording", "exact words"),
    ("given", {**GIVEN, "ground": ""}, "given-ground", "no ground"),
    ("given", {**GIVEN, "channel": "pigeon"}, "given-channel", "no channel"),
    ("given", {**GIVEN, "proof": "a" * 2001}, "given-proof", "Too long"),
    ("withdrawn", {"channel": ""}, "withdrawn-channel", "no channel"),
    ("opposed", {"channel": "phone", "category": "otp"}, "opposed-category", "no category"),
]


def test_what_an_act_lacks_is_said_at_its_field_and_what_was_typed_stays(ana: Visitor) -> None:
    record(ana, "given", **GIVEN)
    for event, typed, fault, said in ACTS:
        page = record(ana, event, expect=422, **typed)
        assert said in fault_at(page, fault)
        assert typed.get("purpose", "offers") in page
    with database.connection():
        assert Consent.select().count() == 1


def test_a_no_needs_a_newer_yes_and_its_proof(ana: Visitor) -> None:
    record(ana, "opposed", channel="phone", category="marketing", wording="no more")
    page = record(ana, "given", expect=422, **GIVEN)
    assert "no more marketing (since 23 November 2026). Record a newer consent" in page
    assert "It is newer than their no" in page
    page = record(ana, "given", expect=422, **{**GIVEN, "proof": ""}, newer="1")
    assert "Say where the proof is kept" in page
    assert re.search(r'name="newer" value="1" checked>', page)
    assert "May get marketing." in record(ana, "given", **GIVEN, newer="1")


def test_a_no_is_taken_back_only_with_a_reason_and_a_proof(ana: Visitor) -> None:
    record(ana, "opposed", channel="phone", category="notification")
    page = record(ana, "opposed", channel="phone", category="marketing")
    assert "No notifications either" in page
    assert "They said no…" not in page
    assert words(page).count("they text START") == 2
    back = {"channel": "counter", "category": "marketing"}
    page = record(ana, "resumed", expect=422, **back, proof="sheet 15")
    assert "what the person asked for" in fault_at(page, "resumed-marketing-wording")
    page = record(ana, "resumed", expect=422, **back, wording="asked for it")
    assert "where the proof is kept" in fault_at(page, "resumed-marketing-proof")
    page = record(ana, "resumed", **back, wording="asked for it", proof="sheet 15")
    assert "No marketing: never agreed." in page
    assert "Took the objection back: Marketing" in part(page, "acts-title")
    assert "No notifications either" in page


def test_a_consent_is_taken_back_where_one_stands(ana: Visitor) -> None:
    assert "They take their consent back…" not in ana.read(CARD)
    assert "They take their consent back…" in record(ana, "given", **GIVEN)
    page = record(ana, "withdrawn", channel="phone", wording="rather not")
    assert "No marketing: took the consent back" in page
    assert "They take their consent back…" not in page


def test_a_second_no_changes_nothing_and_says_so(ana: Visitor) -> None:
    record(ana, "opposed", channel="phone", category="marketing")
    page = record(ana, "opposed", channel="form", category="marketing")
    assert "It stood already: nothing was changed." in page
    with database.connection():
        assert Consent.select().count() == 1


def test_what_a_person_said_by_message_is_theirs(ana: Visitor, clock: FakeClock) -> None:
    with database.connection():
        ledger.oppose(ANNA, "marketing", Act("sms", "sms", wording="STOP", proof="0" * 32), clock.now())
    history = part(ana.read(CARD), "acts-title")
    assert "Said no: Marketing" in history
    assert "by SMS · by their own message" in history


def test_whoever_was_asked_has_not_answered_yet(ana: Visitor, clock: FakeClock) -> None:
    with database.connection():
        ledger.ask(ANNA, Act("sms", "page:ana", wording="May we?"), clock.now())
    assert "No marketing yet: asked, no answer yet (23 November 2026)." in ana.read(CARD)


def test_somebody_is_asked_once_and_the_answer_is_awaited(ana: Visitor) -> None:
    page = ana.send(f"{CARD}/ask", form_at=CARD)
    assert "The question leaves in a moment." in page
    assert "No marketing yet: asked, no answer yet (23 November 2026)." in page
    assert "Ask them by message…" not in page
    assert "was asked on 23 November 2026. One question in 30 days" in ana.send(
        f"{CARD}/ask", expect=409, form_at=CARD
    )
    with database.connection():
        assert [message.recipient for message in Message.select()] == [ANNA]


def test_what_changed_meanwhile_is_said_though_its_form_is_gone(ana: Visitor) -> None:
    page = record(
        ana, "resumed", expect=422, channel="phone", category="marketing", wording="asked", proof="sheet 15"
    )
    assert "Nothing was written down: There is no objection to take back: marketing." in words(page)


def test_whoever_said_no_is_not_asked(ana: Visitor) -> None:
    page = record(ana, "opposed", channel="phone", category="notification")
    assert "Ask them by message…" not in page


def test_a_no_takes_back_what_waits(ana: Visitor, site: Config, clock: FakeClock) -> None:
    with database.connection():
        agree(ANNA, clock.now())
        caller = Caller("key:shop", site.appliance, site.modem_names, counting_ids())
        uids = [
            outbox.submit(Draft(ANNA, "Hello", category), caller, clock.now()).uid
            for category in ("marketing", "notification")
        ]
    record(ana, "opposed", channel="phone", category="marketing")
    with database.connection():
        left = [(lookup.message(uid).state, lookup.message(uid).reason) for uid in uids]
    assert left == [("canceled", "opposed_marketing"), ("queued", None)]


def test_what_is_known_of_somebody_is_given_out_or_erased_from_the_card(ana: Visitor) -> None:
    page = ana.read(CARD)
    for path in ("export.json", "export.zip", "erase"):
        assert f'href="/people/{ANNA}/{path}"' in page
        assert ana.client.get(f"/people/{ANNA}/{path}").status_code == 200


def test_the_card_counts_the_marketing_of_thirty_days(ana: Visitor) -> None:
    assert "Marketing in the last 30 days: 0 of 10 at the most." in ana.read(CARD)


def test_nobody_signed_in_changes_nobody(app: Flask, stranger: Visitor) -> None:
    assert stranger.client.get(CARD).status_code == 302
    paths = ("/contacts", CARD, f"{CARD}/remove", f"{CARD}/consents/given")
    assert {stranger.client.post(path, data={"name": "x"}).status_code for path in paths} == {401}
    with database.connection():
        assert [table.select().count() for table in (Contact, Consent, Audit)] == [0, 0, 0]


def test_a_form_of_another_page_is_refused(ana: Visitor) -> None:
    assert ana.client.post(f"{CARD}/consents/given", data=GIVEN).status_code == 400
    assert answer() == "never"


# ---- names elsewhere ------------------------------------------------------------------------


def test_a_name_is_shown_wherever_its_number_is(ana: Visitor, ledger: Ledger, clock: FakeClock) -> None:
    message = ledger.message("failed", to=ANNA)
    ledger.inbound("Bonjour", sender=ANNA)
    ledger.inbound("Bonjour", sender="Orange")
    add(ANNA, "Élodie <Martin>", clock)
    named = 'Élodie <Martin> <span class="soft number">+33 6 39 98 00 01</span>'
    for path in ("/", "/messages", f"/messages/{message.uid}", "/conversations", f"/conversations/{ANNA}"):
        assert named in ana.read(path), path
    assert "contacts/Orange" not in ana.read("/conversations/Orange")
