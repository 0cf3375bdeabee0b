"""How much marketing one person gets: so many a day of their own, so many in any thirty days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from gateway.policy.rulebook import MONTH, Caps
from gateway.policy.verdict import Verdict, allow, hold, refuse

RULE = "caps"


def judge(
    caps: Caps, sent: Sequence[datetime], zone: ZoneInfo, expires_at: datetime, now: datetime
) -> Verdict:
    """`sent`: when the marketing messages of the last thirty days left for this person, in any order.

    Hold until there is room again; refuse where that comes after the message has expired.
    """
    month = sorted(at for at in sent if now - MONTH < at <= now)
    today = [at for at in month if at.astimezone(zone).date() == now.astimezone(zone).date()]
    if len(month) >= caps.a_month:
        frees = month[len(month) - caps.a_month] + MONTH if caps.a_month else None
        return _full("cap_month", caps.a_month, len(month), frees, expires_at)
    if len(today) >= caps.a_day:
        frees = _tomorrow(zone, now) if caps.a_day else None
        return _full("cap_day", caps.a_day, len(today), frees, expires_at)
    return allow(RULE)


def _full(reason: str, most: int, sent: int, frees: datetime | None, expires_at: datetime) -> Verdict:
    if frees is None or frees >= expires_at:
        return refuse(RULE, reason, most=most, sent=sent)
    return hold(RULE, reason, frees, most=most, sent=sent)


def _tomorrow(zone: ZoneInfo, now: datetime) -> datetime:
    """The first instant of the recipient's next day."""
    day = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(now.tzinfo)
