"""Which time zones a country has: the table that comes with the system's own time zones; which day it is
where the appliance stands; and the minutes of a zone's day."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from pathlib import Path

TABLE = "zone.tab"  # country code, coordinates, zone name; since 1996 in every copy of the tz database

_place: dict[str, tzinfo] = {"here": UTC}  # of this process, as the file of its database is


def stands_in(zone: tzinfo) -> None:
    """Say once where the appliance stands."""
    _place["here"] = zone


def today(now: datetime) -> date:
    """Which day it is there."""
    return now.astimezone(_place["here"]).date()


def minute_of(at: datetime, zone: tzinfo) -> int:
    """How many minutes of the day the clocks of a zone have shown."""
    local = at.astimezone(zone)
    return local.hour * 60 + local.minute


def at_minute(day: date, minute: int, zone: tzinfo) -> datetime:
    """The instant of a minute of the day; `day` may be any instant of it, as that zone has it."""
    hour, rest = divmod(minute, 60)
    return datetime(day.year, day.month, day.day, hour, rest, tzinfo=zone).astimezone(UTC)


def zones_of(country: str) -> tuple[str, ...]:
    """The names of a country's zones ("US" has many), () for one that nobody knows."""
    return _table().get(country, ())


def everywhere() -> tuple[str, ...]:
    """The names of all zones, in alphabetical order."""
    return tuple(sorted({zone for zones in _table().values() for zone in zones}))


@cache
def _table() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in _lines():
        if not line.startswith("#") and len(fields := line.split("\t")) >= 3:
            found[fields[0]] = (*found.get(fields[0], ()), fields[2].strip())
    return found


def _lines() -> list[str]:
    for folder in zoneinfo.TZPATH:
        path = Path(folder) / TABLE
        if path.is_file():
            return path.read_text(encoding="utf-8").splitlines()
    return []
