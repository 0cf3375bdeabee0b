"""The conversations at the page: the list, one of them, colleagues, ready answers, the search, the keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from fakes import MONDAY_NOON, FakeClock, counting_ids
from gateway import config, status
from gateway.access import people
from gateway.config import Config
from gateway.contacts import book
from gateway.contacts.book import Entry
from gateway.messages import conversations, outbox, search
from gateway.messages.outbox import Draft
from gateway.status import ModemStatus
from gateway.store import database
from gateway.store.models import Conversation, ConversationNote, Inbound, Message, Part, Template
from journeys.browser import DESK, PHONE, Witness, faint, unnamed, wider_than
from journeys.visitor import PASSWORD, Ledger, Visitor
from web.app import create_app

ANNA, BEN = "+33639980007", "+33639980001"
THREAD = f"/conversations/{ANNA}"


@pytest.fixture
def colleague(app: Flask, clock: FakeClock) -> Callable[[str, str], Visitor]:
    """Somebody with a role, signed in on a browser of their own."""

    def come(name: str, role: str) -> Visitor:
        visitor = Visitor(app.test_client())
        with database.connection():
            link = people.add(name, "en", clock.now(), counting_ids(), role)
        visitor.send(f"/welcome/{link}", password=PASSWORD)
        return visitor

    return come


def ready(name: str, text: str) -> None:
    with database.connection():
        row = {"category": "notification", "written_by": "page:ana", "updated_at": MONDAY_NOON}
        Template.create(name=name, kind="reply", text=text, **row)


def in_book(name: str, number: str = ANNA) -> None:
    with database.connection():
        book.add(number, Entry(name), "page:ana", MONDAY_NOON)


def main(page: str) -> str:
    return page[page.index("<main") :]


# ---- the list ------------------------------------------------------------------------------------


def test_the_list_shows_what_is_unread_unanswered_and_mine(ana: Visitor, ledger: Ledger) -> None:
    assert "Nobody was spoken with yet." in ana.read("/conversations")
    ledger.inbound("first")
    ledger.inbound("second", sender=BEN)
    ledger.message("sent", to=BEN, text="an answer")
    listed = main(ana.read("/conversations"))
    assert 'Unread <span class="figure">2' in listed
    assert 'Unanswered <span class="figure">1' in listed
    unanswered = main(ana.read("/conversations?show=unanswered"))
    assert "first" in unanswered
    assert "an answer" not in unanswered
    ana.read(THREAD)
    assert "first" not in main(ana.read("/conversations?show=unread"))
    assert "You look after no conversation yet." in ana.read("/conversations?show=mine")


def test_a_long_list_goes_on_where_it_ended(ana: Visitor) -> None:
    with database.connection(), database.transaction():
        for number in range(45):
            at = MONDAY_NOON - timedelta(minutes=number)
            conversations.note(f"+336399810{number:02}", f"text {number:02}.", at, inbound=True)
    first = ana.read("/conversations?show=unread")
    older = re.search(r'href="(/conversations\?[^"]*cursor[^"]*)"', first)
    assert older
    assert "show=unread" in older[1]
    pages = [re.findall(r"text \d\d\.", page) for page in (first, ana.read(older[1]))]
    assert pages[0] + pages[1] == [f"text {number:02}." for number in range(45)]


def test_from_one_conversation_it_goes_to_those_beside_it_in_the_list(ana: Visitor, ledger: Ledger) -> None:
    for sender in ("+33639980011", ANNA, "+33639980013"):
        ledger.inbound("Bonjour", sender=sender)
    page = ana.read(f"{THREAD}?show=unanswered")
    assert 'data-key-k href="/conversations/+33639980013?show=unanswered#end"' in page
    assert 'data-key-j href="/conversations/+33639980011?show=unanswered#end"' in page
    assert 'href="/conversations?show=unanswered"' in page


# ---- one conversation ----------------------------------------------------------------------------


def test_what_did_not_arrive_is_sent_again_where_it_stands(ana: Visitor, ledger: Ledger) -> None:
    message = ledger.message("failed", to=ANNA, text="Un long message. " * 20)
    with database.connection():
        Part.update(state="delivered").where(Part.message == message.id).execute()
        Part.update(state="failed").where(Part.message == message.id, Part.seq == 2).execute()
    page = ana.read(THREAD)
    assert "Part 2 of 3" in page
    assert "Part 1 of 3" not in page
    assert "Parts that arrived are not sent again." in page
    again = ana.send("/attention/again", form_at=THREAD, uid=message.uid, next=THREAD)
    assert "1 message is sent again." in again
    assert "Part 2 of 3" not in again
    with database.connection():
        states = [part.state for part in Part.select().where(Part.message == message.id).order_by(Part.seq)]
    assert states == ["delivered", "queued", "delivered"]


def test_who_only_looks_neither_answers_nor_reads_for_the_others(
    ledger: Ledger, colleague: Callable[[str, str], Visitor]
) -> None:
    ledger.inbound("Bonjour")
    ledger.message("failed", to=ANNA)
    viewer = colleague("eve", "viewer")
    page = main(viewer.read(THREAD))
    for words in ("Answer", "Assign", "Write a note", "Send again"):
        assert words not in page
    assert "1 new" in viewer.read("/conversations")
    for address in (THREAD, f"{THREAD}/assign", f"{THREAD}/notes", f"{THREAD}/notes/1/remove"):
        viewer.send(address, expect=403, form_at=THREAD, text="x", note="x", to="eve")
    writer = colleague("wim", "writer")
    assert "Assign" in writer.read(THREAD)
    assert "1 new" not in writer.read("/conversations")


def test_a_conversation_is_looked_after_by_a_colleague(
    ana: Visitor, ledger: Ledger, colleague: Callable[[str, str], Visitor]
) -> None:
    ledger.inbound("Bonjour")
    ben = colleague("ben", "writer")
    colleague("eve", "viewer")
    choices = re.findall(r'<option value="(\w*)"', ana.read(THREAD))
    assert choices == ["", "ana", "ben"]
    assert "ben looks after this conversation." in ana.send(f"{THREAD}/assign", form_at=THREAD, to="ben")
    assert "ben looks after it" in ana.read("/conversations")
    assert "You look after it" in ben.read("/conversations?show=mine")
    assert "Nobody looks after this conversation now." in ana.send(f"{THREAD}/assign", form_at=THREAD, to="")
    ana.send(f"{THREAD}/assign", expect=404, form_at=THREAD, to="nobody-known")


def test_a_note_stands_among_the_messages_and_is_never_sent(
    ana: Visitor, ledger: Ledger, colleague: Callable[[str, str], Visitor]
) -> None:
    ledger.inbound("Bonjour")
    written = ana.send(f"{THREAD}/notes", form_at=THREAD, note="Rappeler <b>mardi</b>")
    assert "Note by ana" in written
    assert "&lt;b&gt;mardi" in ana.client.get(THREAD).get_data(as_text=True)
    with database.connection():
        assert Message.select().count() == 0
        assert Conversation.get().last_text == "Bonjour"
        note = ConversationNote.get().id
    ben = colleague("ben", "manager")
    assert "the note of" not in ben.read(THREAD)
    ben.send(f"{THREAD}/notes/{note}/remove", expect=404, form_at=THREAD)
    assert "The note is removed." in ana.send(f"{THREAD}/notes/{note}/remove", form_at=THREAD)
    refused = ana.send(f"{THREAD}/notes", expect=422, form_at=THREAD, note="  ")
    assert "Write a note." in refused
    assert 'aria-invalid="true"' in refused


def test_what_colleagues_do_renews_itself_on_the_page(ana: Visitor, ledger: Ledger) -> None:
    ledger.inbound("Bonjour")

    def version() -> str:
        return str(ana.client.get("/live", query_string={"of": "colleagues"}).get_json()["version"])

    assert 'data-of="colleagues"' in ana.read(THREAD)
    seen = [version()]
    with database.connection():
        conversations.write_note(ANNA, "Rappeler", "page:ben", MONDAY_NOON)
        seen.append(version())
        conversations.assign(ANNA, "ben", "page:ben", MONDAY_NOON)
        seen.append(version())
    assert len({*seen, version()}) == 3


def test_a_ready_answer_is_inserted_behind_what_was_typed(ana: Visitor, ledger: Ledger) -> None:
    ready("prêt", "Bonjour {prénom}, c’est prêt.")
    in_book("Anna Durand")
    ledger.inbound("Bonjour")
    page = ana.send(THREAD, text="Oui !", insert="1")
    assert "Oui !\nBonjour Anna, c’est prêt.</textarea>" in page
    with database.connection():
        assert Message.select().count() == 0


def test_the_modem_that_carries_an_answer_is_named_where_there_is_a_choice(
    site: Config, clock: FakeClock, ledger: Ledger, ana: Visitor, app: Flask
) -> None:
    ledger.inbound("Bonjour")
    assert "Leaves by" not in ana.read(THREAD)
    folder = site.appliance.runtime_dir
    toml = (folder / "gateway.toml").read_text(encoding="utf-8")
    more = '[[modems]]\nname = "sim2"\nport = "/dev/ttyUSB1"\n[demo]'
    (folder / "gateway.toml").write_text(toml.replace("[demo]", more), encoding="utf-8")
    status.write(folder, (ModemStatus("sim1", "ready"), ModemStatus("sim2", "ready")), clock.now())
    again = create_app(config.load(folder / "gateway.toml"), clock, app.extensions["chappe"].ids)
    visitor = Visitor(again.test_client())
    visitor.send("/sign-in", name="ana", password=PASSWORD)
    assert "Leaves by sim1, to which this person wrote." in visitor.read(THREAD)
    assert "Leaves by whichever modem is free first." in visitor.read(f"/conversations/{BEN}")


# ---- the search ----------------------------------------------------------------------------------


@pytest.fixture(params=["fresh", "indexed"])
def said(request: pytest.FixtureRequest, ledger: Ledger) -> None:
    ledger.message("delivered", to=ANNA, text="Votre vélo <b>est</b> prêt")
    ledger.inbound("Le velo de mon fils aussi ?")
    ledger.inbound("Rien à voir", sender=BEN)
    if request.param == "indexed":
        with database.connection():
            for _ in search.catch_up():
                pass


@pytest.mark.usefixtures("said")
def test_words_find_what_was_said_and_are_marked(ana: Visitor) -> None:
    page = main(ana.client.get("/search?q=VÉLO").get_data(as_text=True))
    assert page.index("<mark>velo</mark> de mon fils") < page.index("<mark>vélo</mark> &lt;b&gt;est")
    assert "Rien à voir" not in page
    assert "No message has these words." in ana.read("/search?q=quokka")
    assert "Search everywhere" in ana.read("/search?q=vélo&until=2020-01-01")


@pytest.mark.usefixtures("said")
def test_a_name_or_a_piece_of_a_number_finds_the_person(ana: Visitor) -> None:
    in_book("Zoé Durand", "+33639980099")
    assert "Zoé Durand" in main(ana.read("/search?q=zoe"))
    for typed in ("06 39 98 00 07", "3998 0007", "00336399800"):
        assert f'href="{THREAD}#end"' in ana.read(f"/search?q={typed}")


def test_who_may_not_see_the_book_finds_in_it_only_people_who_were_spoken_with(
    ledger: Ledger, colleague: Callable[[str, str], Visitor]
) -> None:
    ledger.inbound("Bonjour")
    in_book("Anna Durand")
    in_book("Zoé Durand", "+33639980099")
    found = main(colleague("eve", "viewer").read("/search?q=durand"))
    assert "Anna Durand" in found
    assert "Zoé" not in found


@pytest.mark.usefixtures("said")
def test_a_message_that_was_found_is_shown_in_its_conversation(ana: Visitor) -> None:
    with database.connection():
        uid = Inbound.get(Inbound.sender == ANNA).uid
    answer = ana.client.get(f"{THREAD}?at={uid}")
    assert answer.status_code == 302
    assert answer.location.endswith(f"#m-{uid}")
    assert f'id="m-{uid}"' in ana.read(answer.location)
    ana.read(f"{THREAD}?at=nowhere", expect=404)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("q=!!", "Type a word or a number"),
        (f"q={'a' * 300}", "at most 200 characters"),
        ("q=vélo&since=2026-13-01", "Not a day"),
        ("q=vélo&since=2026-12-02&until=2026-12-01", "before the first one"),
    ],
)
def test_what_cannot_be_looked_for_is_said_at_its_field(ana: Visitor, asked: str, words: str) -> None:
    page = ana.read(f"/search?{asked}", expect=422)
    assert words in page
    assert 'aria-invalid="true"' in page


def test_a_long_search_goes_on_with_the_same_question(ana: Visitor, ledger: Ledger) -> None:
    with database.connection(), database.transaction():
        for number in range(45):
            outbox.submit(Draft(BEN, f"colis {number:02}."), ledger.caller, MONDAY_NOON)
    first = ana.read("/search?q=colis&number=06 39 98 00 01")
    older = re.search(r'href="(/search\?[^"]*cursor[^"]*)"', first)
    assert older
    pages = [re.findall(r"</mark> (\d\d)\.", page) for page in (first, ana.read(older[1]))]
    assert pages[0] + pages[1] == [f"{number:02}" for number in reversed(range(45))]


# ---- in a browser --------------------------------------------------------------------------------


def test_keys_and_ready_answers_in_a_browser(
    origin: str, invite: Callable[..., str], ledger: Ledger, chromium: Browser
) -> None:
    ready("prêt", "C’est prêt.")
    for sender in ("+33639980011", ANNA, "+33639980013"):
        ledger.inbound("Bonjour", sender=sender)
    witness = Witness(origin)
    page = chromium.new_context(viewport=DESK, color_scheme="dark").new_page()
    witness.watch(page)
    page.goto(f"{origin}/welcome/{invite('ana')}")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main .btn-main").click()
    page.wait_for_url(lambda url: "/welcome/" not in url)

    page.goto(f"{origin}/conversations")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "0007" in url)
    page.keyboard.press("j")
    page.wait_for_url(lambda url: "0011" in url)
    page.keyboard.press("k")
    page.wait_for_url(lambda url: "0007" in url)
    _answers(page)
    _switches_keys_off(page)
    page.set_viewport_size(PHONE)
    assert (wider_than(page), unnamed(page), faint(page)) == (0, [], [])
    page.goto(f"{origin}/search?q=bonj")
    expect(page.locator("mark")).to_have_count(3)
    assert (wider_than(page), unnamed(page), faint(page)) == (0, [], [])
    assert witness.complaints == []


def _answers(page: Page) -> None:
    """What is typed is typed, whatever the keys would do elsewhere."""
    page.keyboard.press("r")
    page.keyboard.type("jkrn/ ")
    page.get_by_role("button", name="prêt").click()
    expect(page.locator("#text")).to_have_value("jkrn/ C’est prêt.")
    expect(page.locator("[data-show=parts]")).to_have_text("1")
    with page.expect_navigation():  # until the new page listens to keys
        page.keyboard.press("Control+Enter")
    expect(page.locator(".bubble.ours")).to_have_text("jkrn/ C’est prêt.")
    page.keyboard.press("n")
    expect(page.locator("#note")).to_be_focused()
    page.keyboard.type("Rappeler")
    with page.expect_navigation():
        page.get_by_role("button", name="Keep the note").click()
    expect(page.locator(".bubble.noted")).to_contain_text("Rappeler")


def _switches_keys_off(page: Page) -> None:
    page.get_by_text("Keys", exact=True).click()
    page.get_by_role("button", name="Use single keys").click()
    expect(page.get_by_role("button", name="Use single keys")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("n")
    expect(page.locator("#note")).to_be_hidden()
    page.get_by_role("button", name="Use single keys").click()
