"""What a campaign brought: every figure of a planted history equals one calculated by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaign_history import Planted
from gateway import rulebook
from gateway.contacts import segments
from gateway.features.campaigns import outcomes
from gateway.features.results import history, hours, intervals, money, rates, slices, summary
from gateway.features.results.money import Plan
from gateway.features.results.rates import Rate
from gateway.store.models import Campaign, ContactTag

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def planted(bench: Any) -> Planted:
    """20 exposed (10 read A, 10 read B), 4 held out, 2 refused by the rules.

    A: 8 delivered in 2 parts; 1 failed before it left; 1 of which no report came, and that was clicked.
    B: 6 delivered in 1 part; 2 undelivered; 1 uncertain; 1 still in the queue.
    """
    rulebook.choose_price("4,5", "EUR", "page:ana", bench.now)
    made = Planted(bench.now)
    made.people("A", "delivered", 8, parts=2)
    made.people("A", "failed", 1, parts=2, left=False)
    made.people("A", "sent", 1, parts=2)
    made.people("B", "delivered", 6)
    made.people("B", "undelivered", 2)
    made.people("B", "uncertain", 1, left=False)
    made.people("B", "queued", 1, left=False)
    made.held_out(4)
    made.refused(2)
    for place in (0, 1, 2, 9, 10):  # 3 of A; the one without a report; 1 of B
        made.clicks(place, hours=1)
    made.replies(0, hours=2)
    made.replies(1, hours=24 * 8)  # too late: about something else
    made.replies(11, hours=3)
    made.stops(2, hours=5)
    made.buys(0, 2500, hours=30)
    made.buys(0, 1000, hours=31)
    made.buys(10, 1500, hours=2)
    return made


@pytest.fixture
def whole(planted: Planted) -> summary.Summary:
    return summary.of(planted.campaign)


# ---- rates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "k", "n"),
    [
        ("delivery", 14, 17),  # of 8 + 1 of A and 6 + 2 of B that left
        ("failure", 3, 18),  # 1 given up before it left, 2 by the network; of 17 that left and that one
        ("click", 4, 14),  # 3 of A and 1 of B; the one without a report is said apart
        ("reply", 2, 14),  # the late answer and the STOP are none
        ("conversion", 2, 14),  # people: one of them bought twice
        ("unsubscribe", 1, 14),
    ],
)
def test_every_rate_is_the_one_calculated_by_hand(whole: summary.Summary, name: str, k: int, n: int) -> None:
    found = whole.rate(name)
    assert (found.k, found.n, found.why) == (k, n, "")
    assert found.share == pytest.approx(k / n)
    assert found.interval == intervals.wilson(k, n)


def test_who_did_something_without_a_report_is_said_apart(whole: summary.Summary) -> None:
    found = whole.counts
    assert (found.people, found.held_out, found.uncertain, found.unreported) == (26, 4, 1, 1)


# ---- with a message, and without -----------------------------------------------------------------


def test_what_a_message_added_is_counted_alike_on_both_sides(planted: Planted) -> None:
    before = summary.of(planted.campaign)
    assert rates.uplift(before.history) is None  # the codes show one side only
    for place in (0, 3, 20):  # one with a code too, one without; one who was held out
        planted.sells(place, hours=40)
        planted.sells(place, hours=41)
    planted.sells(21, hours=24 * 31)  # after the thirty days
    whole = summary.of(planted.campaign)
    found = rates.uplift(whole.history)
    assert found is not None
    assert (found.k1, found.n1, found.k2, found.n2) == (3, 20, 1, 4)
    assert (found.low, found.high) == intervals.difference(3, 20, 1, 4)
    assert not found.is_clear
    assert found.more == pytest.approx(-2)
    assert (whole.rates, whole.money, whole.counts) == (before.rates, before.money, before.counts)


def test_texts_are_not_compared_by_sales_that_the_number_told(planted: Planted) -> None:
    planted.sells(3, hours=40)
    assert outcomes.counts(planted.campaign, "A").converted == 1


def test_a_segment_is_read_as_of_now(bench: Any, planted: Planted) -> None:
    planted.tag("regulars", (0, 1, 10))
    rules = segments.typed([("tag_has", "regulars")])
    segment = segments.save("Regulars", rules, "page:ana", bench.now)
    planted.campaign.audience = {"typed": '@"Regulars"\n@Nobody\n#regulars\n+33639980000'}
    assert slices.segments_of(planted.campaign) == [segment]
    found = slices.by_segment(history.of(planted.campaign), [segment], bench.now)
    piece = summary.piece(summary.of(planted.campaign), found["Regulars"])
    assert (piece.counts.sent, piece.counts.clicked, piece.money.revenue) == (3, 3, 5000)
    ContactTag.delete().execute()
    (gone,) = slices.by_segment(history.of(planted.campaign), [segment], bench.now).values()
    assert gone.people == ()


def test_each_text_has_its_own_figures(whole: summary.Summary) -> None:
    pieces = {letter: summary.piece(whole, part) for letter, part in slices.by_text(whole.history).items()}
    assert {letter: [(one.k, one.n) for one in piece.rates] for letter, piece in pieces.items()} == {
        "A": [(8, 9), (1, 10), (3, 8), (1, 8), (1, 8), (1, 8)],
        "B": [(6, 8), (2, 8), (1, 6), (1, 6), (1, 6), (0, 6)],
    }
    assert [(piece.money.parts, piece.money.revenue) for piece in pieces.values()] == [(18, 3500), (8, 1500)]


@pytest.mark.parametrize("letter", ["A", "B", None])
def test_the_counts_are_those_of_the_campaigns_own_page(planted: Planted, letter: str | None) -> None:
    """Two ways to the same figures: by one question each, and by a list of people."""
    told = outcomes.counts(planted.campaign, letter)
    people = [one for one in history.of(planted.campaign).people if letter in (None, one.letter)]
    found = rates.count(people)
    acted = [sum(getattr(one, act) is not None for one in people) for act in ("clicked_at", "replied_at")]
    assert (told.sent, told.delivered, told.failed) == (found.sent, found.delivered, found.failed)
    assert (told.uncertain, [told.clicked, told.replied]) == (found.uncertain, acted)


def test_nothing_divided_by_nothing_is_not_nought(bench: Any) -> None:
    made = Planted(bench.now, follow_links=False, code_kind="none")
    made.people("A", "queued", 3, left=False)
    found = summary.of(made.campaign)
    assert {one.name: (one.share, one.interval) for one in found.rates} == dict.fromkeys(
        rates.NAMES, (None, None)
    )
    whys = [one.why for one in found.rates]
    assert whys == ["nobody", "nobody", "not_followed", "nobody", "no_codes", "nobody"]
    assert (found.money.cost, found.money.revenue, found.money.roi) == (None, None, None)
    assert (found.money.per_message, found.money.per_conversion) == (None, None)


def test_a_code_that_everybody_has_counts_purchases_and_tells_no_interval(bench: Any) -> None:
    made = Planted(bench.now, code_kind="one")
    made.people("A", "delivered", 2)
    made.people("B", "delivered", 2)
    for _ in range(3):
        made.buys(None, 1000, hours=1)
    found = summary.of(made.campaign)
    assert (found.rate("conversion").k, found.rate("conversion").n) == (3, 4)
    assert found.rate("conversion").interval is None
    piece = summary.piece(found, slices.by_text(found.history)["A"])
    assert (piece.rate("conversion").share, piece.money.revenue) == (None, None)


# ---- money ---------------------------------------------------------------------------------------


def test_the_money_is_the_one_calculated_by_hand(whole: summary.Summary) -> None:
    found = whole.money
    assert (found.parts, found.messages, found.conversions) == (26, 17, 3)  # 9 × 2 + 8 × 1
    assert found.cost == Decimal("117.0")  # 26 × 4.5 cents
    assert found.revenue == 5000
    assert found.roi == (5000 - Decimal(117)) / 117
    assert found.per_message == Decimal(5000) / 17
    assert found.per_conversion == Decimal(39)


def test_a_plan_is_reckoned_as_by_hand() -> None:
    found = money.simulate(Plan(1000, 2, Decimal("4.5"), 0.95, 0.02, Decimal(3000)))
    assert found.cost == 9000  # 1000 × 2 × 4.5 cents
    assert (found.delivered, found.conversions, found.revenue) == (950, 19, 57000)
    assert found.gain == 48000
    assert found.roi == pytest.approx(Decimal("5.3333"), abs=Decimal("0.0001"))
    assert found.break_even == Decimal(9000) / (950 * 3000)


def test_a_plan_without_a_basket_never_pays_for_itself() -> None:
    found = money.simulate(Plan(10, 1, Decimal(0), 0.0, 0.5, Decimal(0)))
    assert (found.break_even, found.roi) == (None, None)


def test_what_is_usual_comes_from_all_campaigns_with_codes(planted: Planted, bench: Any) -> None:
    other = Planted(bench.now, name="Other", code_kind="none")
    other.people("A", "delivered", 3)
    delivery, conversion, basket = summary.usual(summary.newest(10))
    assert (delivery.k, delivery.n) == (17, 20)
    assert (conversion.k, conversion.n) == (3, 14)
    assert basket == Decimal(5000) / 3


# ---- pieces --------------------------------------------------------------------------------------


def test_what_people_did_stands_in_the_hour_after_their_message(whole: summary.Summary) -> None:
    found = slices.after(whole.history)
    assert {
        name: {at: count for at, count in enumerate(slots) if count} for name, slots in found.items()
    } == {
        "clicked": {1: 5},
        "replied": {2: 1, 3: 1},
        "bought": {2: 1, 24: 1},  # 24: later than a day
        "unsubscribed": {5: 1},
    }


def test_a_tags_people_have_figures_of_their_own(planted: Planted) -> None:
    planted.tag("regulars", range(3))
    planted.tag("new", (0, 10))
    whole = summary.of(planted.campaign)
    found = slices.by_tag(planted.campaign, whole.history)
    assert list(found) == ["regulars", "new"]
    assert [(one.k, one.n) for one in summary.piece(whole, found["new"]).rates] == [
        (2, 2),
        (0, 2),
        (2, 2),
        (1, 2),
        (2, 2),
        (0, 2),
    ]


# ---- the best hour -------------------------------------------------------------------------------


def test_an_hour_of_the_week_is_the_shops_own(bench: Any) -> None:
    """22:30 UTC on a Sunday in summer is Monday, half past midnight, in Paris."""
    made = Planted(datetime(2026, 7, 5, 22, 30, tzinfo=UTC))
    made.people("A", "delivered", 2)
    made.people("A", "sent", 1)
    made.clicks(0, hours=1)
    made.replies(1, hours=1)
    made.stops(0, hours=1)
    assert hours.heat("clicks", PARIS, bench.now) == {(0, 0): (1, 2)}
    assert hours.heat("replies", PARIS, bench.now) == {(0, 0): (1, 2)}
    assert hours.heat("clicks", PARIS, bench.now + timedelta(days=400)) == {}


@pytest.mark.parametrize(
    ("found", "place", "why"),
    [
        ({}, None, "not_enough"),
        ({(0, 9): (10, 100), (1, 9): (3, 29)}, None, "not_enough"),
        ({(0, 9): (12, 100), (1, 9): (10, 100)}, None, "alike"),
        ({(0, 9): (40, 100), (1, 9): (10, 100)}, (0, 9), "clear"),
        ({(0, 9): (5, 5), (1, 9): (40, 100), (2, 9): (10, 100)}, (1, 9), "clear"),
    ],
)
def test_an_hour_is_best_only_where_chance_would_hardly_make_it(
    found: dict[hours.Place, tuple[int, int]], place: hours.Place | None, why: str
) -> None:
    told = hours.best(found)
    assert (told.place, told.why) == (place, why)


def test_more_answers_than_reports_are_no_mishap() -> None:
    assert intervals.wilson(5, 1) == intervals.wilson(1, 1)
    assert intervals.difference(5, 1, 0, 4) == intervals.difference(1, 1, 0, 4)


def test_a_draft_is_in_no_comparison(planted: Planted, bench: Any) -> None:
    later = Planted(bench.now, name="Later")
    Campaign.update(state="draft", started_at=None).where(Campaign.id == later.campaign.id).execute()
    assert [one.campaign.id for one in summary.newest(5)] == [planted.campaign.id]
    assert summary.newest(5, before=planted.campaign.id) == []


def test_a_rate_of_somebody_has_a_share() -> None:
    assert Rate("click", 0, 4).share == 0.0
