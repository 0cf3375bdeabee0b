"""When a phone may ring: a category's days and hours, in the recipient's time, never on its holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from gateway.policy.categories import Hours
from gateway.policy.territories import Place
from gateway.policy.verdict import Verdict, allow, hold

RULE = "quiet_hours"
LOOK_AHEAD = 63  # days: a single day of the week may be a holiday four times running (Martinique, May 2062)


def judge(hours: Hours | None, place: Place, now: datetime) -> Verdict:
    """Allow inside the hours; outside, hold until they next open: in every zone the recipient may be in."""
    if hours is None or is_open(hours, place, now):
        return allow(RULE)
    until = next_opening(hours, place, now)
    if until is None:
        return hold(RULE, "hours_never_meet", None)
    zone = place.zone
    if place.is_holiday(now.astimezone(zone).date()):
        return hold(RULE, "holiday", until, zone=zone.key)
    return hold(
        RULE,
        "quiet_hours",
        until,
        zone=zone.key,
        opens=f"{hours.opens:%H:%M}",
        closes=f"{hours.closes:%H:%M}",
    )


def is_open(hours: Hours, place: Place, now: datetime) -> bool:
    """Half-open: from the opening minute up to, not including, the closing one."""
    return all(_open_in(hours, place, zone, now) for zone in place.zones)


def closing(hours: Hours | None, place: Place, now: datetime) -> datetime | None:
    """When the hours that are open now end; None where there are none, or they are over."""
    if hours is None or not is_open(hours, place, now):
        return None
    return min(_closing(hours, now.astimezone(zone).date(), zone) for zone in place.zones)


def next_opening(hours: Hours, place: Place, now: datetime) -> datetime | None:
    """The first instant after `now` that is open in every zone; None where their hours never meet."""
    first = min(now.astimezone(zone).date() for zone in place.zones)
    for day in (first + timedelta(days=ahead) for ahead in range(LOOK_AHEAD)):
        openings = {_opening(hours, day, zone) for zone in place.zones}
        if found := [at for at in openings if at > now and is_open(hours, place, at)]:
            return min(found)
    return None


def _open_in(hours: Hours, place: Place, zone: ZoneInfo, now: datetime) -> bool:
    day = now.astimezone(zone).date()
    if day.weekday() not in hours.days or place.is_holiday(day):
        return False
    return _opening(hours, day, zone) <= now < _closing(hours, day, zone)


# A time that daylight saving skips or repeats has two readings: it opens at the later, closes at the earlier.


@lru_cache(maxsize=4096)  # a big country has thirty zones, and each is asked again and again
def _opening(hours: Hours, day: date, zone: ZoneInfo) -> datetime:
    return max(_readings(day, hours.opens, zone))


@lru_cache(maxsize=4096)
def _closing(hours: Hours, day: date, zone: ZoneInfo) -> datetime:
    return min(_readings(day, hours.closes, zone))


def _readings(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    local = datetime.combine(day, at, tzinfo=zone)
    return local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
