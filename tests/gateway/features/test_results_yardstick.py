"""What a rate means beside the shop's own campaigns before it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from campaign_history import Planted
from gateway.features.results import summary, yardstick
from gateway.features.results.rates import Rate
from gateway.features.results.yardstick import Reading


def rate(k: int, n: int, name: str = "click", **more: Any) -> Rate:
    return Rate(name, k, n, **more)


# By hand: 10 % of 100 lies between 5.5 and 17.4 %, 30 % between 21.9 and 39.6 %; the difference of 20 %
# cannot be chance. 10 of 100 against 13 of 100 can.
READ = (
    (rate(30, 100), [rate(10, 100)], "better", 0.1),
    (rate(10, 100), [rate(30, 100)], "worse", 0.3),
    (rate(10, 100), [rate(13, 100)], "usual", 0.13),
    (rate(30, 100), [rate(4, 40), rate(6, 60)], "better", 0.1),
    (rate(30, 100, "unsubscribe"), [rate(10, 100, "unsubscribe")], "worse", 0.1),
    (rate(10, 100, "failure"), [rate(30, 100, "failure")], "better", 0.3),
    (rate(30, 100), [], "not_enough", None),
    (rate(30, 100), [rate(2, 29)], "not_enough", None),
    (rate(29, 29), [rate(10, 100)], "not_enough", None),
    (rate(30, 100), [rate(0, 0, why="nobody"), rate(10, 100)], "better", 0.1),
)


@pytest.mark.parametrize(("one", "before", "word", "share"), READ)
def test_a_rate_is_read_beside_the_former_ones(
    one: Rate, before: list[Rate], word: str, share: float | None
) -> None:
    found = yardstick.read(one, before)
    assert found is not None
    assert (found.word, found.share) == (word, share)


def test_what_is_no_share_of_people_is_not_compared() -> None:
    assert yardstick.read(rate(0, 0, why="not_followed"), [rate(10, 100)]) is None
    assert yardstick.read(rate(30, 100, is_people=False), [rate(10, 100)]) is None
    assert yardstick.read(rate(30, 100), [rate(10, 100, is_people=False)]) == Reading("not_enough")


def test_former_are_those_that_ended_of_the_same_kind_and_before_it(bench: Any) -> None:
    days = {name: bench.now + timedelta(days=place) for place, name in enumerate(("old", "this", "later"))}
    made = {name: Planted(at, name) for name, at in days.items()}
    other = Planted(days["old"], "other")
    other.campaign.category = "notification"
    other.campaign.save()
    for one in (*made.values(), other):
        one.people("A", "delivered", 30)
    for place in range(15):
        made["this"].clicks(place, hours=1)
        other.clicks(place, hours=1)
    found = summary.readings(summary.of(made["this"].campaign))
    assert found["click"] == Reading("better", 0.0, 1)
    assert found["delivery"] == Reading("usual", 1.0, 1)
