"""The link's table and paces."""

from __future__ import annotations

import pytest

from modem.api import LinkState
from modem.life import TRANSITIONS, Backoff, Move, SendDeadline

ALWAYS = (Move.LOST, Move.STOPPED, Move.HUNG, Move.UNANSWERED, Move.REFUSED, Move.RESET_ASKED)


@pytest.mark.parametrize("move", ALWAYS)
@pytest.mark.parametrize("state", LinkState)
def test_every_state_has_a_way_out_of_each_failure(state: LinkState, move: Move) -> None:
    assert (state, move) in TRANSITIONS


def test_a_failure_never_leads_to_ready() -> None:
    assert LinkState.READY not in {after for (_, move), after in TRANSITIONS.items() if move in ALWAYS}


def test_ready_is_reached_only_over_the_sim_and_the_network() -> None:
    assert [state for (state, _), after in TRANSITIONS.items() if after is LinkState.READY] == [
        LinkState.REGISTERING
    ]
    before = {state for (state, _), after in TRANSITIONS.items() if after is LinkState.REGISTERING}
    assert before == {LinkState.SIM, LinkState.REGISTERING, LinkState.READY}


def test_every_state_is_reached_from_closed_and_leads_back_to_ready() -> None:
    for start in LinkState:
        seen, edge = {start}, {start}
        while edge:
            edge = {after for (state, _), after in TRANSITIONS.items() if state in edge} - seen
            seen |= edge
        assert LinkState.READY in seen
        assert LinkState.CLOSED in seen


@pytest.mark.parametrize(
    ("took", "seconds"),
    [([], 30), ([1], 30), ([1, 9], 45), ([60], 120), ([20] + [2] * 19, 100), ([20] + [2] * 20, 30)],
)
def test_a_part_may_take_five_times_the_slowest_of_twenty(took: list[float], seconds: float) -> None:
    deadline = SendDeadline()
    for each in took:
        deadline.took(each)
    assert deadline.seconds == seconds


def test_a_deadline_that_ran_out_doubles_until_a_part_is_answered() -> None:
    deadline = SendDeadline()
    seen = []
    for _ in range(4):
        seen.append(deadline.seconds)
        deadline.ran_out()
    assert seen == [30, 60, 120, 120]
    deadline.took(8)
    assert deadline.seconds == 40


def test_the_wait_doubles_up_to_its_most_and_starts_again() -> None:
    backoff = Backoff(0.25, 5)
    assert [backoff.next() for _ in range(7)] == [0.25, 0.5, 1, 2, 4, 5, 5]
    backoff.reset()
    assert backoff.next() == 0.25
