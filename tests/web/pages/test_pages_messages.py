"""The list of messages: filters, both ways, many at once with a question before, a sheet; another hour."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask

from fakes import FakeClock
from gateway.access import roles
from gateway.contacts import book
from gateway.contacts.book import Entry
from gateway.messages import bulk, lookup, outbox
from gateway.messages.filtering import Filter
from gateway.messages.outbox import Caller, Draft
from gateway.store import database
from gateway.store.models import Audit, Message, User
from journeys.visitor import PASSWORD, Ledger, Visitor
from people import agree
from web.pages import several
from web.rounds import Round, rounds

ANNA, BOB = "+33639980001", "+33639980002"
PATIENCE = 20.0  # seconds within which a round is over


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))


def listed(page: str) -> list[str]:
    """The ids in the order in which the page shows them."""
    return re.findall(r'data-key="([0-9a-f]{32})"', page)


def state(uid: str) -> str:
    with database.connection():
        return str(lookup.message(uid).state)


def ask(visitor: Visitor, answer: str, *uids: str, expect: int = 200, **more: str) -> str:
    """Press a button of the bar with these ticked; the page that follows."""
    return post(visitor, "/messages/several", answer=answer, uid=list(uids), expect=expect, **more)


def post(visitor: Visitor, path: str, expect: int = 200, form_at: str = "/messages", **values: object) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.read(form_at))
    assert token
    done = visitor.client.post(path, data={"csrf_token": token[1], **values}, follow_redirects=True)
    assert done.status_code == expect, done.get_data(as_text=True)
    return unescape(done.get_data(as_text=True)).replace("\u00a0", " ")


def confirm(visitor: Visitor, question: str) -> str:
    """Send the question's own form."""
    form = question.partition('<form method="post" action="/messages/several">')[2]
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    done = visitor.client.post(
        "/messages/several",
        data={name: [value for key, value in fields if key == name] for name, _ in fields},
        follow_redirects=True,
    )
    return unescape(done.get_data(as_text=True)).replace("\u00a0", " ")


@pytest.fixture
def later(ledger: Ledger, clock: FakeClock) -> Callable[..., str]:
    """The uid of a message that leaves after so many hours."""

    def make(hours: float = 24, to: str = ANNA, source: str = "key:shop", category: str = "alert") -> str:
        caller = Caller(source, ledger.site.appliance, ledger.site.modem_names, ledger.ids)
        draft = Draft(to, f"In {hours} h", category, send_at=clock.now() + timedelta(hours=hours))
        with database.connection():
            return str(outbox.submit(draft, caller, clock.now()).uid)

    return make


@pytest.fixture
def writer(app: Flask, ana: Visitor, invite: Callable[..., str]) -> Visitor:
    """Somebody who writes, and answers for nobody else."""
    visitor = Visitor(app.test_client())
    visitor.send(f"/welcome/{invite('bob')}", password=PASSWORD)
    with database.connection():
        User.update(role=roles.WRITES).where(User.name == "bob").execute()
    return visitor


# ---- what is shown -------------------------------------------------------------------------------


def test_each_filter_shows_what_fits_and_stays_in_the_address(ana: Visitor, ledger: Ledger) -> None:
    with database.connection():
        book.add(BOB, Entry("Émile Zola"), "page:ana", ledger.clock.now())
    one = ledger.message("failed", ANNA, "One").uid
    two = ledger.message("delivered", BOB, "Two").uid
    three = ledger.message("scheduled", BOB, "Three").uid
    for query, wanted in {
        "": [three, two, one],
        "state=failed": [one],
        "state=scheduled": [three],
        "to=06 39 98 00 02": [three, two],
        "to=emile": [three, two],
        "to=emile&state=delivered": [two],
        "to=nobody": [],
        "text=tw": [two],
        "category=notification": [three, two, one],
        "category=otp": [],
        "source=key:shop": [three, two, one],
        "source=page:ana": [],
        "modem=sim1": [],
        "since=2026-11-23&until=2026-11-23": [three, two, one],
        "since=2026-11-24": [],
        "until=2026-11-22": [],
    }.items():
        page = ana.read(f"/messages?{query}")
        assert listed(page) == wanted, query
        assert wanted or "No message matches." in page
    page = ana.read("/messages?to=emile&category=notification")
    assert 'href="/messages?to=emile&category=notification&state=failed"' in page
    assert re.search(r'<details class="act" open>\s*<summary>More filters', page)


def test_a_day_that_is_none_is_said_at_its_field_and_filters_nothing(ana: Visitor, ledger: Ledger) -> None:
    uid = ledger.message().uid
    for name in ("since", "until", "leaves"):
        page = ana.read(f"/messages?{name}=yesterday")
        assert listed(page) == [uid]
        assert f'aria-describedby="{name}-fault"' in page
        assert "“yesterday” is no day." in page


def test_every_row_says_why_and_until_when(ana: Visitor, ledger: Ledger, later: Callable[..., str]) -> None:
    later(24)
    outbox_canceled = ledger.message("queued", text="Taken back").uid
    ana.send(f"/messages/{outbox_canceled}/cancel", form_at=f"/messages/{outbox_canceled}")
    page = words(ana.read("/messages"))
    assert "It leaves at the hour you chose. tomorrow 12:00" in page
    assert "Canceled by ana." in page


def test_the_list_is_turned_both_ways(ana: Visitor, ledger: Ledger) -> None:
    with database.connection(), database.transaction():
        made = [ledger.message("queued").uid for _ in range(100)][::-1]
    first = ana.read("/messages")
    assert (listed(first), 'rel="prev"' in first) == (made[:40], False)
    second = follow(ana, first, "next")
    third = follow(ana, second, "next")
    assert (listed(second), listed(third), 'rel="next"' in third) == (made[40:80], made[80:], False)
    assert listed(follow(ana, third, "prev")) == made[40:80]
    assert listed(follow(ana, follow(ana, third, "prev"), "prev")) == made[:40]


def follow(visitor: Visitor, page: str, rel: str) -> str:
    link = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    assert link
    return visitor.read(link[1])


def test_an_empty_list_says_what_to_do_first(ana: Visitor) -> None:
    page = ana.read("/messages")
    assert "Write the first one" in page
    assert 'id="several"' not in page


# ---- many at once --------------------------------------------------------------------------------


def test_the_question_counts_and_says_what_stays_then_it_is_done(
    ana: Visitor, ledger: Ledger, later: Callable[..., str]
) -> None:
    waits, queued, gone = later(), ledger.message("queued").uid, ledger.message("queued").uid
    with database.connection():
        outbox.cancel(gone, "page:bob", ledger.clock.now())
    assert 'name="next" value="/messages?state=scheduled"' in ana.read("/messages?state=scheduled")
    question = ask(ana, "cancel", waits, queued, gone, next="/messages?state=all")
    assert "Cancel 2 messages?" in question
    assert re.search(r"These stay as they are.*Canceled\s*</span> <b>1</b>", question, re.S)
    assert state(waits) == "scheduled"
    page = confirm(ana, question)
    assert "2 messages are canceled." in page
    assert "can no longer be canceled" not in page
    assert [state(uid) for uid in (waits, queued, gone)] == ["canceled", "canceled", "canceled"]


@pytest.mark.parametrize(
    ("answer", "before", "after", "said"),
    [
        ("release", "scheduled", "queued", "1 message stands in the queue."),
        ("cancel", "scheduled", "canceled", "1 message is canceled."),
    ],
)
def test_each_answer_does_what_it_says(
    ana: Visitor, later: Callable[..., str], answer: str, before: str, after: str, said: str
) -> None:
    uid = later()
    assert state(uid) == before
    assert said in confirm(ana, ask(ana, answer, uid))
    assert state(uid) == after


def test_what_fits_none_of_them_is_said_and_cannot_be_confirmed(ana: Visitor, ledger: Ledger) -> None:
    question = ask(ana, "again", ledger.message("delivered").uid)
    assert "None of these can be sent again" in question
    assert "Yes, send them again" not in question


def test_none_ticked_or_no_answer_changes_nothing(ana: Visitor, ledger: Ledger) -> None:
    uid = ledger.message().uid
    assert "tick a message first" in ask(ana, "cancel", all=" ")
    ask(ana, "burn", uid, expect=404)
    assert state(uid) == "queued"


def test_what_changed_after_the_question_is_said_and_spoils_no_other(ana: Visitor, ledger: Ledger) -> None:
    one, two = ledger.message().uid, ledger.message().uid
    question = ask(ana, "cancel", one, two)
    with database.connection():
        outbox.cancel(one, "page:bob", ledger.clock.now())
    page = confirm(ana, question)
    assert "1 message is canceled." in page
    assert "1 × It can no longer be canceled: canceled." in page


def test_all_that_match_are_dealt_with_behind_the_page_and_latecomers_are_not(
    app: Flask, ana: Visitor, ledger: Ledger
) -> None:
    with database.connection(), database.transaction():
        made = [ledger.message("queued", BOB).uid for _ in range(bulk.BATCH + 5)]
        other = ledger.message("queued", ANNA).uid
    question = ask(ana, "cancel", all="1", to="06 39 98 00 02", next="/messages")
    assert f"Cancel {len(made)} messages?" in question
    late = ledger.message("queued", BOB).uid
    page = confirm(ana, question)
    path = re.search(r"/messages/work/[\w-]+", page)
    assert path
    assert rounds.of(app).errands.rest(PATIENCE)
    page = ana.read(path[0].removesuffix("/stop"))
    assert f"{len(made)} messages are canceled." in page
    assert 'value="100"' in page
    assert "data-running" not in page
    assert {state(uid) for uid in made} == {"canceled"}
    assert [state(uid) for uid in (other, late)] == ["queued", "queued"]


def test_many_that_are_named_are_dealt_with_behind_the_page_too(app: Flask, ana: Visitor) -> None:
    uids = [f"{number:032x}" for number in range(several.AT_ONCE + 1)]
    ana.client.get("/messages")
    page = post(ana, "/messages/several", form_at="/calendar", answer="cancel", uid=uids, sure="1")
    path = re.search(r"/messages/work/[\w-]+", page)
    assert path
    assert rounds.of(app).errands.rest(PATIENCE)
    assert f"{len(uids)} × There is no message" in ana.read(path[0].removesuffix("/stop"))


def test_a_round_that_is_stopped_leaves_the_rest(app: Flask, ana: Visitor, ledger: Ledger) -> None:
    """Stopped before it begins: the first batch is its last."""
    with database.connection(), database.transaction():
        made = [ledger.message("queued").uid for _ in range(2 * bulk.BATCH + 5)]
    with app.test_request_context(), database.connection():
        steps = bulk.to_all("cancel", Filter(), 2**40, "page:ana", ledger.clock.now)
        going = rounds.of(app)
        round = Round("known", "cancel", len(made))
        round.stopped.set()
        going.start(round, steps, app.extensions["chappe"])
    assert going.errands.rest(PATIENCE)
    page = ana.read("/messages/work/known")
    assert f"Stopped after {bulk.BATCH} of {len(made)}" in page
    states = [state(uid) for uid in made]
    assert (states.count("canceled"), states.count("queued")) == (bulk.BATCH, bulk.BATCH + 5)


def test_a_round_that_nobody_remembers_says_where_to_look(ana: Visitor) -> None:
    assert "Nobody remembers that work any more." in ana.read("/messages/work/unknown", expect=404)


def test_who_writes_answers_for_their_own_only(
    writer: Visitor, ledger: Ledger, later: Callable[..., str]
) -> None:
    own, others = later(source="page:bob"), later(24)
    page = writer.read("/messages")
    assert f'name="uid" value="{own}"' in page
    assert f'name="uid" value="{others}"' not in page
    assert "on the other pages too" not in page
    ask(writer, "cancel", own, others, expect=403)
    ask(writer, "cancel", expect=403, all="1")
    writer.client.get("/messages.csv")
    assert writer.client.get("/messages.csv").status_code == 403
    assert "Cancel 1 message?" in ask(writer, "cancel", own)
    post(writer, f"/messages/{others}/reschedule", expect=403, at="2026-11-30T10:00")
    assert state(others) == "scheduled"


# ---- a sheet -------------------------------------------------------------------------------------


def test_what_matches_is_saved_as_a_sheet_in_which_nothing_is_a_formula(ana: Visitor, ledger: Ledger) -> None:
    ledger.message("failed", ANNA, "=HYPERLINK(1)")
    ledger.message("delivered", BOB, 'with "quotes",\nand lines')
    answer = ana.client.get("/messages.csv?state=failed")
    assert answer.mimetype == "text/csv"
    assert answer.get_data(as_text=True).startswith("\ufeffID,Written,")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [(row["To"], row["Text"], row["State"]) for row in rows] == [
        (f"'{ANNA}", "'=HYPERLINK(1)", "Failed")
    ]
    both = ana.client.get("/messages.csv").get_data(as_text=True)
    assert len(list(csv.reader(io.StringIO(both)))) == 3
    with database.connection():
        noted = Audit.select().where(Audit.action == "messages_exported")
        assert [row.facts for row in noted] == [{"state": "failed"}, {}]


# ---- another hour --------------------------------------------------------------------------------


def test_a_message_gets_another_hour_on_its_page(ana: Visitor, later: Callable[..., str]) -> None:
    uid = later()
    page = ana.send(f"/messages/{uid}/reschedule", form_at=f"/messages/{uid}", at="2026-11-27T15:30")
    assert "Leaves Fri 27 Nov, 15:30." in page
    assert "Moved to another hour" in page
    assert "It leaves at the hour that ana chose." in page
    with database.connection():
        assert lookup.message(uid).until.isoformat() == "2026-11-27T14:30:00+00:00"


def test_an_hour_outside_the_allowed_ones_says_when_it_really_leaves(
    ana: Visitor, later: Callable[..., str], ledger: Ledger
) -> None:
    with database.connection():
        agree(ANNA, ledger.clock.now())
    uid = later(category="marketing")
    page = ana.send(f"/messages/{uid}/reschedule", form_at=f"/messages/{uid}", at="2026-11-29T15:30")
    assert "Leaves Mon 30 Nov, 08:00. It is outside the allowed hours" in page


@pytest.mark.parametrize(
    ("typed", "words"), [("", "Choose the day and the hour"), ("2026-11-01T10:00", "is in the past")]
)
def test_an_hour_that_is_none_is_refused_at_its_field(
    ana: Visitor, later: Callable[..., str], typed: str, words: str
) -> None:
    uid = later()
    page = ana.send(f"/messages/{uid}/reschedule", expect=422, form_at=f"/messages/{uid}", at=typed)
    assert words in page
    assert 'aria-describedby="at-fault"' in page
    assert state(uid) == "scheduled"


def test_what_has_left_gets_no_other_hour(ana: Visitor, ledger: Ledger, later: Callable[..., str]) -> None:
    uid = later()
    with database.connection():
        Message.update(state="sent").where(Message.uid == uid).execute()
        lookup.message(uid)
    assert "/reschedule" not in ana.read(f"/messages/{uid}")


def test_a_message_page_leads_to_the_card_and_sends_now(ana: Visitor, later: Callable[..., str]) -> None:
    uid = later()
    page = ana.read(f"/messages/{uid}")
    assert f'href="/contacts/{ANNA}"' in page
    assert "Send now" in page
    ana.send("/attention/release", form_at=f"/messages/{uid}", uid=uid, next=f"/messages/{uid}")
    assert state(uid) == "queued"
