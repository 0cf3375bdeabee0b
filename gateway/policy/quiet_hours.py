"""When a phone may ring: a category's days and hours, in one time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gateway.policy.categories import Hours
from gateway.policy.verdict import Verdict, allow, hold

RULE = "quiet_hours"


def judge(hours: Hours | None, zone: ZoneInfo, now: datetime) -> Verdict:
    """Allow inside the hours; outside, hold until they next open."""
    if hours is None or is_open(hours, now.astimezone(zone)):
        return allow(RULE)
    return hold(RULE, "quiet_hours", next_opening(hours, zone, now))


def is_open(hours: Hours, local: datetime) -> bool:
    """Half-open: from the opening minute up to, not including, the closing one."""
    return local.weekday() in hours.days and hours.opens <= local.time() < hours.closes


def closing(hours: Hours | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When today's hours end; None where there are none, or they are over."""
    if hours is None or not is_open(hours, now.astimezone(zone)):
        return None
    return _instant(now.astimezone(zone).date(), hours.closes, zone)


def next_opening(hours: Hours, zone: ZoneInfo, now: datetime) -> datetime:
    """The first opening after `now`; a time skipped by daylight saving is the instant just after it."""
    day = now.astimezone(zone).date()
    for ahead in range(8):
        candidate = day + timedelta(days=ahead)
        if candidate.weekday() not in hours.days:
            continue
        opening = _instant(candidate, hours.opens, zone)
        if opening > now:
            return opening
    raise ValueError("hours that never open")


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
