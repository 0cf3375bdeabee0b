"""What the judge gathers for the gate: the contact, the address, the number, and what people chose."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

import pytest

from fakes import FakeClock
from gateway import rulebook
from gateway.contacts import book
from gateway.messages.gathering import Judge
from gateway.policy.rulebook import Caps
from law import PARIS, PHONES, hour, place

if TYPE_CHECKING:
    from conftest import Bench
    from gateway.policy.territories import Place

# Who; the phone; what the book says of the person; where the rules take them to be.
PEOPLE: list[tuple[str, str, book.Entry | None, Place]] = [
    ("nobody in the book", "La Réunion", None, place("La Réunion")),
    ("a name alone", "La Réunion", book.Entry("Ana"), place("La Réunion")),
    (
        "an address in Strasbourg",
        "France",
        book.Entry("Ana", None, "67000"),
        place("France", postcode="67000"),
    ),
    ("an address overseas", "France", book.Entry("Ana", None, "97133"), place("France", postcode="97133")),
    (
        "an address in Paris",
        "Guadeloupe",
        book.Entry("Ana", None, "75001"),
        place("France", postcode="75001"),
    ),
    ("a zone", "France", book.Entry("Ana", "America/Cayenne"), place("France", zone="America/Cayenne")),
    (
        "both: the zone wins",
        "France",
        book.Entry("Ana", "Pacific/Wallis", "67000"),
        place("France", "67000", "Pacific/Wallis"),
    ),
    ("a postcode of no French phone", "America", book.Entry("Ana", None, "67000"), place("America")),
    (
        "a zone abroad",
        "America",
        book.Entry("Ana", "Pacific/Honolulu"),
        place("America", zone="Pacific/Honolulu"),
    ),
]


@pytest.mark.parametrize(("phone", "entry", "where"), [pytest.param(*row[1:], id=row[0]) for row in PEOPLE])
def test_where_the_judge_takes_a_person_to_be(
    bench: Bench, phone: str, entry: book.Entry | None, where: Place
) -> None:
    if entry:
        book.add(PHONES[phone], entry, "page:ana", bench.now)
    assert Judge(bench.site).place(PHONES[phone], rulebook.read()) == where


def test_a_shop_in_alsace_says_so_once(bench: Bench) -> None:
    rulebook.choose_place(True, "page:ana", bench.now)
    assert Judge(bench.site).place(PHONES["France"], rulebook.read()) == place("France", alsace=True)


# What happens; the phone; category; worth sending for; now; the validity that leaves with the part: a minute
# less than until the closing, for the way to the service centre, and in whole steps of TP-VP.
VALIDITIES = [
    (
        "until the phones must be silent",
        "France",
        "marketing",
        timedelta(days=3),
        "2026-11-23 19:30",
        timedelta(minutes=25),
    ),
    (
        "the whole day",
        "France",
        "marketing",
        timedelta(days=3),
        "2026-11-23 08:00",
        timedelta(hours=11, minutes=55),
    ),
    (
        "its own validity, which is shorter",
        "France",
        "marketing",
        timedelta(hours=1),
        "2026-11-23 12:00",
        timedelta(hours=1),
    ),
    (
        "silence in the recipient's own zone",
        "Guadeloupe",
        "marketing",
        timedelta(days=3),
        "2026-11-23 22:00",
        timedelta(hours=2, minutes=55),
    ),
    (
        "silence in the first of three zones",
        "Polynésie",
        "marketing",
        timedelta(days=3),
        "2026-11-23 18:00 there",
        timedelta(minutes=55),
    ),
    ("what is no marketing", "France", "alert", timedelta(days=3), "2026-11-23 19:30", timedelta(days=3)),
]


@pytest.mark.parametrize(
    ("phone", "category", "validity", "now", "leaves_with"),
    [pytest.param(*row[1:], id=row[0]) for row in VALIDITIES],
)
def test_the_network_is_never_asked_to_try_for_longer_than_the_hours_last(
    bench: Bench, phone: str, category: str, validity: timedelta, now: str, leaves_with: timedelta
) -> None:
    bench.clock = FakeClock(hour(now, place(phone).zone))
    bench.ready()
    bench.submit(to=PHONES[phone], text="shop: -10 %. Rep. STOP", category=category, validity=validity)
    bench.fill()
    assert [part.validity for _, part in bench.modem.jobs] == [leaves_with]


def test_the_hours_that_people_chose_count_from_the_next_decision_on(bench: Bench) -> None:
    bench.clock = FakeClock(hour("2026-11-23 12:00"))
    rulebook.choose_hours((0, 1), time(14), time(16), "page:ana", bench.now)
    message = bench.submit(text="shop: -10 %. Rep. STOP", category="marketing")
    assert (message.state, message.until) == ("held", hour("2026-11-23 14:00"))
    assert message.until.astimezone(PARIS).hour == 14


def test_the_caps_that_people_chose_count_too(bench: Bench) -> None:
    rulebook.choose_caps(Caps(a_day=2), "page:ana", bench.now, reason="a feast")
    bench.ready()
    for _ in range(3):
        bench.submit(text="shop: -10 %. Rep. STOP", category="marketing")
    for _ in range(2):
        bench.fill()
        bench.dispatcher.accepted(bench.modem.accepts(), bench.now)
    assert len(bench.modem.jobs) == 2
    third = bench.submit(text="shop: -10 %. Rep. STOP", category="marketing")
    assert (third.state, third.reason) == ("held", "cap_day")
