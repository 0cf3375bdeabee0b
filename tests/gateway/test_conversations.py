"""Conversations as a shop goes through them: the list and its filters, a thread, colleagues and notes."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gateway.errors import Invalid, NotFound
from gateway.messages import conversations, inbox, replies, routing, threads
from gateway.messages.threads import Choice
from gateway.store import database
from gateway.store.models import (
    Audit,
    Contact,
    Conversation,
    ConversationNote,
    Inbound,
    Message,
    Part,
    Template,
)
from modem import api

if TYPE_CHECKING:
    from conftest import Bench

ANNA, BEN, CARL = "+33612345678", "+33698765432", "+33639980001"
ME = "page:ana"


def hear(bench: Bench, text: str = "Bonjour", sender: str = ANNA, modem: str = "sim1") -> Inbound:
    bench.clock.move(timedelta(seconds=1))
    part = api.InboundPart(sender, text, api.Alphabet.GSM7, bench.now)
    tpdu = f"{text}{sender}{bench.now}".encode().hex()
    inbox.take(api.Heard(modem, bench.modem.sim, tpdu, part, None), bench.caller, bench.now)
    return Inbound.select().order_by(Inbound.id.desc()).get()


def say(bench: Bench, text: str = "Bonjour", to: str = ANNA) -> Message:
    bench.clock.move(timedelta(seconds=1))
    return bench.submit(text, to=to)


def shown(show: str, me: str = "") -> list[str]:
    return [talk.number for talk in threads.listing(Choice(show, me)).items]


def texts(page: threads.Page[threads.Said]) -> list[str]:
    return [item.text for item in page.items]


# ---- the list ------------------------------------------------------------------------------------


def test_each_filter_shows_its_own(bench: Bench) -> None:
    hear(bench, sender=ANNA)
    hear(bench, sender=BEN)
    say(bench, to=CARL)
    conversations.mark_read(ANNA)
    conversations.assign(CARL, "ana", ME, bench.now)
    assert shown("all") == [CARL, BEN, ANNA]
    assert shown("unread") == [BEN]
    assert shown("unanswered") == [BEN, ANNA]
    assert (shown("mine", "ana"), shown("mine", "ben")) == ([CARL], [])
    say(bench, to=ANNA)
    assert shown("unanswered") == [BEN]


def test_a_count_ends_where_nobody_counts_any_more(bench: Bench) -> None:
    with database.transaction():
        for number in range(threads.MOST + 5):
            conversations.note(f"+3361{number:07}", "Bonjour", bench.now, inbound=True)
    assert threads.count(Choice("unread")) == threads.MOST + 1
    assert threads.count(Choice("mine", "ana")) == 0


def test_the_list_goes_on_without_loss_or_repetition(bench: Bench) -> None:
    """Many at one instant, and one that moves to the top meanwhile, which is seen there alone."""
    draw = random.Random(5)
    with database.transaction():
        for number in range(50):
            at = bench.now + timedelta(seconds=draw.randrange(4))
            conversations.note(f"+3361{draw.randrange(10**7):07}", f"{number}", at, inbound=True)
    expected = [talk.number for talk in threads.listing(Choice(), limit=100).items]
    seen, cursor = [], None
    while True:
        page = threads.listing(Choice(), cursor, limit=7)
        seen += [talk.number for talk in page.items]
        if (cursor := page.next) is None:
            break
    assert seen == expected
    assert len(set(seen)) == 50


def test_neighbours_are_those_of_the_list(bench: Bench) -> None:
    at = bench.now
    for number in (CARL, ANNA, BEN):
        conversations.note(number, "Bonjour", at, inbound=True)
    conversations.note("Orange", "Offre", at + timedelta(seconds=9), inbound=True)
    order = shown("unread")
    beside = [threads.neighbours(talk, Choice("unread")) for talk in threads.listing(Choice()).items]
    found = [tuple(each.number if each else None for each in pair) for pair in beside]
    assert found == list(zip([None, *order[:-1]], [*order[1:], None], strict=True))


@pytest.mark.parametrize("cursor", ["x", "12", "-5.+33612345678", "9999999999999999999999.a", f"{2**62}.a"])
def test_a_cursor_that_leads_nowhere_is_refused_or_empty(bench: Bench, cursor: str) -> None:
    hear(bench)
    if cursor == "12":
        assert threads.listing(Choice(), cursor).items == []
        return
    with pytest.raises(Invalid, match="cursor_unknown"):
        threads.listing(Choice(), cursor)


# ---- one thread ----------------------------------------------------------------------------------


def test_a_thread_is_read_backwards_with_its_notes_without_loss_or_repetition(bench: Bench) -> None:
    draw = random.Random(3)
    said = []
    hear(bench, "0")
    for number in range(1, 60):
        kind = draw.choice("imn")
        if kind == "i":
            hear(bench, str(number))
        elif kind == "m":
            say(bench, str(number))
        else:
            bench.clock.move(timedelta(seconds=1))
            conversations.write_note(ANNA, str(number), ME, bench.now)
        said.append(str(number))
    hear(bench, "somebody else", sender=BEN)
    seen, before = [], None
    while True:
        page = threads.thread(ANNA, before, limit=9)
        seen += texts(page)
        if (before := page.next) is None:
            break
    assert seen == [*reversed(said), "0"]


@pytest.mark.parametrize("hit", [0, 20, 38, 39])
def test_a_message_that_was_found_is_shown_among_what_surrounds_it(bench: Bench, hit: int) -> None:
    said = [hear(bench, f"{n}") if n % 3 else say(bench, f"{n}") for n in range(40)]
    number, before = threads.around(said[hit].uid)
    page = texts(threads.thread(number, before, limit=10))
    later = [f"{n}" for n in range(hit + 1, min(40, hit + threads.LATER))]
    assert number == ANNA
    assert f"{hit}" in page
    assert set(later) <= set(page)
    with pytest.raises(NotFound):
        threads.around("nowhere")


@pytest.mark.parametrize("before", ["x", "1.2", "1.2.3.4", "1.2.-3"])
def test_a_place_in_no_thread_is_refused(bench: Bench, before: str) -> None:
    with pytest.raises(Invalid, match="cursor_unknown"):
        threads.thread(ANNA, before)


def test_the_parts_of_several_messages_are_read_at_once(bench: Bench) -> None:
    long, short = say(bench, "long " * 60), say(bench, "short")
    found = threads.parts([long, short])
    assert [part.seq for part in found[long.id]] == [1, 2]
    assert [part.seq for part in found[short.id]] == [1]
    assert threads.parts([]) == {}


def test_numbers_are_found_by_a_piece_of_them(bench: Bench) -> None:
    for number in (ANNA, BEN):
        hear(bench, sender=number)
    assert [talk.number for talk in threads.with_digits("876543", 5)] == [BEN]
    assert len(threads.with_digits("336", 1)) == 1


# ---- colleagues ----------------------------------------------------------------------------------


def test_a_conversation_is_given_to_a_colleague_and_back_to_all(bench: Bench) -> None:
    hear(bench)
    assert conversations.assign(ANNA, "ben", ME, bench.now)
    assert not conversations.assign(ANNA, "ben", ME, bench.now)  # as it was
    hear(bench, "Allô ?")
    assert Conversation.get().assigned_to == "ben"
    assert conversations.assign(ANNA, None, ME, bench.now)
    assert Conversation.get().assigned_to is None
    assert [row.facts for row in Audit.select().where(Audit.action == "conversation_assigned")] == [
        {"to": "ben"},
        {"to": ""},
    ]
    with pytest.raises(NotFound):
        conversations.assign(BEN, "ben", ME, bench.now)


def test_a_note_stays_here_and_is_taken_back_by_its_author(bench: Bench) -> None:
    hear(bench)
    conversations.write_note(ANNA, "  Rappeler mardi.\n", ME, bench.now)
    note = ConversationNote.get()
    assert (note.text, note.written_by) == ("Rappeler mardi.", ME)
    assert (Message.select().count(), Part.select().count()) == (0, 0)
    for by, number in (("page:ben", ANNA), (ME, BEN)):
        with pytest.raises(NotFound):
            conversations.remove_note(number, note.id, by, bench.now)
    conversations.remove_note(ANNA, note.id, ME, bench.now)
    assert ConversationNote.select().count() == 0
    assert [row.action for row in Audit.select().order_by(Audit.id)] == ["note_written", "note_removed"]


@pytest.mark.parametrize(("text", "code"), [(" \n", "note_empty"), ("x" * 2001, "text_long")])
def test_a_note_that_says_nothing_or_too_much_is_refused(bench: Bench, text: str, code: str) -> None:
    hear(bench)
    with pytest.raises(Invalid) as refused:
        conversations.write_note(ANNA, text, ME, bench.now)
    assert (refused.value.code, refused.value.field) == (code, "note")
    assert ConversationNote.select().count() == 0


# ---- ready answers -------------------------------------------------------------------------------


def test_ready_answers_read_as_this_person_would_read_them(bench: Bench) -> None:
    def ready(name: str, text: str, kind: str = "reply") -> None:
        row = {"category": "notification", "written_by": ME, "updated_at": bench.now}
        Template.create(name=name, kind=kind, text=text, **row)

    ready("b prêt", "Bonjour {prénom}, c’est prêt.")
    ready("a ouvert", "Nous sommes ouverts.")
    ready("c faux", "Un { seul")
    ready("message", "Autre chose", kind="message")
    Contact.create(number=ANNA, name="Anna Durand", created_at=bench.now, updated_at=bench.now)
    assert [reply.text for reply in replies.to(ANNA)] == [
        "Nous sommes ouverts.",
        "Bonjour Anna, c’est prêt.",
        "Un { seul",
    ]
    assert replies.to(BEN)[1].text == "Bonjour, c’est prêt."


def test_an_answer_leaves_by_the_sim_to_which_the_person_wrote(bench: Bench) -> None:
    hear(bench, modem="sim2")
    both = ("sim1", "sim2")
    assert routing.bind(ANNA, None, both, lambda: both) == "sim2"
    assert routing.bind(BEN, None, both, lambda: both) == ""
