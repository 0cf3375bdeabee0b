"""Whether a SIM has room for a part, as its budget says, and what is done where it has none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from gateway import settings
from gateway.messages.lifecycle import Event, Step
from gateway.policy import budgets, route
from gateway.policy.verdict import Answer, Verdict, allow
from gateway.store import claims, statements
from gateway.store.models import Message, Part

COUNTED = 1000  # parts that wait for a modem: whoever has more is as busy as can be


class Budget(Protocol):
    """Knows what each SIM may still send; hears of each part that was handed over."""

    def judge(self, modem: str, sim: str, message: Message, now: datetime) -> Verdict: ...

    def count(self, modem: str, sim: str, message: Message, part: Part, now: datetime) -> None: ...

    def rests_long(self, modem: str, now: datetime) -> bool: ...


class NoBudget:
    """Every SIM may send whatever it is given."""

    def judge(self, modem: str, sim: str, message: Message, now: datetime) -> Verdict:
        return allow(budgets.RULE)

    def count(self, modem: str, sim: str, message: Message, part: Part, now: datetime) -> None: ...

    def rests_long(self, modem: str, now: datetime) -> bool:
        return False


def next_part(
    budget: Budget, modem: str, sim: str, turns: Mapping[int, str], now: datetime
) -> tuple[Part, Verdict] | None:
    """The part whose turn it is, with the budget's answer: a SIM that rests only finishes what it has begun.

    What must not wait comes first by its lane, so that nothing of the kind is behind what is held.
    """
    part = claims.next_part(modem, turns)
    if part is None:
        return None
    verdict = budget.judge(modem, sim, part.message, now)
    if not budgets.is_whole(verdict):
        return part, verdict
    part = claims.begun(modem)
    if part is None or budget.judge(modem, sim, part.message, now).answer is not Answer.ALLOW:
        return None
    return part, allow(budgets.RULE)


def find_room(
    part: Part, modem: str, verdict: Verdict, budget: Budget, sims: Mapping[str, str], now: datetime
) -> Step | None:
    """This SIM may not write to one person more: another one that may, now or in a moment, gets the message,
    and there is no step to take; else it is held until the first of them may."""
    message = part.message
    if message.wanted_modem is not None:
        return _held(verdict, modem, now)
    answers = {name: budget.judge(name, sim, message, now) for name, sim in sims.items() if name != modem}
    able = [name for name, answer in answers.items() if _soon(answer, now)]
    if able:
        bound = _best(able, message.recipient)
        statements.update(Part, {"bound": bound}, {"message": message.id, "state": part.state})
        return None
    answers[modem] = verdict
    first = min(answers, key=lambda name: _until(answers[name]))
    return _held(answers[first], first, now)


def _soon(verdict: Verdict, now: datetime) -> bool:
    """There is room, or will be before anybody else is worth asking."""
    if budgets.is_whole(verdict) and verdict.until is not None:
        return verdict.until - now <= budgets.SHORT
    return verdict.answer is Answer.ALLOW


def _held(verdict: Verdict, modem: str, now: datetime) -> Step:
    return Step(Event.HOLD, now, verdict.reason, verdict.until, {**verdict.facts, "modem": modem})


def _until(verdict: Verdict) -> float:
    return verdict.until.timestamp() if verdict.until else float("inf")


def _best(modems: list[str], recipient: str) -> str:
    """The one whose beginnings fit the number best, of several the one with the least to do."""
    routes = settings.routes(modems)
    return min(
        modems,
        key=lambda modem: (-route.fit(recipient, routes[modem]), claims.queued(modem, COUNTED)),
    )
