"""Which time zones a country has: the table that comes with the system's own time zones."""

from __future__ import annotations

import zoneinfo
from functools import cache
from pathlib import Path

TABLE = "zone.tab"  # country code, coordinates, zone name; since 1996 in every copy of the tz database


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
