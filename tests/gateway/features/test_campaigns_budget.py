"""A campaign and the budgets of its SIMs: what the look ahead says, and that it comes so."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from campaigning import BY, Shop, number
from gateway.features.campaigns import estimate, outcomes, prospect
from gateway.features.campaigns.feature import FULL
from gateway.features.campaigns.paces import Pace
from gateway.features.campaigns.prospect import Prospect
from gateway.messages import pace
from gateway.modems import budgets
from gateway.policy.budgets import Limits
from gateway.store import database
from gateway.store.models import Part, Sim

SIMS = {"sim1": "8933010000000000998", "sim2": "8944"}
SATURDAY_NOON = datetime(2026, 11, 28, 11, 0, tzinfo=UTC)


@pytest.fixture
def shop(bench: Any) -> Shop:
    return Shop(bench, 12)


def limit(shop: Shop, modem: str = "sim1", **limits: int) -> None:
    with database.transaction():
        Sim.create(sim=SIMS[modem], modem=modem, trusted_at=shop.bench.now)
        budgets.choose(modem, Limits(**limits), BY, shop.bench.now)


def look(shop: Shop, *modems: str) -> Prospect:
    caller = replace(shop.bench.caller, modems=modems or ("sim1",))
    return prospect.look(shop.campaign, caller, modems or ("sim1",), "", shop.bench.now)


def days(seen: Prospect) -> list[tuple[date, int]]:
    assert seen.spread is not None
    return [(day.at.date(), day.people) for day in seen.spread.days]


def leave(shop: Shop) -> None:
    """What is queued leaves through the SIM, and is counted there."""
    gone = {"sim": SIMS["sim1"], "modem": "sim1", "claimed_at": shop.bench.now}
    Part.update(gone).where(Part.state == "queued").execute()
    shop.leave()


# ---- the look ahead --------------------------------------------------------------------------------


def test_thrice_as_many_people_as_a_month_has_room_for_take_two_months(bench: Any) -> None:
    """20 people in thirty days: 23 November, 23 December and 22 January, each time from noon on; the last of
    them after twenty parts, three seconds each."""
    shop = Shop(bench, 60)
    limit(shop, minute=20, day=20, recipients_month=20)
    seen = look(shop)
    assert days(seen) == [(date(2026, 11, 23), 20), (date(2026, 12, 23), 20), (date(2027, 1, 22), 20)]
    assert seen.spread is not None
    assert seen.spread.left == 0
    noon = datetime(2027, 1, 22, 11, 0, tzinfo=UTC)
    assert [day.at for day in seen.spread.days] == [bench.now, bench.now + timedelta(30), noon]
    assert seen.ends == noon + timedelta(seconds=20 * 3)


def test_no_budget_is_no_spread(shop: Shop) -> None:
    seen = look(shop)
    assert seen.spread is None
    assert seen.ends == shop.bench.now + timedelta(seconds=12 * pace.USUAL)


def test_on_a_closed_day_nobody_leaves(shop: Shop) -> None:
    shop.bench.clock.move(SATURDAY_NOON - shop.bench.now)
    limit(shop, day=5)
    seen = look(shop)
    assert days(seen) == [(date(2026, 11, 28), 5), (date(2026, 11, 30), 5), (date(2026, 12, 1), 2)]
    opens = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)  # 8:00 in Paris
    assert seen.ends == opens + timedelta(seconds=2 * pace.USUAL)


def test_it_is_counted_from_the_day_on_which_it_begins(shop: Shop) -> None:
    limit(shop, day=10)
    shop.hours(send_at=shop.bench.now + timedelta(days=2))
    assert days(look(shop)) == [(date(2026, 11, 25), 10), (date(2026, 11, 26), 2)]


def test_the_slower_of_pace_and_budget_says_the_end(shop: Shop) -> None:
    limit(shop, day=6)
    shop.hours(Pace(days=4))
    fourth = datetime(2026, 11, 26, 7, 0, tzinfo=UTC)  # the pace: the last three on the fourth day
    assert look(shop).ends == fourth + timedelta(seconds=3 * pace.USUAL)
    held = look(shop).spread
    assert held is not None
    assert not held.holds
    shop.hours(Pace(per_hour=600))
    assert days(look(shop))[-1] == (date(2026, 11, 24), 6)  # the budget: the second day
    assert look(shop).ends > datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


def test_on_each_day_leave_no_more_than_pace_and_budget_let(shop: Shop) -> None:
    """Twelve people: three a day by the pace, five in thirty days by the budget."""
    limit(shop, recipients_month=5)
    shop.hours(Pace(days=4))
    left = [
        (date(2026, 11, 23), 3),
        (date(2026, 11, 24), 2),
        (date(2026, 12, 23), 3),
        (date(2026, 12, 24), 2),
    ]
    assert days(look(shop)) == [*left, (date(2027, 1, 22), 2)]
    shop.start()
    shop.run()
    leave(shop)
    ends = estimate.end(shop.campaign, shop.bench.site, ["sim1"], shop.bench.now)
    assert ends is not None
    assert ends.date() == date(2027, 1, 22)


def test_a_minutes_limit_slows_it_down(shop: Shop) -> None:
    limit(shop, minute=2)
    assert look(shop).ends == shop.bench.now + timedelta(seconds=12 * 30)


def test_two_sims_carry_it_together_and_one_without_limits_carries_all(shop: Shop) -> None:
    limit(shop, "sim1", day=5)
    limit(shop, "sim2", day=3)
    assert [people for _day, people in days(look(shop, "sim1", "sim2"))] == [8, 4]
    assert look(shop, "sim1", "sim3").spread is None


def test_what_has_no_room_within_a_year_has_no_end(shop: Shop) -> None:
    limit(shop, ratio=0)
    seen = look(shop)
    assert seen.spread is not None
    assert (seen.spread.days, seen.spread.left, seen.ends) == ((), 12, None)


# ---- while it goes on ------------------------------------------------------------------------------


def test_whoever_has_no_room_waits_in_the_campaign_and_nothing_expires(shop: Shop) -> None:
    limit(shop, recipients_month=5)
    shop.start()
    shop.run()
    assert len(shop.messages) == 5
    leave(shop)
    shop.run()
    assert len(shop.messages) == 5
    ends = estimate.end(shop.campaign, shop.bench.site, ["sim1"], shop.bench.now)
    assert ends is not None
    assert ends.date() == date(2027, 1, 22)
    for written in (10, 12):
        shop.bench.clock.move(timedelta(days=30, minutes=1))
        shop.run()
        leave(shop)
        assert len(shop.messages) == written
    shop.run()
    assert shop.written_to() == Counter(number(place) for place in range(12))
    assert outcomes.progress(shop.campaign) == {"delivered": 12}


def test_a_days_limit_leaves_the_rest_to_the_next_day(shop: Shop) -> None:
    limit(shop, day=4)
    shop.start()
    counts = []
    for _day in range(4):
        shop.run()
        leave(shop)
        counts.append(len(shop.messages))
        shop.bench.clock.move(timedelta(days=1))
    assert counts == [4, 8, 12, 12]


def test_whether_there_is_room_again_is_asked_once_a_minute(shop: Shop) -> None:
    limit(shop, day=4)
    shop.start()
    for _ in range(2):  # what there is room for, and then the look that finds none
        shop.run()
    assert shop.feature.due(shop.bench.now) == shop.bench.now + FULL
    with database.transaction():
        budgets.choose("sim1", Limits(day=6), BY, shop.bench.now)
    shop.run()
    assert len(shop.messages) == 4
    shop.bench.clock.move(FULL)
    shop.run()
    assert len(shop.messages) == 6


def test_long_messages_take_as_much_room_as_they_have_parts(shop: Shop) -> None:
    shop.say("Chappe: " + "a" * 200 + " STOP 36180")
    limit(shop, day=5)
    shop.start()
    shop.run()
    leave(shop)
    shop.run()
    assert len(shop.messages) == 2


def test_while_no_modem_is_there_nothing_is_foretold(shop: Shop) -> None:
    limit(shop, recipients_month=5)
    shop.start()
    shop.run()
    site, now = shop.bench.site, shop.bench.now
    assert estimate.held_back(shop.campaign, site, ["sim1"], now) is not None
    assert estimate.held_back(shop.campaign, site, [], now) is None
    assert estimate.end(shop.campaign, site, [], now) is None
