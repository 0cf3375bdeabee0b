"""Writing: what is refused says where and how to mend it, keeps what was typed, and sends nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from fakes import FakeClock
from journeys.visitor import Ledger, Visitor

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
    assert "In the queue" in page


def test_a_number_typed_as_people_do_is_understood(ana: Visitor) -> None:
    assert "+33 6 39 98 00 01" in ana.send("/write", **{**GOOD, "to": "06 39 98 00 01"})


def test_several_recipients_get_a_message_each(ana: Visitor) -> None:
    page = ana.send("/write", **{**GOOD, "to": "+33639980001\r\n06 39 98 00 02, +33639980003;"})
    assert "3 messages were taken." in page
    assert page.count("row-item") == 3


def test_a_bad_recipient_does_not_spoil_the_others_and_stays_in_the_form(ana: Visitor) -> None:
    page = ana.send("/write", expect=422, **{**GOOD, "to": "+33639980001\nO6"})
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
    ("query", "category", "sentence"),
    [
        ("", "marketing", "Leaves at once."),
        ("?when=later&at=2026-11-24T09:30", "notification", "Leaves tomorrow 09:30."),
        ("?when=later&at=2026-11-29T21:00", "marketing", "Leaves Mon 30 Nov, 08:00. Marketing leaves Monday"),
        ("?when=later&at=rubbish", "otp", "Leaves at once."),
    ],
)
def test_the_page_says_when_each_category_would_leave(
    ana: Visitor, query: str, category: str, sentence: str
) -> None:
    departures = ana.client.get(f"/write/departure{query}").get_json()["departures"]
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
    ana.send("/write", **{**GOOD, "to": "+33639980001\n+33639980002"})
    page = ana.send("/write", expect=409, **{**GOOD, "to": "+33639980002\n+33639980003\nO6\n+33639980001"})
    notice = page.partition('class="twins"')[2].partition("</ul>")[0]
    assert "The same text went to 2 of these numbers a moment ago." in notice
    assert re.findall(r"\+33 6 39 98 00 0\d", notice) == ["+33 6 39 98 00 02", "+33 6 39 98 00 01"]
    assert rows(ana) == 2
    left = ana.send("/write", expect=422, **{**GOOD, **question(page)})
    assert "3 messages were taken; the recipients below were refused." in left
    assert rows(ana) == 5


def test_many_same_ones_are_not_all_listed(ana: Visitor) -> None:
    several = "\n".join(f"+3363998000{digit}" for digit in range(8))
    ana.send("/write", **{**GOOD, "to": several})
    assert "and 3 more" in ana.send("/write", expect=409, **{**GOOD, "to": several})


def test_after_ten_minutes_or_for_what_was_canceled_nobody_is_asked(ana: Visitor, clock: FakeClock) -> None:
    uid = re.search(r"<code>(\w{32})</code>", ana.send("/write", **GOOD))
    assert uid
    ana.send(f"/messages/{uid[1]}/cancel", form_at=f"/messages/{uid[1]}")
    ana.send("/write", **GOOD)
    clock.move(timedelta(minutes=10))
    ana.send("/write", **GOOD)
    assert rows(ana) == 3
