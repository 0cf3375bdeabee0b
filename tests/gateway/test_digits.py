"""What is typed in figures: a number, or nothing that a database or a reader could stumble over."""

from __future__ import annotations

import pytest

from gateway import digits


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
        ("9" * 5000, None),
        ("", None),
        (" 1", None),
        ("-1", None),
        ("+1", None),
        ("1_0", None),
        ("²", None),
        ("٣", None),
    ],
)
def test_figures_are_a_number_or_nothing(typed: str, number: int | None) -> None:
    assert digits.number(typed) == number


def test_a_number_may_be_bounded_by_its_figures() -> None:
    assert digits.number("99", 2) == 99
    assert digits.number("100", 2) is None
