"""One answer for many: what it fits is done once, the rest stays and is counted, latecomers too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gateway.messages import bulk, filtering, lifecycle, lookup, outbox
from gateway.messages.bulk import Forecast, Outcome
from gateway.messages.filtering import Filter
from gateway.messages.lifecycle import Event, State, Step
from gateway.store.models import Audit, Message

if TYPE_CHECKING:
    from conftest import Bench

Make = Callable[[str], Message]
# the steps by which a queued message comes into a state
WAYS = {
    "queued": (),
    "sending": (Event.CLAIM,),
    "sent": (Event.CLAIM, Event.ACCEPT),
    "delivered": (Event.CLAIM, Event.ACCEPT, Event.DELIVER),
    "undelivered": (Event.CLAIM, Event.ACCEPT, Event.UNDELIVER),
    "failed": (Event.CLAIM, Event.FAIL),
    "expired": (Event.EXPIRE,),
    "uncertain": (Event.CLAIM, Event.LOSE),
    "canceled": (Event.CANCEL,),
    "rejected": (Event.REJECT,),
    "held": (Event.HOLD,),
}


@pytest.fixture
def make(bench: Bench) -> Make:
    """A message in that state; "late" and "undo": held until a person says, or may take it back."""

    def one(state: str) -> Message:
        if state == "scheduled":
            return bench.submit(state, send_at=bench.now + timedelta(days=1))
        message = bench.submit(state)
        reason = HELD.get(state, "quiet_hours")
        for event in WAYS["held" if state in HELD else state]:
            lifecycle.advance(message, lookup.parts(message), Step(event, bench.now, reason))
        return message

    return one


HELD = {"late": "too_late", "undo": "undo"}
FITS = {
    "cancel": {"scheduled", "held", "late", "undo", "queued"},
    "again": {"uncertain", "failed", "undelivered", "expired"},
    "release": {"scheduled", "late", "undo"},
}
BECOMES = {"cancel": "canceled", "again": "queued", "release": "queued"}


def run(bench: Bench, answer: str, wanted: Filter, top: int) -> Outcome:
    total = Outcome()
    for outcome in bulk.to_all(answer, wanted, top, "page:ana", lambda: bench.now):
        total.add(outcome)
    return total


@pytest.mark.parametrize("answer", list(FITS))
def test_all_that_fit_and_no_others(bench: Bench, make: Make, answer: str) -> None:
    made = {state: [make(state), make(state)] for state in (*WAYS, "scheduled", "late", "undo")}
    seen = bulk.forecast(answer, Filter())
    assert seen.fits == 2 * len(FITS[answer])
    others = {state: 2 for state in made if state not in FITS[answer] and state not in HELD}
    if answer == "again":
        others["held"] = 6
    assert seen.others == others
    named, fitting = bulk.forecast_of(answer, [one.uid for both in made.values() for one in both])
    assert named == seen
    assert fitting == [one.uid for state, both in made.items() for one in both if state in FITS[answer]]
    outcome = run(bench, answer, Filter(), filtering.newest())
    assert (outcome.done, outcome.refused) == (seen.fits, {})
    for state, messages in made.items():
        became = BECOMES[answer] if state in FITS[answer] else "held" if state in HELD else state
        assert {bench.state(message) for message in messages} == {became}, state


def test_a_filter_narrows_what_is_done(bench: Bench, make: Make) -> None:
    first, other = make("queued"), bench.submit("to Bob", to="+33698765432")
    assert bulk.forecast("cancel", Filter(numbers=["+33698765432"])) == Forecast(1, {})
    run(bench, "cancel", Filter(numbers=["+33698765432"]), filtering.newest())
    assert (bench.state(first), bench.state(other)) == ("queued", "canceled")
    assert bulk.forecast("cancel", Filter(states=("canceled",))) == Forecast(0, {"canceled": 1})


def test_more_than_a_batch_goes_in_short_transactions_and_leaves_latecomers_alone(bench: Bench) -> None:
    early = [bench.submit(f"number {number}") for number in range(bulk.BATCH + 20)]
    steps = bulk.to_all("cancel", Filter(), filtering.newest(), "page:ana", lambda: bench.now)
    first = next(steps)
    late = bench.submit("written meanwhile")
    assert first.done == bulk.BATCH
    assert sum(outcome.done for outcome in steps) == 20
    assert {bench.state(message) for message in early} == {"canceled"}
    assert bench.state(late) == "queued"


def test_it_may_be_left_in_the_middle(bench: Bench) -> None:
    messages = [bench.submit(f"number {number}") for number in range(bulk.BATCH + 20)]
    steps = bulk.to_all("cancel", Filter(), filtering.newest(), "page:ana", lambda: bench.now)
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    states = [bench.state(message) for message in messages]
    assert (states.count("canceled"), states.count("queued")) == (bulk.BATCH, 20)


def test_what_changed_meanwhile_is_counted_and_spoils_no_other(bench: Bench, make: Make) -> None:
    gone, waits = make("queued"), make("queued")
    outbox.cancel(gone.uid, "page:bob", bench.now)
    outcome = bulk.to_each("cancel", [gone.uid, waits.uid, "0" * 32], "page:ana", bench.now)
    assert (outcome.done, outcome.looked_at) == (1, 3)
    assert outcome.refused == {"not_cancelable": 1, "message_unknown": 1}
    assert outcome.examples["not_cancelable"].facts["state"] == State.CANCELED
    assert bench.state(waits) == "canceled"


def test_every_single_one_stands_in_the_log(bench: Bench, make: Make) -> None:
    messages = [make("queued") for _ in range(3)]
    run(bench, "cancel", Filter(), filtering.newest())
    noted = Audit.select().where(Audit.action == "message_canceled", Audit.written_by == "page:ana")
    assert {row.facts["id"] for row in noted} == {message.uid for message in messages}
