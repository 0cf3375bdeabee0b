"""The choices about the law: stricter ones freely, those beyond what is usual with a reason that is kept."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from gateway import audit, rulebook
from gateway.errors import Invalid
from gateway.policy.categories import MARKETING_HOURS, Hours
from gateway.policy.rulebook import Caps
from gateway.store.models import Setting
from law import hour

if TYPE_CHECKING:
    from conftest import Bench

WEEKDAYS = range(5)
NINE, NOON, EVENING = time(9), time(12), time(21)


def noted() -> list[tuple[str, str, dict[str, Any]]]:
    """What the log says of it, the newest first."""
    return [(row.action, row.shown, row.facts) for row in audit.recent()]


def choose_hours(
    bench: Bench, days: Any = WEEKDAYS, opens: time = NINE, closes: time = NOON, **rest: Any
) -> None:
    rulebook.choose_hours(days, opens, closes, "page:ana", bench.now, **rest)


# ---- hours ---------------------------------------------------------------------------------------


def test_nobody_chose_anything(bench: Bench) -> None:
    book = rulebook.read()
    assert (book.hours["marketing"], book.caps, book.alsace, book.lifted) == (
        MARKETING_HOURS,
        Caps(1, 10),
        False,
        False,
    )
    assert (rulebook.lifted(), rulebook.raised(), rulebook.price()) == (None, None, None)


def test_hours_may_be_narrowed_and_hold_at_once(bench: Bench) -> None:
    bench.clock.wall = hour("2026-11-24 13:00")
    message = bench.submit(category="marketing")
    assert bench.state(message) == "queued"
    choose_hours(bench)
    later = bench.submit("Encore", "+33612345679", category="marketing")
    assert (bench.state(later), later.until) == ("held", hour("2026-11-25 09:00"))
    assert rulebook.lifted() is None
    assert noted() == [
        ("settings_changed", "law.hours", {"days": [0, 1, 2, 3, 4], "opens": "09:00", "closes": "12:00"})
    ]


@pytest.mark.parametrize(
    ("chosen", "field", "code"),
    [
        ({"days": ()}, "days", "days_missing"),
        ({"days": (0, 7)}, "days", "out_of_range"),
        ({"opens": NOON, "closes": NINE}, "closes", "closes_early"),
        ({"opens": NOON, "closes": NOON}, "closes", "closes_early"),
        ({"days": range(7)}, "lift", "hours_beyond"),
        ({"opens": time(7, 59)}, "lift", "hours_beyond"),
        ({"closes": time(20, 1)}, "lift", "hours_beyond"),
        ({"days": range(7), "reason": "a reason alone lifts nothing"}, "lift", "hours_beyond"),
        ({"days": range(7), "lift": True}, "reason", "beyond_reason"),
        ({"days": range(7), "lift": True, "reason": "  "}, "reason", "beyond_reason"),
        ({"days": range(7), "lift": True, "reason": "x" * 201}, "reason", "text_long"),
        ({"days": (), "lift": True, "reason": "because"}, "days", "days_missing"),
    ],
)
def test_wrong_hours_are_refused_and_change_nothing(
    bench: Bench, chosen: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        choose_hours(bench, **chosen)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert (rulebook.read().hours["marketing"], noted()) == (MARKETING_HOURS, [])


def test_hours_are_lifted_with_a_reason_that_stays_known(bench: Bench) -> None:
    bench.clock.wall = hour("2026-11-29 20:30")  # a Sunday
    choose_hours(bench, range(7), NINE, EVENING, lift=True, reason=" Salon du dimanche ")
    assert rulebook.read().lifted
    assert rulebook.lifted() == rulebook.Beyond("page:ana", bench.now, "Salon du dimanche")
    assert bench.state(bench.submit(category="marketing")) == "queued"
    assert noted()[0][:2] == ("hours_lifted", "law.hours")
    assert noted()[0][2]["reason"] == "Salon du dimanche"


def test_to_come_back_within_the_usual_hours_ends_the_lift(bench: Bench) -> None:
    choose_hours(bench, range(7), lift=True, reason="Salon")
    choose_hours(bench, lift=True, reason="left in the form")
    assert (rulebook.read().lifted, rulebook.lifted()) == (False, None)
    assert rulebook.read().hours["marketing"] == Hours(frozenset(WEEKDAYS), NINE, NOON)
    assert noted()[0][0] == "settings_changed"


# ---- caps, place, price --------------------------------------------------------------------------


def test_less_marketing_is_chosen_freely(bench: Bench) -> None:
    rulebook.choose_caps(Caps(1, 2), "page:ana", bench.now)
    assert (rulebook.read().caps, rulebook.raised()) == (Caps(1, 2), None)
    assert noted() == [("settings_changed", "law.caps", {"a_day": 1, "a_month": 2})]


@pytest.mark.parametrize("more", [Caps(2, 10), Caps(1, 11)])
def test_more_marketing_asks_for_a_reason(bench: Bench, more: Caps) -> None:
    with pytest.raises(Invalid) as refused:
        rulebook.choose_caps(more, "page:ana", bench.now)
    assert (refused.value.field, rulebook.read().caps) == ("reason", Caps())
    rulebook.choose_caps(more, "page:ana", bench.now, "Abonnés au menu du jour")
    assert rulebook.read().caps == more
    assert rulebook.raised() == rulebook.Beyond("page:ana", bench.now, "Abonnés au menu du jour")
    assert noted()[0][0] == "caps_raised"


@pytest.mark.parametrize(
    ("caps", "field"), [(Caps(0, 5), "a_day"), (Caps(11, 5), "a_day"), (Caps(1, 0), "a_month")]
)
def test_impossible_caps_are_refused(bench: Bench, caps: Caps, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        rulebook.choose_caps(caps, "page:ana", bench.now, "because")
    assert (refused.value.field, noted()) == (field, [])


def test_the_holidays_of_alsace_are_a_choice(bench: Bench) -> None:
    bench.clock.wall = hour("2026-12-26 10:00")
    assert bench.state(bench.submit(category="marketing")) == "queued"
    rulebook.choose_place(True, "page:ana", bench.now)
    assert bench.submit("Encore", "+33612345679", category="marketing").reason == "holiday"
    rulebook.choose_place(False, "page:ana", bench.now)
    assert not rulebook.read().alsace
    assert [facts for _, _, facts in noted()] == [{"alsace": False}, {"alsace": True}]


@pytest.mark.parametrize(("typed", "cents"), [("4,5", "4.5"), (" 4.5 ", "4.5"), ("0", "0"), ("1000", "1000")])
def test_a_price_is_read_as_people_write_it(bench: Bench, typed: str, cents: str) -> None:
    rulebook.choose_price(typed, "eur", "page:ana", bench.now)
    assert rulebook.price() == rulebook.Price(Decimal(cents), "EUR")


@pytest.mark.parametrize(
    ("cents", "currency", "field"),
    [
        ("dear", "EUR", "cents"),
        ("-1", "EUR", "cents"),
        ("1001", "EUR", "cents"),
        ("NaN", "EUR", "cents"),
        ("4.5", "euro", "currency"),
        ("4.5", "", "currency"),
    ],
)
def test_what_is_no_price_is_refused_and_the_old_one_stays(
    bench: Bench, cents: str, currency: str, field: str
) -> None:
    rulebook.choose_price("3", "EUR", "page:ana", bench.now)
    with pytest.raises(Invalid) as refused:
        rulebook.choose_price(cents, currency, "page:ana", bench.now)
    assert refused.value.field == field
    assert rulebook.price() == rulebook.Price(Decimal(3), "EUR")


def test_a_price_adds_up_exactly_and_can_be_forgotten(bench: Bench) -> None:
    rulebook.choose_price("4.5", "EUR", "page:ana", bench.now)
    price = rulebook.price()
    assert price is not None
    assert price.of(3) == Decimal("0.135")
    rulebook.choose_price("", "EUR", "page:ana", bench.now)
    assert rulebook.price() is None
    assert [facts for _, _, facts in noted()] == [{}, {"cents": "4.5", "currency": "EUR"}]


def test_rows_of_another_version_do_not_break_the_rules(bench: Bench) -> None:
    Setting.create(name=rulebook.CAPS, value={"a_day": 1, "a_week": 3})
    assert rulebook.read().caps == Caps(1, 10)
