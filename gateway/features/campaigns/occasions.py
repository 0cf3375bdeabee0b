"""The occasions of a shop's year: those that a rule tells, and dates of its own."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from gateway import audit
from gateway.config import Appliance
from gateway.contacts import fields
from gateway.errors import Invalid, NotFound
from gateway.messages import planning
from gateway.policy import occasions
from gateway.store import choices, database

NAME = "occasions"
LONGEST = 60
MOST = 50
LEAD = 7  # days before a date of one's own
LOOKED_BACK = 14  # days, for one on which marketing may leave


@dataclass(frozen=True, slots=True)
class Own:
    """A date of the shop's: the day of one year, or of every year."""

    id: int
    name: str
    day: str  # 2026-12-31
    yearly: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """What a calendar shows: `code` of a rule, or the `name` of an own date and its `own` id."""

    first: date
    last: date
    lead: int
    code: str = ""
    name: str = ""
    own: int = 0


def within(first: date, last: date, site: Appliance) -> list[Marked]:
    """Everything that has a day between these two, the earliest first."""
    ruled = occasions.within(first, last, site.country)
    found = [Marked(one.first, one.last, one.lead, code=one.code) for one in ruled]
    for one in everything():
        found += (Marked(day, day, LEAD, name=one.name, own=one.id) for day in _days(one, first, last))
    return sorted(found, key=lambda one: (one.first, one.code, one.name))


def best_day(one: Marked, today: date, site: Appliance) -> date:
    """When a campaign about it had better leave: its lead before it, on a day for marketing, not before
    tomorrow."""
    wanted = max(one.first - timedelta(days=one.lead), today + timedelta(days=1))
    days = planning.days(wanted - timedelta(days=LOOKED_BACK), LOOKED_BACK + 1, site)
    free = (each.day for each in reversed(days) if not each.is_quiet)
    return next((day for day in free if day > today), wanted)


def everything() -> list[Own]:
    """The shop's own dates, in the order in which they were added."""
    return [Own(**kept) for kept in (choices.find(NAME) or {}).get("dates", ())]


def add(name: str, day: date, yearly: bool, by: str, now: datetime) -> Own:
    """Raises Invalid."""
    name = fields.named(name, LONGEST)
    with database.transaction():
        known = everything()
        if len(known) >= MOST:
            raise Invalid("too_many_occasions", field="name", most=MOST)
        added = Own(max((one.id for one in known), default=0) + 1, name, day.isoformat(), yearly)
        _keep([*known, added])
        audit.write(by, "occasion_added", now, shown=name)
    return added


def remove(own: int, by: str, now: datetime) -> Own:
    """Raises NotFound `occasion_unknown`."""
    with database.transaction():
        known = everything()
        gone = next((one for one in known if one.id == own), None)
        if gone is None:
            raise NotFound("occasion_unknown")
        _keep([one for one in known if one.id != own])
        audit.write(by, "occasion_removed", now, shown=gone.name)
    return gone


def _keep(dates: list[Own]) -> None:
    choices.keep(NAME, {"dates": [asdict(one) for one in dates]})


def _days(one: Own, first: date, last: date) -> list[date]:
    """29 February is kept on the 28th where there is none."""
    day = date.fromisoformat(one.day)
    years = range(first.year, last.year + 1) if one.yearly else (day.year,)
    return [on for on in (_in_year(day, year) for year in years) if first <= on <= last]


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)
