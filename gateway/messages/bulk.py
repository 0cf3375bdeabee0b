"""One answer for many messages: taken back, sent again, sent now; those it does not fit stay as they are.

What is done is a generator of short transactions: whoever drives it lets others write in between, shows how
far it got, and may stop.  Messages that are written meanwhile are none of its business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.errors import Conflict, GatewayError, NotFound
from gateway.messages import decisions, filtering, outbox
from gateway.messages.filtering import Filter
from gateway.messages.lifecycle import WAITING, State
from gateway.store import database
from gateway.store.models import Message

BATCH = 10  # messages a transaction: some 20 ms in which nobody else writes
FOUND_AT_ONCE = 200  # messages
MOST = 200_000  # messages that are counted beforehand
OTHERS = 1000  # messages of one state that are counted among those it does not fit

Verb = Callable[[str, str, datetime], Message]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is done to each message, and which ones it fits: by state, and where it is held by reason."""

    verb: Verb
    states: tuple[State, ...]
    reasons: Mapping[State, tuple[str, ...]] = field(default_factory=dict)


ANSWERS: Mapping[str, Answer] = {
    "again": Answer(decisions.send_again, (State.UNCERTAIN, *decisions.REPEATABLE)),
    "release": Answer(decisions.release, (State.SCHEDULED, State.HELD), {State.HELD: decisions.RELEASABLE}),
    "cancel": Answer(outbox.cancel, WAITING),
}


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many it fits, no further than `MOST`; and of the others, by state, no further than `OTHERS`."""

    fits: int
    others: dict[str, int]


@dataclass(slots=True)
class Outcome:
    """How many were done, and how often an error's code stood in the way, with one error of each."""

    done: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, GatewayError] = field(default_factory=dict)

    @property
    def looked_at(self) -> int:
        return self.done + self.refused.total()

    def add(self, other: Outcome) -> None:
        self.done += other.done
        self.refused += other.refused
        self.examples |= other.examples


def forecast(answer: str, wanted: Filter) -> Forecast:
    """What would become of all messages that fit the filter; nothing is changed."""
    fits = 0
    for part in _parts(ANSWERS[answer], wanted):
        fits += filtering.count(part, MOST - fits, MOST)
    return Forecast(fits, _others(ANSWERS[answer], wanted))


def forecast_of(answer: str, uids: Sequence[str]) -> tuple[Forecast, list[str]]:
    """The same for messages that are named, and which of them it fits."""
    fits: list[str] = []
    others = Counter[str]()
    for message in Message.select().where(Message.uid.in_(list(uids))).order_by(Message.id):
        if _does_fit(ANSWERS[answer], message):
            fits.append(message.uid)
        else:
            others[message.state] += 1
    return Forecast(len(fits), dict(others)), fits


def to_all(answer: str, wanted: Filter, top: int, by: str, now: Callable[[], datetime]) -> Iterator[Outcome]:
    """Give the answer for every message up to the id `top`; each step is one short transaction."""
    for part in _parts(ANSWERS[answer], wanted):
        cursor: str | None = str(top + 1)
        while cursor is not None:
            sheet = filtering.older(part, cursor, FOUND_AT_ONCE)
            yield from to_named(answer, [message.uid for message in sheet.items], by, now)
            cursor = sheet.older


def to_named(answer: str, uids: Sequence[str], by: str, now: Callable[[], datetime]) -> Iterator[Outcome]:
    """The same for messages that are named."""
    for first in range(0, len(uids), BATCH):
        yield to_each(answer, uids[first : first + BATCH], by, now())


def to_each(answer: str, uids: Sequence[str], by: str, now: datetime) -> Outcome:
    """Give the answer for these messages in one transaction; what it does not fit is counted."""
    outcome = Outcome()
    with database.transaction():
        for uid in uids:
            try:
                ANSWERS[answer].verb(uid, by, now)
                outcome.done += 1
            except (Conflict, NotFound) as error:
                outcome.refused[error.code] += 1
                outcome.examples[error.code] = error
    return outcome


def _parts(answer: Answer, wanted: Filter) -> Iterator[Filter]:
    """The filter, narrowed to what the answer fits: one for each way of being held."""
    states = [state for state in answer.states if not wanted.states or state in wanted.states]
    if plain := [state for state in states if state not in answer.reasons]:
        yield replace(wanted, states=plain)
    for state in states:
        if state in answer.reasons:
            yield replace(wanted, states=[state], reasons=answer.reasons[state])


def _others(answer: Answer, wanted: Filter) -> dict[str, int]:
    found = {}
    for state in wanted.states or tuple(State):
        one = replace(wanted, states=[state])
        number = filtering.count(one, OTHERS) if _may_not_fit(answer, state) else 0
        if number and state in answer.reasons:
            number -= min(number, filtering.count(replace(one, reasons=answer.reasons[State(state)]), OTHERS))
        if number:
            found[str(state)] = number
    return found


def _may_not_fit(answer: Answer, state: str) -> bool:
    return state not in answer.states or state in answer.reasons


def _does_fit(answer: Answer, message: Message) -> bool:
    reasons = answer.reasons.get(State(message.state))
    return message.state in answer.states and (reasons is None or message.reason in reasons)
