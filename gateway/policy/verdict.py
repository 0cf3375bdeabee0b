"""A rule's answer: allow, hold until an instant for a reason, or refuse for a reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Answer(StrEnum):
    ALLOW = "allow"
    HOLD = "hold"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`rule` names who answered; `reason` and `facts` become words at the door."""

    rule: str
    answer: Answer
    reason: str | None = None
    until: datetime | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def allow(rule: str) -> Verdict:
    return Verdict(rule, Answer.ALLOW)


def hold(rule: str, reason: str, until: datetime | None, **facts: Any) -> Verdict:
    return Verdict(rule, Answer.HOLD, reason, until, facts)


def refuse(rule: str, reason: str, **facts: Any) -> Verdict:
    return Verdict(rule, Answer.REFUSE, reason, None, facts)
