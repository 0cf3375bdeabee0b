"""What needs a person: it is shown in plain words, and the answers do what they say."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from fakes import FakeClock
from gateway.config import Config
from gateway.messages import decisions, lifecycle, lookup, outbox, retries, waiting
from gateway.messages.gathering import Judge
from gateway.messages.lifecycle import Event, Step
from gateway.messages.outbox import Caller, Draft
from gateway.store import database
from journeys.visitor import Ledger, Visitor
from people import agree

Make = Callable[..., str]
THREE_PARTS = "a" * 153 + "b" * 153 + "c" * 10


@pytest.fixture
def lost(ledger: Ledger, clock: FakeClock) -> Make:
    """The uid of a message of which the modem took every part, or `parts` of them, without an answer."""

    def make(text: str = "Bonjour", category: str = "notification", parts: slice = slice(None)) -> str:
        caller = Caller("key:shop", ledger.site.appliance, ledger.site.modem_names, ledger.ids)
        with database.connection(), database.transaction():
            agree("+33639980001", clock.now())
            message = outbox.submit(Draft("+33639980001", text, category), caller, clock.now())
            for part in lookup.parts(message):
                lifecycle.advance(message, [part], Step(Event.CLAIM, clock.now()), modem="sim1")
            for part in lookup.parts(message)[parts]:
                lifecycle.advance(message, [part], retries.lost(message, "no_answer", "x", clock.now()))
            for part in lookup.parts(message):
                if part.state == "sending":
                    lifecycle.advance(message, [part], Step(Event.ACCEPT, clock.now()), reference=part.seq)
        return str(message.uid)

    return make


@pytest.fixture
def failed(lost: Make, clock: FakeClock) -> Make:
    """The uid of a message that was given up."""

    def make(text: str = "Went wrong") -> str:
        uid = lost(text, "otp")
        with database.connection(), database.transaction():
            message = lookup.message(uid)
            lifecycle.advance(message, lookup.parts(message), Step(Event.GIVE_UP, clock.now(), "never_twice"))
        return uid

    return make


def state(uid: str) -> str:
    with database.connection():
        return str(lookup.message(uid).state)


def words(page: str) -> str:
    """A page as one reads it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))


def answer(visitor: Visitor, decision: str, *uids: str, back: str = "/attention") -> str:
    """Tick these messages and answer for them; the page one comes to."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.read("/attention"))
    assert token
    form = {"csrf_token": token[1], "next": back, "uid": list(uids)}
    done = visitor.client.post(f"/attention/{decision}", data=form)
    assert done.location == back
    return visitor.read(back)


OUTLOOK = [
    ("notification", "12:10; without one it is sent again by itself."),
    ("alert", "12:10; without one it is sent again by itself."),
    ("otp", "12:10; without one it is given up."),
    ("marketing", "12:10; without one it waits for you."),
]


@pytest.mark.parametrize(("category", "outlook"), OUTLOOK)
def test_an_uncertain_message_says_what_happened_and_until_when_its_report_is_awaited(
    ana: Visitor, lost: Make, category: str, outlook: str
) -> None:
    uid = lost("Who knows", category)
    for path in ("/attention", f"/messages/{uid}"):
        page = words(ana.read(path))
        assert "nobody knows whether it left" in page
        assert f"Its report is awaited until {outlook}" in page
        assert "it may arrive twice, and is paid again" in page


def test_what_waits_for_a_person_says_so_and_comes_first(
    ana: Visitor, site: Config, lost: Make, clock: FakeClock
) -> None:
    lost("an offer", "marketing")
    clock.move(retries.GRACE)
    with database.connection():
        waiting.release(Judge(site.appliance), clock.now())
    lost("a notice")
    page = words(ana.read("/attention"))
    assert "a person decides" in page
    assert "Its report has not come. One that still comes settles it by itself." in page
    assert page.index("an offer") < page.index("a notice")


def test_what_failed_says_why_and_may_only_be_sent_again(ana: Visitor, failed: Make) -> None:
    uid = failed()
    for path in ("/attention", f"/messages/{uid}"):
        page = ana.read(path)
        assert "A second code would confuse" in page
        assert "/attention/again" in page
        assert "/attention/left" not in page


@pytest.mark.parametrize(
    ("decision", "becomes", "said"),
    [("left", "sent", "1 message counts as sent."), ("again", "queued", "1 message is sent again.")],
)
def test_an_answer_is_obeyed_and_kept_with_who_gave_it(
    ana: Visitor, lost: Make, decision: str, becomes: str, said: str
) -> None:
    uid = lost()
    page = answer(ana, decision, uid)
    assert said in page
    assert "Nothing needs you." in page
    assert state(uid) == becomes
    assert re.search(r"\bana (says that it left|had it sent again)\.", words(ana.read(f"/messages/{uid}")))


@pytest.fixture
def late(ledger: Ledger, clock: FakeClock, site: Config) -> Make:
    """The uid of a message that was found a day after its hour."""

    def make(text: str = "Your appointment is today") -> str:
        caller = Caller("key:shop", ledger.site.appliance, ledger.site.modem_names, ledger.ids)
        hour = clock.now() + timedelta(hours=1)
        with database.connection():
            uid = outbox.submit(Draft("+33639980001", text, send_at=hour), caller, clock.now()).uid
            clock.move(timedelta(hours=25))
            waiting.release(Judge(site.appliance), clock.now())
        return str(uid)

    return make


@pytest.mark.parametrize(
    ("decision", "becomes", "said"),
    [
        ("release", "queued", "1 message stands in the queue."),
        ("cancel", "canceled", "1 message is canceled."),
    ],
)
def test_what_was_found_too_late_waits_for_a_word_in_a_group_of_its_own(
    ana: Visitor, late: Make, lost: Make, decision: str, becomes: str, said: str
) -> None:
    uid = late()
    lost()
    page = ana.read("/attention")
    assert page.index("Is it still to leave?") < page.index("Perhaps they left")
    assert "It was found 1440 minutes after its hour" in page
    assert '<span>To decide</span><span class="count">2</span>' in page
    page = answer(ana, decision, uid)
    assert said in page
    assert "Is it still to leave?" not in page
    assert state(uid) == becomes


def test_several_that_are_late_are_answered_for_at_once(ana: Visitor, late: Make) -> None:
    uids = [late("one"), late("two")]
    page = ana.read("/attention")
    assert page.index("Send them now") < page.index("Cancel them")
    assert "2 messages stand in the queue." in answer(ana, "release", *uids)
    assert [state(uid) for uid in uids] == ["queued", "queued"]


def test_the_page_of_the_message_answers_too_and_one_stays_there(ana: Visitor, lost: Make) -> None:
    uid = lost()
    page = answer(ana, "left", uid, back=f"/messages/{uid}")
    assert "1 message counts as sent." in page
    assert "/attention/" not in page


@pytest.mark.parametrize("where", ["queued", "sending", "sent", "delivered", "canceled", "rejected"])
def test_what_is_settled_or_still_on_its_way_is_not_asked_about(
    ana: Visitor, ledger: Ledger, where: str
) -> None:
    message = ledger.message(where)
    assert "/attention/" not in ana.read(f"/messages/{message.uid}")
    assert "Nothing needs you." in ana.read("/attention")


def test_several_are_answered_at_once_and_the_others_are_left_alone(
    ana: Visitor, lost: Make, failed: Make
) -> None:
    uids, other = [lost(f"number {index}") for index in range(3)], lost("not this one")
    broken = failed()
    page = answer(ana, "again", *uids, broken)
    assert "4 messages are sent again." in page
    assert [state(uid) for uid in (*uids, broken, other)] == ["queued"] * 4 + ["uncertain"]


def test_what_changed_meanwhile_is_said_and_does_not_spoil_the_others(ana: Visitor, lost: Make) -> None:
    first, second = lost("first"), lost("second")
    answer(ana, "left", first)
    page = answer(ana, "left", first, second, "0" * 32)
    assert "1 message counts as sent." in page
    assert "There is nothing uncertain about it: sent." in page
    assert f"There is no message {'0' * 32}." in page
    assert state(second) == "sent"


def test_an_answer_for_none_changes_nothing_and_says_what_to_do(ana: Visitor, lost: Make) -> None:
    uid = lost()
    assert "tick a message first" in answer(ana, "again")
    assert state(uid) == "uncertain"


def test_an_answer_that_is_none_does_nothing(ana: Visitor, lost: Make) -> None:
    uid = lost()
    assert "There is no such page" in ana.send("/attention/forget", expect=404, form_at="/attention", uid=uid)
    assert state(uid) == "uncertain"


def test_an_answer_never_leads_off_the_appliance(ana: Visitor, lost: Make) -> None:
    page = ana.send("/attention/left", form_at="/attention", uid=lost(), next="https://evil.example/")
    assert "Ready to send and to receive." in page


def test_all_may_be_ticked_at_once_and_one_alone_needs_no_tick(ana: Visitor, lost: Make) -> None:
    lost("one")
    assert 'type="checkbox"' not in ana.read("/attention")
    lost("two")
    assert len(re.findall(r'type="checkbox"[^>]*>', ana.read("/attention"))) == 2
    assert len(re.findall(r'type="checkbox"[^>]* checked>', ana.read("/attention?all=1"))) == 2


def test_of_several_parts_it_is_said_that_those_which_arrived_stay(ana: Visitor, lost: Make) -> None:
    lost(THREE_PARTS, parts=slice(1, 2))
    assert "Parts that arrived are not sent again." in ana.read("/attention")


def test_home_and_menu_lead_there_only_while_somebody_is_needed(
    ana: Visitor, lost: Make, failed: Make, clock: FakeClock
) -> None:
    assert 'href="/attention"' not in ana.read("/")
    uid = lost()
    failed()
    for path in ("/", "/messages", "/help"):
        rail = ana.read(path).partition("</header>")[0]
        assert re.search(
            r'href="/attention"[^>]*>.*?<span>To decide</span><span class="count">2</span>', rail
        )
    card = ana.read("/").partition('id="troubled"')[2].partition("</section>")[0]
    assert "1 message is uncertain" in card
    assert 'href="/attention"' in card
    answer(ana, "left", uid)
    clock.move(decisions.RECENT)
    assert 'href="/attention"' not in ana.read("/messages")


def test_the_frame_of_a_page_that_a_stranger_sees_tells_nothing(stranger: Visitor, lost: Make) -> None:
    lost()
    assert "To decide" not in stranger.read("/sign-in")


def test_a_database_that_gives_no_answer_still_gets_a_calm_page(ana: Visitor, lost: Make) -> None:
    lost()
    with database.connection():
        database.db.execute_sql("ALTER TABLE messages RENAME TO elsewhere")
    page = ana.read("/attention", expect=503)
    assert "The database is busy" in page
    assert "Back to the home page" in page
