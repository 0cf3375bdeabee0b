"""The transition table, walked whole, and the one door that writes a state."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from gateway.errors import Conflict
from gateway.messages import lifecycle, lookup
from gateway.messages.lifecycle import FINAL, TRANSITIONS, WORST_FIRST, Event, State, Step, derive
from gateway.store import database
from gateway.store.models import Message, Part

if TYPE_CHECKING:
    from conftest import Bench

# Every step the table allows, said a second time: a row added or lost is seen here.
ALLOWED = {
    None: "schedule hold enqueue reject",
    State.SCHEDULED: "reschedule hold enqueue reject cancel expire",
    State.HELD: "reschedule hold enqueue reject cancel expire",
    State.QUEUED: "hold reject cancel expire claim",
    State.SENDING: "accept put_back retry fail lose",
    State.UNCERTAIN: "accept repeat give_up ask left deliver undeliver expire withdraw",
    State.SENT: "deliver undeliver expire withdraw",
    State.FAILED: "again",
    State.UNDELIVERED: "again",
    State.EXPIRED: "again",
    State.CANCELED: "again",
}


@pytest.mark.parametrize(
    ("state", "event"), [*itertools.product([None, *State], Event)], ids=lambda value: str(value)
)
def test_the_table_allows_exactly_these_steps(state: State | None, event: Event) -> None:
    assert lifecycle.allows(state, event) == (event.value in ALLOWED.get(state, "").split())


def test_only_a_person_takes_anything_out_of_a_final_state() -> None:
    assert {event for state, event in TRANSITIONS if state in FINAL} == {Event.AGAIN}


def test_every_state_can_be_reached() -> None:
    assert set(TRANSITIONS.values()) == set(State)


def test_worst_first_names_each_state_in_which_a_message_can_rest() -> None:
    assert {*WORST_FIRST} == FINAL | {State.SENT, State.UNCERTAIN}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ("queued queued", "queued"),
        ("sending queued", "sending"),
        ("sent queued", "sending"),
        ("delivered sending", "sending"),
        ("sent held", "held"),
        ("uncertain queued", "sending"),
        ("uncertain delivered", "uncertain"),
        ("sent delivered", "sent"),
        ("delivered delivered", "delivered"),
        ("delivered undelivered", "undelivered"),
        ("failed canceled", "failed"),
        ("expired delivered", "expired"),
        ("canceled canceled", "canceled"),
        ("rejected", "rejected"),
    ],
)
def test_a_message_is_what_its_parts_are(parts: str, message: str) -> None:
    assert derive(parts.split()) == message
    assert derive(parts.split()[::-1]) == message


def test_any_mixture_of_parts_has_a_state() -> None:
    for size in (1, 2, 3):
        for states in itertools.product(State, repeat=size):
            assert derive(states) in State


def test_a_step_leaves_a_line_in_the_history(bench: Bench) -> None:
    message = bench.submit()
    bench.ready()
    assert bench.events(message) == ["enqueue", "claim"]
    assert [step.at for step in lookup.history(message)] == [bench.now, bench.now]


def test_a_part_that_moved_meanwhile_is_not_moved_again(bench: Bench) -> None:
    message = bench.submit()
    stale = lookup.parts(message)
    Part.update(state="canceled").where(Part.message == message.id).execute()
    with pytest.raises(Conflict) as caught, database.transaction():
        lifecycle.advance(message, stale, Step(Event.CLAIM, bench.now))
    assert caught.value.code == "state_changed"
    assert bench.events(message) == ["enqueue"]


def test_a_step_that_the_table_lacks_changes_nothing(bench: Bench) -> None:
    message = bench.submit()
    with pytest.raises(Conflict) as caught:
        lifecycle.advance(message, lookup.parts(message), Step(Event.DELIVER, bench.now))
    assert caught.value.code == "not_allowed"
    assert Message.get(Message.uid == message.uid).state == "queued"
