"""Ringing becomes calls."""

from __future__ import annotations

import pytest

from modem.calls import NUMBER_WAIT, Calls

Said = tuple[float, str | None]  # when, and the number; None: RING alone


def told(*said: Said) -> list[str]:
    """The calls told, looking once a tenth of a second."""
    calls, found, tenths = Calls(), [], 0
    for at, number in (*said, (said[-1][0] + 5, None)):
        while tenths / 10 < at:
            found.append(calls.nameless(tenths / 10))
            tenths += 1
        if (at, number) != (said[-1][0] + 5, None):
            found.append(calls.ring(number or "", at))
    return [number for number in found if number is not None]


@pytest.mark.parametrize(
    ("said", "calls"),
    [
        ([(0, None), (0.05, "+33639980001")], ["+33639980001"]),
        ([(0, "+33639980001")], ["+33639980001"]),
        ([(0, None)], [""]),
        ([(0, None), (3, None), (6, None)], [""]),
        ([(n, x) for t in range(0, 60, 3) for n, x in ((t, None), (t + 0.05, "+3361"))], ["+3361"]),
        ([(0, None), (0.05, "+3361"), (20, None), (20.05, "+3362")], ["+3361", "+3362"]),
        ([(0, None), (0.05, "+3361"), (20, None)], ["+3361", ""]),
        ([(0, None), (3, None), (3.05, "+3361")], [""]),
    ],
)
def test_each_call_is_told_once_with_its_number_where_it_is_told(said: list[Said], calls: list[str]) -> None:
    assert told(*said) == calls


def test_it_says_when_it_has_to_be_asked() -> None:
    calls = Calls()
    assert calls.waits_until == float("inf")
    calls.ring("", 5)
    assert calls.waits_until == 5 + NUMBER_WAIT
    calls.nameless(5 + NUMBER_WAIT)
    assert calls.waits_until == float("inf")
