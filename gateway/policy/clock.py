"""A clock that nobody vouches for decides nothing that depends on the hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.policy.verdict import Verdict, allow, hold

RULE = "clock"
LATENESS = "lateness"


def judge(trusted: bool, needs_the_hour: bool) -> Verdict:
    """Allow with a trusted clock, and what leaves at any hour; hold the rest until the clock is trusted."""
    if trusted or not needs_the_hour:
        return allow(RULE)
    return hold(RULE, "clock_untrusted", None)


def late(due: datetime | None, patience: timedelta | None, trusted: bool, now: datetime) -> Verdict:
    """Hold for a person what is found longer after its hour than its category can be late."""
    if due is None or patience is None or not trusted or now - due <= patience:
        return allow(LATENESS)
    minutes = int((now - due).total_seconds() // 60)
    return hold(LATENESS, "too_late", None, due=due.isoformat(), minutes=minutes)
