"""The gate: every rule in order, the same at the door and at every claim; the strictest answer counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.policy import quiet_hours
from gateway.policy.categories import CATEGORIES
from gateway.policy.verdict import Answer, Verdict, allow, hold, refuse


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the rules may know of one message."""

    category: str
    zone: ZoneInfo
    send_at: datetime | None
    expires_at: datetime


def verdicts(facts: Facts, now: datetime) -> list[Verdict]:
    """Every rule's answer, in the order in which they are asked."""
    return [
        _validity(facts, now),
        _schedule(facts, now),
        quiet_hours.judge(CATEGORIES[facts.category].hours, facts.zone, now),
    ]


def judge(facts: Facts, now: datetime) -> Verdict:
    """The gate's one answer: the first refusal, else the hold that ends last, else allow."""
    answers = verdicts(facts, now)
    for verdict in answers:
        if verdict.answer is Answer.REFUSE:
            return verdict
    holds = [verdict for verdict in answers if verdict.answer is Answer.HOLD]
    return max(holds, key=_end, default=answers[-1])


def rehearse(category: str, zone: ZoneInfo, now: datetime, send_at: datetime | None = None) -> Verdict:
    """When a message written now would leave: as `judge`, seen from the instant it falls due."""
    due = max(now, send_at or now)
    facts = Facts(category, zone, send_at, due + CATEGORIES[category].validity)
    later = judge(facts, due)
    return later if later.answer is not Answer.ALLOW else judge(facts, now)


def _validity(facts: Facts, now: datetime) -> Verdict:
    if now >= facts.expires_at:
        return refuse("validity", "validity_over", expired_at=facts.expires_at.isoformat())
    return allow("validity")


def _schedule(facts: Facts, now: datetime) -> Verdict:
    if facts.send_at is not None and now < facts.send_at:
        return hold("schedule", "scheduled", facts.send_at)
    return allow("schedule")


def _end(verdict: Verdict) -> float:
    return verdict.until.timestamp() if verdict.until else float("inf")
