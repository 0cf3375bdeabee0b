"""Writing: what is refused says where and how to mend it, keeps what was typed, and sends nothing."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from fakes import FakeClock
from gateway import letters, rulebook
from gateway.consent import ledger as consents
from gateway.letters import Business
from gateway.modems import budgets
from gateway.policy.budgets import Limits
from gateway.store import database
from journeys.visitor import Ledger, Visitor
from people import TICKED, agree

GOOD = {"to": "+33639980001", "text": "Bonjour", "category": "notification", "when": "now"}

REFUSED = [
    ({"to": ""}, "to", "Give a number."),
    ({"to": "O639980001"}, "to", "letter O for a zero"),
    ({"to": "12"}, "to", "not a possible number"),
    ({"text": "  "}, "text", "Write a text."),
    ({"text": "a" * 1600}, "text", "at most 10 are sent"),
    ({"text": "bell \x07"}, "text", "U+0007"),
    ({"when": "later", "at": ""}, "at", "Choose the day and the hour"),
    ({"when": "later", "at": "2020-01-01T10:00"}, "at", "in the past"),
    ({"when": "later", "at": "2030-01-01T10:00"}, "at", "within 366 days"),
    ({"category": "gossip"}, "category", "no category “gossip”"),
]


def ask(visitor: Visitor, path: str, **values: str) -> dict[str, Any]:
    """What the page's script is answered."""
    answer: dict[str, Any] = json.loads(visitor.send(path, form_at="/write", **values))
    return answer


def shown(page: str, field: str) -> str:
    """What a field holds on the page."""
    found = re.search(rf'<textarea[^>]*id="{field}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize(("change", "field", "sentence"), REFUSED)
def test_what_is_wrong_is_named_at_its_field_and_nothing_is_sent(
    ana: Visitor, change: dict[str, str], field: str, sentence: str
) -> None:
    typed = {**GOOD, **change}
    page = ana.send("/write", expect=422, **typed)
    fault = page.partition(f'id="{field}-fault"')[2].partition("</p>")[0]
    assert sentence in fault
    assert shown(page, "to") == typed["to"]
    assert shown(page, "text") == typed["text"]
    assert "No message yet." in ana.read("/messages")


def test_a_message_is_taken_and_its_page_says_so_calmly(ana: Visitor) -> None:
    page = ana.send("/write", **GOOD)
    assert "Taken and written down." in page
    assert "+33 6 39 98 00 01" in page
    assert "It waits a moment, so that it can still be taken back." in page


def test_a_number_typed_as_people_do_is_understood(ana: Visitor) -> None:
    assert "+33 6 39 98 00 01" in ana.send("/write", **{**GOOD, "to": "06 39 98 00 01"})


def test_several_recipients_get_a_message_each(ana: Visitor) -> None:
    to = "+33639980001\r\n06 39 98 00 02, +33639980003;"
    page = ana.send("/write", **{**GOOD, "to": to}, action="confirm")
    assert "3 messages were taken." in page
    assert page.count("row-item") == 3


def test_a_bad_recipient_does_not_spoil_the_others_and_stays_in_the_form(ana: Visitor) -> None:
    page = ana.send("/write", expect=422, **{**GOOD, "to": "+33639980001\nO6"}, action="confirm")
    assert "1 message was taken; the recipients below were refused." in page
    assert shown(page, "to") == "O6"
    assert "+33 6 39 98 00 01" in ana.read("/messages")


def test_the_same_form_sent_twice_sends_one_message(ana: Visitor) -> None:
    for _ in range(2):
        ana.send("/write", **GOOD, key="one-form")
    assert ana.read("/messages").count("row-item") == 1


def test_a_form_that_sent_something_else_before_asks_and_then_sends(ana: Visitor) -> None:
    ana.send("/write", **GOOD, key="one-form")
    page = ana.send("/write", expect=409, **{**GOOD, "text": "Autre chose"}, key="one-form")
    assert "has sent another message already" in page
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key
    assert "Autre chose" in ana.send("/write", **{**GOOD, "text": "Autre chose"}, key=key[1])


def test_checking_shows_the_cost_and_sends_nothing(ana: Visitor) -> None:
    page = ana.send("/write", **{**GOOD, "text": "l’été, l’œuf"}, action="check")
    assert '<dd data-show="alphabet">UCS-2</dd>' in page
    assert "<kbd>’</kbd> ×2" in page
    assert "l'été, l'oeuf" in page
    assert "No message yet." in ana.read("/messages")


def test_the_cheaper_spelling_replaces_the_text_and_sends_nothing(ana: Visitor) -> None:
    page = ana.send("/write", **{**GOOD, "text": "l’été"}, action="cheaper")
    assert shown(page, "text") == "l'été"
    assert "No message yet." in ana.read("/messages")


def test_an_invisible_culprit_is_shown_by_its_code(ana: Visitor) -> None:
    assert "<kbd>U+200B</kbd>" in ana.send("/write", **{**GOOD, "text": "a\u200bb"}, action="check")


def test_a_later_hour_is_the_appliances_own_and_the_message_waits_for_it(ana: Visitor) -> None:
    page = ana.send("/write", **{**GOOD, "when": "later", "at": "2026-11-24T09:30"})
    assert "Scheduled" in page
    assert "2026-11-24T09:30:00+01:00" in page
    assert "tomorrow 09:30" in page


@pytest.mark.parametrize(
    ("hour", "category", "sentence"),
    [
        ("", "marketing", "Leaves at once."),
        ("2026-11-24T09:30", "notification", "Leaves tomorrow 09:30."),
        (
            "2026-11-29T21:00",
            "marketing",
            "Leaves Mon 30 Nov, 08:00. It is outside the allowed hours",
        ),
        ("rubbish", "otp", "Leaves at once."),
    ],
)
def test_the_page_says_when_each_category_would_leave(
    ana: Visitor, hour: str, category: str, sentence: str
) -> None:
    when = {"when": "later", "at": hour} if hour else {}
    departures = ask(ana, "/write/departure", **when)["departures"]
    assert departures[category].replace("\u00a0", " ").startswith(sentence)


def test_a_form_may_come_filled_in(ana: Visitor) -> None:
    page = ana.read("/write?to=%2B33639980007&text=On d%C3%A9jeune ?")
    assert shown(page, "to") == "+33639980007"
    assert shown(page, "text") == "On déjeune ?"


def test_too_much_text_for_a_form_is_refused_without_a_fault(ana: Visitor, ledger: Ledger) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', ana.read("/write"))
    assert token
    filled = {**GOOD, "csrf_token": token[1], "text": "a" * 70_000}
    assert ana.client.post("/write", data=filled).status_code == 413


# ---- the same text to the same number ------------------------------------------------------------


def question(page: str) -> dict[str, str]:
    """What the question's own button would send: the form as it stands."""
    hidden = dict(re.findall(r'type="hidden" name="(key|sure)" value="([^"]+)"', page))
    return {**hidden, "to": shown(page, "to"), "text": shown(page, "text"), "action": "again"}


def rows(visitor: Visitor) -> int:
    return visitor.read("/messages").count("row-item")


def test_the_same_text_to_the_same_number_is_asked_about_and_nothing_is_sent(
    ana: Visitor, clock: FakeClock
) -> None:
    ana.send("/write", **GOOD)
    clock.move(timedelta(minutes=3))
    page = ana.send("/write", expect=409, **{**GOOD, "to": "06 39 98 00 01"})
    asked = re.sub(r"<[^>]*>", "", page)
    assert "The same text went to this number 3 min ago. Send it once more?" in asked
    assert re.search(r'href="/messages/\w{32}"[^>]*><svg.*?</svg>Look at it', page)
    assert shown(page, "to") == "06 39 98 00 01"
    assert rows(ana) == 1


def test_the_answer_sends_it_once_more(ana: Visitor) -> None:
    ana.send("/write", **GOOD)
    page = ana.send("/write", expect=409, **GOOD)
    assert "Taken and written down." in ana.send("/write", **{**GOOD, **question(page)})
    assert rows(ana) == 2


def test_sending_without_the_answer_is_asked_again(ana: Visitor) -> None:
    ana.send("/write", **GOOD)
    answer = question(ana.send("/write", expect=409, **GOOD))
    ana.send("/write", expect=409, **{**GOOD, **answer, "action": "send"})
    ana.send("/write", expect=409, **{**GOOD, **answer, "sure": ""})
    assert rows(ana) == 1


@pytest.mark.parametrize("change", [{"to": "+33639980002"}, {"text": "Bonsoir"}])
def test_an_answer_is_for_that_text_and_that_number_alone(ana: Visitor, change: dict[str, str]) -> None:
    ana.send("/write", **GOOD)
    answer = question(ana.send("/write", expect=409, **GOOD))
    ana.send("/write", **{**GOOD, **change})
    ana.send("/write", expect=409, **{**GOOD, **answer, **change})
    assert rows(ana) == 2


def test_of_several_recipients_only_the_same_ones_are_named_and_none_is_written_to_yet(ana: Visitor) -> None:
    ana.send("/write", **{**GOOD, "to": "+33639980001\n+33639980002"}, action="confirm")
    to = "+33639980002\n+33639980003\nO6\n+33639980001"
    page = ana.send("/write", expect=409, **{**GOOD, "to": to})
    notice = page.partition('class="twins"')[2].partition("</ul>")[0]
    assert "The same text went to 2 of these numbers a moment ago." in notice
    assert re.findall(r"\+33 6 39 98 00 0\d", notice) == ["+33 6 39 98 00 02", "+33 6 39 98 00 01"]
    assert rows(ana) == 2
    ana.send("/write", expect=409, **{**GOOD, "to": to}, action="confirm")  # not without the answer
    left = ana.send("/write", expect=422, **hidden(page), action="confirm")
    assert "3 messages were taken; the recipients below were refused." in left
    assert rows(ana) == 5


def test_many_same_ones_are_not_all_listed(ana: Visitor) -> None:
    several = "\n".join(f"+3363998000{digit}" for digit in range(8))
    ana.send("/write", **{**GOOD, "to": several}, action="confirm")
    assert "and 3 more" in ana.send("/write", expect=409, **{**GOOD, "to": several})


def test_after_ten_minutes_or_for_what_was_canceled_nobody_is_asked(ana: Visitor, clock: FakeClock) -> None:
    uid = re.search(r"<code>(\w{32})</code>", ana.send("/write", **GOOD))
    assert uid
    ana.send(f"/messages/{uid[1]}/cancel", form_at=f"/messages/{uid[1]}")
    ana.send("/write", **GOOD)
    clock.move(timedelta(minutes=10))
    ana.send("/write", **GOOD)
    assert rows(ana) == 3


# ---- what would become of it, before anything is queued ------------------------------------------

PEOPLE = "\n".join(f"+3363998000{digit}" for digit in range(4))
OFFER = {"to": PEOPLE, "text": "Boulangerie : -20 % samedi", "category": "marketing", "when": "now"}


def hidden(page: str) -> dict[str, str]:
    """What the rehearsal's own buttons send along: the form as it was."""
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.partition('action="/write"')[2])
    return {name: value for name, value in found if name != "csrf_token"}


def told(page: str) -> str:
    """The page's own words, in one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.partition('<main id="main"')[2]).split())


@pytest.fixture
def agreed(ledger: Ledger) -> None:
    """The first three agreed to marketing; the second one took it back."""
    with database.connection():
        for number in PEOPLE.split()[:3]:
            agree(number, ledger.clock.now())
        consents.oppose(PEOPLE.split()[1], "marketing", TICKED, ledger.clock.now())


def test_several_people_are_rehearsed_and_nothing_is_sent_before_the_answer(ana: Visitor) -> None:
    page = ana.send("/write", **{**GOOD, "to": f"{PEOPLE}\n06 39 98 00 01\nO6"})
    words = told(page)
    assert "Nothing was sent yet." in words
    assert "4 leave now" in words
    assert "1 cannot get it “O6” holds “O”" in words
    assert "1 came twice, and gets it once" in words
    assert "Parts in all 4 Takes 12 s" in words
    assert "Phones may ring" not in words  # a notification leaves at any hour
    assert rows(ana) == 0
    sent = ana.send("/write", expect=422, **hidden(page), action="confirm")
    assert "4 messages were taken; the recipients below were refused." in sent
    assert (shown(sent, "to"), rows(ana)) == ("O6", 4)


def test_to_change_gives_the_form_back_as_it_was(ana: Visitor) -> None:
    page = ana.send("/write", **{**GOOD, "to": PEOPLE, "text": "Bonjour\r\nà tous"})
    form = ana.send("/write", **hidden(page), action="change")
    assert (shown(form, "to"), shown(form, "text")) == (PEOPLE, "Bonjour\r\nà tous")
    assert rows(ana) == 0


def test_marketing_to_one_person_is_rehearsed_too(ana: Visitor, agreed: None) -> None:
    page = ana.send("/write", **{**OFFER, "to": "+33639980000"})
    assert "Boulangerie : -20 % samedi Reply STOP" in page
    assert "Send to 1 person" in page
    assert "Taken and written down." in ana.send("/write", **hidden(page), action="confirm")


def test_each_persons_lot_is_told_by_its_reason(ana: Visitor, agreed: None) -> None:
    page = ana.send("/write", **OFFER)
    words = told(page)
    assert "2 leave now" in words
    assert "1 does not leave They asked for no more marketing." in words
    assert "1 does not leave Nobody recorded that they agreed to marketing." in words
    assert "Send to 2 people" in words
    after = ana.send("/write", **hidden(page), action="confirm")
    assert "2 messages were taken." in after
    assert "2 messages were refused by a rule; each says which." in after


def test_where_nobody_may_get_it_there_is_nothing_to_send(ana: Visitor) -> None:
    page = ana.send("/write", **OFFER)
    assert "There is nobody to whom it may go." in page
    assert 'value="confirm"' not in page
    assert 'value="change"' in page


def test_it_says_until_when_and_how_it_goes_on(ana: Visitor, agreed: None, clock: FakeClock) -> None:
    clock.move(timedelta(hours=7, minutes=59, seconds=57))  # 19:59:57
    words = told(ana.send("/write", **OFFER))
    assert "It does not end before the hours do: what is left then goes on tomorrow 08:00 ." in words
    clock.move(timedelta(seconds=3))
    words = told(ana.send("/write", **OFFER))
    assert "2 leave later: tomorrow 08:00 It is outside the allowed hours where they live" in words
    assert "Begins tomorrow 08:00" in words
    assert "Phones may ring until tomorrow 20:00" in words


def test_the_cost_and_the_sims_room_are_told(ana: Visitor, ledger: Ledger) -> None:
    with database.connection():
        rulebook.choose_price("4,5", "EUR", "page:ana", ledger.clock.now())
        budgets.choose("sim1", Limits(day=2), "page:ana", ledger.clock.now())
    words = told(ana.send("/write", **{**GOOD, "to": PEOPLE}))
    assert "Cost €0.18" in words
    assert "room for 2 of these people today, and for all of them within 2 days." in words
    assert "Parts per day : 0 used, all of it would make 4; the most is 2." in words.replace("day:", "day :")
    with database.connection():
        budgets.choose("sim1", Limits(day=200), "page:ana", ledger.clock.now())
    assert "has room for all of it today." in told(ana.send("/write", **{**GOOD, "to": PEOPLE}))
    assert "room" not in told(ana.send("/write", **{**GOOD, "to": PEOPLE, "category": "alert"}))


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"text": ""}, "text", "Write a text."),
        ({"text": "Voir https://lea"}, "text", "leads nowhere"),
        ({"category": "gossip"}, "category", "no category “gossip”"),
        ({"to": "O6\n12"}, "to", "letter O for a zero"),
        ({"to": "O6"}, "to", "letter O for a zero"),
        ({"when": "later", "at": "2020-01-01T10:00"}, "at", "in the past"),
    ],
)
def test_what_cannot_be_sent_at_all_comes_back_in_the_form(
    ana: Visitor, change: dict[str, str], field: str, sentence: str
) -> None:
    page = ana.send("/write", expect=422, **{**OFFER, **change})
    assert sentence in page.partition(f'id="{field}-fault"')[2].partition("</p>")[0]


def test_the_form_says_what_marketing_lacks_and_counts_what_is_added(ana: Visitor, ledger: Ledger) -> None:
    with database.connection():
        letters.choose_business(Business("Léa"), "page:ana", ledger.clock.now())
    page = ana.send("/write", **{**OFFER, "text": "a" * 155}, action="check")
    assert "Say who writes: the text does not name Léa." in page
    assert "“Reply STOP” is added" in page
    assert '<dd data-show="parts">2</dd>' in page
    assert '<dd data-show="characters">166</dd>' in page
    page = ana.send("/write", **{**OFFER, "text": "Léa a fêté ça"}, action="check")
    assert '<blockquote class="lines" data-show="cheaper">Léa a feté ca</blockquote>' in page
    page = ana.send("/write", **{**OFFER, "text": "a" * 155, "category": "alert"}, action="check")
    assert '<dd data-show="parts">1</dd>' in page
    assert "is added" not in page


def test_what_is_asked_while_one_types_is_answered_for_that_category(ana: Visitor) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', ana.read("/write"))
    assert token

    def measured(**typed: str) -> Any:
        return ana.client.post("/write/measure", data={"csrf_token": token[1], **typed}).get_json()

    assert measured(text="-20 % ", category="marketing") == {
        "added": " Reply STOP",
        "findings": [{"wrong": False, "words": "“Reply STOP” is added: everybody must be able to stop it."}],
    }
    for typed in ({"text": "-20 %", "category": "alert"}, {"text": " ", "category": "marketing"}):
        assert measured(**typed) == {"added": "", "findings": []}
    assert measured(text="x", category="gossip") == {"added": "", "findings": []}
    shouted = measured(text="VENEZ VITE CE SAMEDI, TOUT EST BEAU bit.ly/x STOP", category="marketing")
    assert [found["wrong"] for found in shouted["findings"]] == [False, False]
    assert "bit.ly" in shouted["findings"][0]["words"]
    assert "CAPITALS" in shouted["findings"][1]["words"]
    assert (
        ana.client.post("/write/measure", data={"text": "x"}).status_code == 400
    )  # without the form's token
