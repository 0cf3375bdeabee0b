"""To whom: names, groups, pasted lists, with a script and without; and the text as each of them reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask

from fakes import FakeClock
from gateway.contacts import book, fields, groups, mailing, particulars
from gateway.contacts.book import Entry
from gateway.store import database
from gateway.store.models import Contact, ContactTag, GroupMember, Message
from journeys.visitor import PASSWORD, Ledger, Visitor
from web import postings, rehearsals

ANA, ZOE = "+33639980001", "+33639980004"
GOOD = {"text": "Bonjour", "category": "notification", "when": "now"}
PATIENCE = 30.0
MANY = 210


@pytest.fixture
def people(ledger: Ledger) -> None:
    """Ana, two Bobs, Zoé; @Club has Ana and Zoé, #vip Ana, whose size is 42."""
    now = ledger.clock.now()
    names = {ANA: "Ana Durand", "+33639980002": "Bob", "+33639980003": "bob", ZOE: "Zoé Éluard"}
    with database.connection():
        known = {number: book.add(number, Entry(name), "test:me", now) for number, name in names.items()}
        club = groups.add("Club", "test:me", now)
        for number in (ANA, ZOE):
            GroupMember.create(group=club, contact=known[number])
        ContactTag.create(contact=known[ANA], tag="vip")
        size = fields.add("Taille", "text", "test:me", now)
        particulars.keep(ANA, "test:me", now, {size.id: "42"})


@pytest.fixture
def crowd(ledger: Ledger) -> list[str]:
    """More people than the form itself writes to, in @Foule."""
    now, numbers = ledger.clock.now(), [f"+3363999{n:04}" for n in range(MANY)]
    with database.connection(), database.transaction():
        crowd = groups.add("Foule", "test:me", now)
        known = {"name": "Nom Famille", "created_at": now, "updated_at": now}
        Contact.insert_many([{**known, "number": number} for number in numbers]).execute()
        members = [{"group": crowd.id, "contact": contact.id} for contact in Contact.select()]
        GroupMember.insert_many(members).execute()
    return numbers


@pytest.fixture
def behind(app: Flask) -> Iterator[Any]:
    """Waits until nothing is done behind the pages any more."""

    def rest() -> None:
        with app.app_context():
            assert rehearsals.desk().errands.rest(PATIENCE)
        assert postings.desk.of(app).rest(PATIENCE)

    yield rest
    rest()


def told(page: str) -> str:
    """The page's own words, in one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.partition('<main id="main"')[2] or page).split())


def hidden(page: str) -> dict[str, str]:
    """What the buttons of a form send along."""
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.partition('action="/write"')[2])
    return {name: value for name, value in found if name != "csrf_token"}


def box(page: str) -> str:
    found = re.search(r'<textarea[^>]*id="to"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found
    return found[1]


def written() -> dict[str, str]:
    with database.connection():
        return {message.recipient: message.text for message in Message.select().order_by(Message.id)}


def states() -> set[tuple[str, str | None]]:
    with database.connection():
        return {(message.state, message.reason) for message in Message.select()}


def ask(visitor: Visitor, path: str, **values: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(visitor.send(path, form_at="/write", **values))
    return answer


# ---- without a script ----------------------------------------------------------------------------


def test_whoever_is_looked_up_stands_above_the_box_and_what_is_wrong_stays_in_it(
    ana: Visitor, people: None
) -> None:
    page = ana.send("/write", **GOOD, to="zoe eluard\n@Club; Bob\nO6", action="add")
    words = told(page)
    assert "Club group, 2 people" in words
    assert "Zoé Éluard +33 6 39 98 00 04" in words
    assert "3 people in all" in words
    assert "2 contacts are called “Bob”" in words
    assert "“O6” holds “O”" in words
    assert box(page) == "Bob\nO6"
    picked = ana.send("/write", **{**GOOD, **hidden(page)}, to=box(page), pick=f"0 Bob <{'+33639980003'}>")
    assert "Bob +33 6 39 98 00 03" in told(picked)
    assert box(picked) == "O6"


def test_somebody_is_taken_out_again_and_the_list_can_be_changed_as_text(ana: Visitor, people: None) -> None:
    chosen = f"@Club\nAna Durand <{ANA}>\n+33639980009"
    page = ana.send("/write", **GOOD, chosen=chosen, drop=f"Ana Durand <{ANA}>")
    assert hidden(page)["chosen"].split("\n") == ["+33639980009", "@Club"]
    edited = ana.send("/write", **GOOD, chosen=chosen, action="edit")
    assert (box(edited), hidden(edited)["chosen"]) == (chosen, "")


def test_a_group_and_a_number_in_it_are_written_to_once_each(ana: Visitor, people: None) -> None:
    page = ana.send("/write", **GOOD, to=f"@Club\n{ANA}")
    assert "1 came twice, and gets it once" in told(page)
    sent = ana.send("/write", **hidden(page), action="confirm")
    assert "2 messages were taken." in sent
    assert written() == {ANA: "Bonjour", ZOE: "Bonjour"}


def test_a_list_that_nobody_is_on_is_refused_with_the_fix(ana: Visitor, people: None) -> None:
    page = ana.send("/write", expect=422, **GOOD, to="@Klub")
    assert "There is no group, segment or tag “@Klub”" in told(page)
    assert written() == {}


def test_more_than_may_be_typed_is_refused(ana: Visitor) -> None:
    to = "\n".join(f"+33639{n:06}" for n in range(1001))
    assert "At most 1000 recipients" in ana.send("/write", expect=422, **GOOD, to=to)


# ---- with a script -------------------------------------------------------------------------------


def test_people_and_lists_are_suggested(ana: Visitor, people: None) -> None:
    def suggested(sought: str) -> list[tuple[str, str, str]]:
        answer = ana.client.get("/write/suggest", query_string={"q": sought}).get_json()
        return [(each["typed"], each["label"], each["more"]) for each in answer["suggestions"]]

    assert suggested("zo") == [
        (f"Zoé Éluard <{ZOE}>", "Zoé Éluard", "+33\u00a06\u00a039\u00a098\u00a000\u00a004")
    ]
    assert suggested("@c") == [("@Club", "@Club", "group")]
    assert suggested("#v") == [("#vip", "#vip", "tag")]
    assert suggested("") == []


def test_the_part_with_the_chips_comes_alone(ana: Visitor, people: None) -> None:
    part = ana.send("/write/recipients", form_at="/write", to="@Club, O6", action="add")
    assert part.lstrip().startswith("<div")
    assert 'data-rest="O6"' in part
    assert "<html" not in part


# ---- each their own text -------------------------------------------------------------------------

PERSONAL = "Bonjour {first name|vous}, taille {taille} !"


def test_one_after_the_other_is_shown_as_they_read_it(ana: Visitor, people: None) -> None:
    first = ask(ana, "/write/sample", **{**GOOD, "text": PERSONAL}, to="@Club", place="0")["sample"]
    second = ask(ana, "/write/sample", **{**GOOD, "text": PERSONAL}, to="@Club", place="1")["sample"]
    assert (first["text"], first["who"], first["total"]) == ("Bonjour Ana, taille 42 !", "Ana Durand", 2)
    assert (second["text"], second["missing"]) == ("Bonjour Zoé, taille !", ["taille"])
    assert ask(ana, "/write/sample", **GOOD, to="@Club")["sample"] is None
    page = ana.send("/write", **{**GOOD, "text": PERSONAL}, to="@Club", look="1")
    assert "As it is read by Zoé Éluard" in told(page)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("{pointure}", "Nothing is known as “pointure”."), ("a { b", "Write {prénom}, or {{ for a brace")],
)
def test_a_gap_that_names_nothing_is_refused_at_the_text(
    ana: Visitor, people: None, text: str, sentence: str
) -> None:
    assert sentence in ask(ana, "/write/sample", **{**GOOD, "text": text}, to=ANA)["fault"]
    page = ana.send("/write", expect=422, **{**GOOD, "text": text}, to=ANA)
    assert sentence in page.partition('id="text-fault"')[2].partition("</p>")[0]
    assert written() == {}


def test_what_is_missing_is_counted_and_named_and_the_dearest_is_told(ana: Visitor, people: None) -> None:
    text = PERSONAL + " " + "x" * 136  # 158 characters for Zoé, 161 for Ana
    page = ana.send("/write", **{**GOOD, "text": text}, to="@Club")
    words = told(page)
    assert "Of 1 person, {taille} is not known: it is left out for them. Zoé Éluard" in words
    assert "as Ana Durand reads it" in words
    assert "1 to 2, as long as what each reads" in words
    assert "Parts in all 3" in words
    ana.send("/write", **hidden(page), action="confirm")
    assert [text.split(" x")[0] for text in written().values()] == [
        "Bonjour Ana, taille 42 !",
        "Bonjour Zoé, taille !",
    ]


def test_whoever_would_read_nothing_is_left_out_and_told(ana: Visitor, people: None) -> None:
    page = ana.send("/write", **{**GOOD, "text": "{taille}"}, to="@Club")
    assert "1 is no number, and is left out" not in told(page)
    assert "1 cannot get it +33 6 39 98 00 04: Write a text." in told(page)
    sent = ana.send("/write", expect=422, **hidden(page), action="confirm")
    assert "1 message was taken; the recipients below were refused." in sent
    assert written() == {ANA: "42"}


def test_a_brace_that_is_meant_leaves_as_one(ana: Visitor) -> None:
    page = ana.send("/write", **{**GOOD, "text": "Code {{A}}"}, to=ANA)
    ana.send("/write", **hidden(page), action="confirm")
    assert written() == {ANA: "Code {A}"}


def test_somebody_elsewhere_is_told_with_their_hour(ana: Visitor) -> None:
    answer = ask(ana, "/write/departure", to="0692000001", when="later", at="2026-11-24T10:00")
    assert answer["elsewhere"] == ["For +262692000001 it is 13:00 then."]
    assert ask(ana, "/write/departure", to=ANA)["elsewhere"] == []


# ---- taken back ----------------------------------------------------------------------------------


def test_what_was_just_sent_can_be_taken_back(ana: Visitor, people: None, clock: FakeClock) -> None:
    page = ana.send("/write", **hidden(ana.send("/write", **GOOD, to="@Club")), action="confirm")
    assert states() == {("held", "undo")}
    address = re.search(r'action="(/write/sent/[^"]+/undo)"', page)
    assert address
    clock.move(timedelta(seconds=9))
    undone = ana.send(address[1], form_at=address[1].removesuffix("/undo"))
    assert "2 messages are taken back: they will not be sent." in undone
    assert states() == {("canceled", "canceled_by")}


def test_one_message_has_the_same_seconds_on_its_own_page(ana: Visitor) -> None:
    page = ana.send("/write", **GOOD, to=ANA)
    bar = page.partition("data-undo")[2].partition("</form>")[0]
    assert 'data-left="10' in bar
    address = re.search(r'action="(/messages/\w+/cancel)"', bar)
    assert address
    ana.send(address[1], form_at=address[1].removesuffix("/cancel"))
    assert states() == {("canceled", "canceled_by")}


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"category": "alert"}, ("queued", None)),
        ({"category": "otp"}, ("queued", None)),
        ({"when": "later", "at": "2026-11-24T10:00"}, ("scheduled", "scheduled")),
    ],
)
def test_what_must_leave_at_once_or_waits_anyway_is_not_held(
    ana: Visitor, change: dict[str, str], state: tuple[str, str | None]
) -> None:
    page = ana.send("/write", **{**GOOD, **change}, to=ANA)
    assert "data-undo" not in page
    assert states() == {state}


def test_what_somebody_else_sent_is_nobodys_business(
    ana: Visitor, app: Flask, invite: Any, people: None
) -> None:
    page = ana.send("/write", **hidden(ana.send("/write", **GOOD, to="@Club")), action="confirm")
    address = re.search(r'action="(/write/sent/[^"]+)/undo"', page)
    assert address
    bob = Visitor(app.test_client())
    bob.send(f"/welcome/{invite('bob')}", password=PASSWORD)
    bob.read(address[1], expect=404)
    bob.send(f"{address[1]}/undo", expect=404, form_at="/write")
    assert states() == {("held", "undo")}


# ---- very many -----------------------------------------------------------------------------------


def test_very_many_are_reckoned_and_written_to_behind_the_page(
    ana: Visitor, crowd: list[str], behind: Any
) -> None:
    ana.send("/write", **{**GOOD, "text": "Bonjour {nom}"}, to="@Foule", key="k")
    behind()
    page = ana.read("/write/rehearsal/k")
    assert f"{MANY} leave now" in told(page)
    assert written() == {}
    sending = ana.send("/write", form_at="/write", **hidden(page), action="confirm")
    assert f"To {MANY} people" in sending
    behind()
    assert f"On hold {MANY}" in told(ana.read("/write/sent/k"))
    assert written() == dict.fromkeys(crowd, "Bonjour Famille")
    ana.send("/write", **{**GOOD, "text": "Bonjour {nom}"}, to="@Foule", key="k2")
    behind()
    again = told(ana.read("/write/rehearsal/k2", expect=409))
    assert f"The same text went to {MANY} of these numbers a moment ago." in again


def test_very_many_are_taken_back_too(ana: Visitor, crowd: list[str], behind: Any, app: Flask) -> None:
    ana.send("/write", **GOOD, to="@Foule", key="k")
    behind()
    ana.send("/write", form_at="/write", **hidden(ana.read("/write/rehearsal/k")), action="confirm")
    ana.send("/write/sent/k/undo", form_at="/write/sent/k")
    behind()
    assert {state for state, _reason in states()} <= {"canceled"}
    with database.connection():
        assert mailing.get("k").state == "stopped"


def test_what_a_process_left_unfinished_the_next_one_goes_on_with(
    ana: Visitor, crowd: list[str], behind: Any, app: Flask, ledger: Ledger
) -> None:
    with database.connection():
        mail = mailing.Mail("@Foule", "Bonjour", "notification")
        mailing.begin(mail, "k", MANY, None, "page:ana", ledger.clock.now())
    postings.resume(app)
    behind()
    assert len(written()) == MANY
    postings.resume(app)
    behind()
    assert len(written()) == MANY


def test_a_rehearsal_of_long_ago_is_begun_again(ana: Visitor) -> None:
    assert "This was too long ago." in ana.read("/write/rehearsal/gone")


# ---- signed out meanwhile ------------------------------------------------------------------------


def test_a_letter_survives_the_sign_in_page(ana: Visitor, people: None) -> None:
    form = ana.read("/write")
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token
    ana.client.delete_cookie("chappe_sign_in")
    letter = {**GOOD, "to": "Zoé Éluard", "chosen": "@Club", "text": "typed with care"}
    out = ana.client.post("/write", data={"csrf_token": token[1], **letter})
    kept = hidden(unescape(out.get_data(as_text=True)))
    assert out.status_code == 401
    assert {name: kept[name] for name in letter} == letter
    ana.send("/sign-in", name="ana", password=PASSWORD)
    old = re.search(r'name="csrf_token" value="([^"]+)"', out.get_data(as_text=True))
    assert old
    again = ana.client.post("/write", data={"csrf_token": old[1], **kept, "action": "change"})
    page = unescape(again.get_data(as_text=True))
    assert (box(page), hidden(page)["chosen"]) == ("Zoé Éluard", "@Club")
    assert "typed with care" in page
    assert written() == {}
