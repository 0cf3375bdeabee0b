"""The ladder: which rung comes next, and that the budget holds whatever happens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.api import Rung
from modem.errors import Advice, Hung
from modem.ladder import RESETS, Budget, Choice, Ladder, ResetsOver, choose

RESYNC, REOPEN, RESTART, USB, POWER = Rung
ALL = set(Rung)
BUDGET = Budget(resets=3, within=3600, patience=20)


@pytest.mark.parametrize(
    ("tried", "possible", "may_reset", "spent", "chosen"),
    [
        ([], ALL, False, False, Choice(RESYNC)),
        ([RESYNC], ALL, False, False, Choice(REOPEN)),
        ([], {REOPEN, RESTART}, True, False, Choice(REOPEN)),
        ([RESYNC, REOPEN], ALL, False, False, Choice(REOPEN)),
        ([RESYNC, REOPEN], ALL, False, True, Choice(REOPEN)),
        ([RESYNC, REOPEN], ALL, True, False, Choice(RESTART)),
        ([RESYNC, REOPEN, RESTART], ALL, True, False, Choice(USB)),
        ([RESYNC, REOPEN, RESTART, USB], ALL, True, False, Choice(POWER)),
        ([RESYNC, REOPEN, RESTART, USB, POWER], ALL, True, False, Choice(POWER)),
        ([RESYNC, REOPEN, RESTART], {RESYNC, REOPEN, RESTART}, True, False, Choice(RESTART)),
        ([RESYNC, REOPEN], {REOPEN, POWER}, True, False, Choice(POWER)),
        ([RESYNC, REOPEN], ALL, True, True, Choice(REOPEN, over=True)),
        ([RESYNC, REOPEN], {REOPEN}, True, True, Choice(REOPEN)),
    ],
)
def test_the_gentlest_rung_that_this_trouble_has_not_seen_is_next(
    tried: list[Rung], possible: set[Rung], may_reset: bool, spent: bool, chosen: Choice
) -> None:
    assert choose(tried, possible, may_reset=may_reset, spent=spent) == chosen


def climb(ladder: Ladder, now: float, possible: set[Rung] = ALL) -> Rung:
    rung = ladder.next(possible, now).rung
    ladder.tried(rung, now)
    return rung


def test_a_trouble_is_waited_out_before_the_first_reset() -> None:
    ladder = Ladder(BUDGET)
    ladder.trouble(100)
    assert [climb(ladder, now) for now in (100, 101, 110, 119.9)] == [RESYNC, REOPEN, REOPEN, REOPEN]
    ladder.trouble(119)  # the same trouble
    assert climb(ladder, 120) is RESTART


def test_a_modem_that_starts_is_given_time() -> None:
    ladder = Ladder(BUDGET)
    ladder.trouble(0)
    assert [climb(ladder, now) for now in (0, 1, 20)] == [RESYNC, REOPEN, RESTART]
    ladder.starting(50)
    assert [climb(ladder, now) for now in (21, 49.9, 50)] == [REOPEN, REOPEN, USB]


def test_what_is_over_begins_anew_with_the_gentlest_and_stays_in_the_books() -> None:
    ladder = Ladder(BUDGET)
    for start in (0, 1000, 2000):
        ladder.trouble(start)
        assert [climb(ladder, now) for now in (start, start + 1, start + 20)] == [RESYNC, REOPEN, RESTART]
        ladder.well()
    ladder.trouble(3000)
    assert [climb(ladder, 3000), climb(ladder, 3001)] == [RESYNC, REOPEN]
    assert ladder.next(ALL, 3020) == Choice(REOPEN, over=True)
    assert ladder.next(ALL, 3619.9) == Choice(REOPEN, over=True)
    assert ladder.next(ALL, 3620) == Choice(RESTART)


def test_a_person_gets_a_reset_that_is_not_paid_from_the_budget() -> None:
    ladder = Ladder(Budget(resets=0))
    ladder.trouble(0)
    assert ladder.next({REOPEN, RESTART}, 100).rung is REOPEN
    for now, rung in enumerate((RESTART, USB, POWER, POWER)):
        assert ladder.by_hand(ALL) is rung
        ladder.tried(rung, now, by_hand=True)
    kept = Ladder(BUDGET)
    kept.tried(kept.by_hand(ALL), 0, by_hand=True)
    assert kept.resets_left(1) == 3


def test_a_gentle_rung_is_news_once_a_trouble_and_a_reset_always() -> None:
    ladder = Ladder(BUDGET)
    assert [ladder.tried(REOPEN, now) for now in range(3)] == [True, False, False]
    assert [ladder.tried(RESTART, now) for now in range(3)] == [True, True, True]
    ladder.well()
    assert ladder.tried(REOPEN, 9)


def test_no_more_resets_is_a_hung_modem_that_needs_a_person() -> None:
    error = ResetsOver("resets_over")
    assert isinstance(error, Hung)
    assert error.advice is Advice.STOP_SIM


steps = st.lists(
    st.tuples(
        st.floats(0, 400),
        st.sampled_from(["trouble", "well", "starting", "climb", "climb", "climb"]),
        st.sets(st.sampled_from(Rung)),
    ),
    max_size=200,
)


@given(steps, st.integers(0, 4), st.floats(60, 7200))
def test_no_hour_sees_more_resets_than_its_budget_and_none_comes_too_early(
    history: list[tuple[float, str, set[Rung]]], resets: int, within: float
) -> None:
    ladder, now, since, quiet_until = Ladder(Budget(resets, within, 20)), 0.0, None, 0.0
    made: list[float] = []
    for pause, what, possible in history:
        now += pause
        if what == "trouble":
            ladder.trouble(now)
            since = now if since is None else since
        elif what == "well":
            ladder.well()
            since = None
        elif what == "starting":
            ladder.starting(now + 30)
            quiet_until = max(quiet_until, now + 30)
        else:
            rung = climb(ladder, now, possible | {REOPEN})
            assert rung in possible | {REOPEN}
            if rung in RESETS:
                assert now >= quiet_until
                assert since is not None
                assert now >= since + 20
                made.append(now)
                assert len([at for at in made if at > now - within]) <= resets
