"""The gate: every rule in order, the same at the door and at every claim; the strictest answer counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.policy import caps, clock, consent, quiet_hours
from gateway.policy.categories import CATEGORIES
from gateway.policy.consent import NOBODY, Ground, Standing
from gateway.policy.rulebook import Rulebook
from gateway.policy.territories import Place
from gateway.policy.verdict import Answer, Verdict, allow, hold, refuse

AGREED = Standing(Ground.OPT_IN)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the rules may know of one message."""

    category: str
    place: Place  # where the recipient is: zones and holidays
    send_at: datetime | None
    expires_at: datetime
    opposed_since: datetime | None = None  # to this category
    consent: Standing = NOBODY
    sent: Sequence[datetime] = ()  # marketing that left for this person in the last thirty days
    due: datetime | None = None  # its hour, where being late matters
    trusted: bool = True  # the clock


def verdicts(facts: Facts, book: Rulebook, now: datetime) -> list[Verdict]:
    """Every rule's answer, in the order in which they are asked."""
    category = CATEGORIES[facts.category]
    hours = book.hours[facts.category]
    answers = [
        _validity(facts, now),
        consent.opposed(facts.category, facts.opposed_since),
        consent.judge(facts.category, facts.consent),
        clock.judge(facts.trusted, hours is not None or facts.send_at is not None),
        _schedule(facts, now),
        clock.late(facts.due, category.lateness, facts.trusted, now),
        quiet_hours.judge(hours, facts.place, now),
    ]
    if category.capped and facts.trusted:
        answers.append(caps.judge(book.caps, facts.sent, facts.place.zone, facts.expires_at, now))
    return answers


def judge(facts: Facts, book: Rulebook, now: datetime) -> Verdict:
    """The gate's one answer: the first refusal, else the hold that ends last, else allow."""
    answers = verdicts(facts, book, now)
    for verdict in answers:
        if verdict.answer is Answer.REFUSE:
            return verdict
    holds = [verdict for verdict in answers if verdict.answer is Answer.HOLD]
    return max(holds, key=_end, default=answers[-1])


def rehearse(
    category: str,
    place: Place,
    book: Rulebook,
    now: datetime,
    send_at: datetime | None = None,
    trusted: bool = True,
) -> Verdict:
    """When a message written now, to somebody who agreed, would leave: seen from the instant it falls due."""
    due = max(now, send_at or now)
    ends = due + CATEGORIES[category].validity
    facts = Facts(category, place, send_at, ends, consent=AGREED, trusted=trusted)
    later = judge(facts, book, due)
    return later if later.answer is not Answer.ALLOW else judge(facts, book, now)


def _validity(facts: Facts, now: datetime) -> Verdict:
    if facts.trusted and now >= facts.expires_at:
        return refuse("validity", "validity_over", expired_at=facts.expires_at.isoformat())
    return allow("validity")


def _schedule(facts: Facts, now: datetime) -> Verdict:
    if facts.send_at is not None and now < facts.send_at:
        return hold("schedule", "scheduled", facts.send_at)
    return allow("schedule")


def _end(verdict: Verdict) -> float:
    return verdict.until.timestamp() if verdict.until else float("inf")
