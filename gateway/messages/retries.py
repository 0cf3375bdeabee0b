"""What a modem's error means for the part, as the error's effect says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.messages.lifecycle import Event, Step
from gateway.policy.categories import CATEGORIES, WhenUncertain
from gateway.store.models import Message, Part
from modem.errors import ModemError, OnPart

GRACE = timedelta(minutes=10)  # how long an uncertain part waits for its report
BACK_OFF = tuple(timedelta(seconds=s) for s in (2, 10, 60, 300, 900, 3600))
SOON = tuple(timedelta(seconds=s) for s in (2, 2, 5, 10, 30))


@dataclass(frozen=True, slots=True)
class Cure:
    """`event` for the part; `delays` after each refusal, the last one again and again."""

    event: Event
    delays: tuple[timedelta, ...] = ()


CURES = {
    OnPart.AGAIN: Cure(Event.RETRY, SOON),
    OnPart.LATER: Cure(Event.RETRY, BACK_OFF),
    OnPart.FAIL: Cure(Event.FAIL),
    OnPart.ASK: Cure(Event.LOSE),
}


def refusal(message: Message, part: Part, error: ModemError, now: datetime) -> Step:
    """The step of a part that the modem or the network did not take."""
    cure = CURES[error.effect.part]
    if cure.event is Event.LOSE:
        return lost(message, "no_answer", error.code, now)
    most = CATEGORIES[message.category].attempts
    facts = {"error": error.code, "attempts": part.attempts, "most": most}
    if cure.event is Event.FAIL:
        return Step(Event.FAIL, now, "refused", facts=facts)
    if part.attempts >= most:
        return Step(Event.FAIL, now, "attempts_over", facts=facts)
    delay = cure.delays[min(part.attempts, len(cure.delays)) - 1]
    return Step(Event.RETRY, now, "retry", now + delay, facts)


def lost(message: Message, reason: str, error: str, now: datetime) -> Step:
    """The step of a part of which nobody knows whether it left: it waits for its report, then decides."""
    return Step(Event.LOSE, now, reason, now + GRACE, {"error": error})


def after_grace(message: Message, now: datetime, trusted: bool = True) -> Step:
    """What the category does with a part that stayed uncertain; a clock not `trusted` ends no validity."""
    rule = CATEGORIES[message.category].when_uncertain
    if rule is WhenUncertain.GIVE_UP:
        return Step(Event.GIVE_UP, now, "never_twice")
    if rule is WhenUncertain.REPEAT and (now < message.expires_at or not trusted):
        return Step(Event.REPEAT, now, "repeated")
    if rule is WhenUncertain.REPEAT:
        return Step(Event.GIVE_UP, now, "validity_over")
    return Step(Event.ASK, now, "ask")
