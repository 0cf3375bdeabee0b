"""What people type as a number."""

from __future__ import annotations

import random

import pytest

from gateway.errors import Invalid
from gateway.messages import numbers


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("06-12-34-56-78", "+33612345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("06\u00a012\u202f34 56 78", "+33612345678"),
        ("0639980001", "+33639980001"),
        ("+33639980001", "+33639980001"),
        ("0690123456", "+590690123456"),
        ("0696 12 34 56", "+596696123456"),
        ("0694 20 12 34", "+594694201234"),
        ("0692123456", "+262692123456"),
        ("+44 7911 123456", "+447911123456"),
        ("36180", "36180"),
        ("3635", "3635"),
        ("112", "112"),
    ],
)
def test_it_becomes_e164_or_stays_a_short_code(typed: str, number: str) -> None:
    assert numbers.parse(typed, "FR") == number


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "number_missing"),
        ("   ", "number_missing"),
        ("O612345678", "number_has_letter"),
        ("06l2345678", "number_has_letter"),
        ("Mairie", "number_has_letter"),
        ("*100#", "number_has_letter"),
        ("06 12 34 56", "bad_number"),
        ("+33 6 12 34 56 78 90 12", "bad_number"),
        ("+", "bad_number"),
        ("12", "bad_number"),
        ("+999123456789", "bad_number"),
    ],
)
def test_what_is_no_number_is_refused_by_name(typed: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        numbers.parse(typed, "FR")
    assert (caught.value.code, caught.value.field) == (code, "to")


def test_a_national_number_belongs_to_the_appliances_country() -> None:
    assert numbers.parse("07911 123456", "GB") == "+447911123456"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("+33612345678", "+33612345678", True),
        ("+33612345678", "0612345678", True),
        ("+33612345678", "33612345678", True),
        ("+33612345678", "+33612345679", False),
        ("36180", "36180", True),
        ("36180", "6180", False),
    ],
)
def test_two_writings_of_one_number_are_the_same(one: str, other: str, same: bool) -> None:
    assert numbers.same(one, other) is same


def test_what_is_given_back_unread_is_what_the_library_says_of_it() -> None:
    """The quick way for France's own numbers changes nothing."""
    drawn = random.Random(33)
    for _ in range(300):
        number = f"+33{drawn.randint(1, 9)}{drawn.randint(0, 99_999_999):08d}"
        spaced = f"+33 {number[3:]}"  # has to go the long way
        assert numbers.parse(number, "FR") == numbers.parse(spaced, "FR") == number
        assert numbers.parse(number, "DE") == number
