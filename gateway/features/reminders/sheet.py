"""A list of appointments: CSV, one a line.  The same list once more changes nothing.

A line without an id is known by its number and its start: what moved needs an id to be the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

from gateway.config import Appliance
from gateway.contacts.book import fold
from gateway.contacts.imports import files
from gateway.errors import GatewayError, Invalid
from gateway.features.reminders import appointments
from gateway.features.reminders.appointments import Wish
from gateway.ids import Ids
from gateway.messages import numbers
from gateway.store import database

MOST_LINES = 2000
MOST_OCTETS = 1024 * 1024
BATCH = 20  # lines a transaction
SHOWN = 200  # faults that are kept

DAYS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})[/.\-](?P<month>\d{1,2})[/.\-](?P<year>\d{4})"),
)
TIME = re.compile(r"(?P<hour>\d{1,2})\s*(?:[:h.]\s*(?P<minute>\d{2})?)?(?::\d{2})?")

# A heading, without accents and all small → what it is for.
HEADINGS = (
    (r"tel\w*|telephone|portable|mobile|num\w*|number|phone|to", "to"),
    (r"date( et heure)?|jour|le|day|debut|start|starts at|date heure", "day"),
    (r"heure|time|hour|a", "time"),
    (r"nom|name|client\w*|patient\w*|contact", "name"),
    (r"lieu|place|adresse|location|cabinet|salle", "place"),
    (r"motif|objet|subject|title|prestation|sujet", "title"),
    (r"id|ref\w*|reference|identifiant", "id"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that was not taken, and why."""

    line: int
    why: str
    facts: Mapping[str, Any]


@dataclass(slots=True)
class Report:
    """What a list came to."""

    new: int = 0
    known: int = 0
    refused: int = 0
    faults: list[Fault] = field(default_factory=list)


def take(path: Path, by: str, site: Appliance, ids: Ids, now: datetime) -> Report:
    """Write each line down; raises Invalid on `file` where the file cannot be read, or has no heading that
    names a number and a day."""
    if path.stat().st_size > MOST_OCTETS:
        raise Invalid("import_too_large", field="file", most=MOST_OCTETS // 1024 // 1024)
    shape = replace(files.look(path), heading=True)
    first = next(files.lines(path, replace(shape, heading=False)))[1]
    columns = guess(first)
    if not {"to", "day"} <= {*columns}:
        raise Invalid("appointment_columns", field="file")
    coming = files.lines(path, shape)
    listed = list(islice(coming, MOST_LINES + 1))
    if len(listed) > MOST_LINES:
        raise Invalid("import_too_long", field="file", most=MOST_LINES)
    report = Report()
    for begin in range(0, len(listed), BATCH):
        with database.transaction():
            for line, cells in listed[begin : begin + BATCH]:
                told = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}
                _take(line, told, report, by, site, ids, now)
    return report


def guess(first: Sequence[str]) -> list[str]:
    """What each column is for ("" for nothing), by the heading."""
    found: list[str] = []
    for cell in first:
        name = fold(cell)
        target = next((target for shape, target in HEADINGS if re.fullmatch(shape, name)), "")
        found.append("" if target in found else target)
    return found


def instant(day: str, clock: str, site: Appliance) -> datetime:
    """A day and a time as people write them, where the appliance stands; raises Invalid on `starts_at`.

    "25/11/2026" and "14h30", "2026-11-25 14:30" and "".
    """
    day, _, rest = " ".join(day.replace("T", " ").split()).partition(" ")
    match = next((found for shape in DAYS if (found := shape.fullmatch(day))), None)
    try:
        if match is None:
            raise ValueError(day)
        on = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError as error:
        raise Invalid("appointment_day", field="starts_at", value=day) from error
    typed = (clock or rest).strip().lower()
    at = TIME.fullmatch(typed)
    try:
        if at is None:
            raise ValueError(typed)
        local = datetime.combine(on, time(int(at["hour"]), int(at["minute"] or 0)), tzinfo=site.timezone)
    except ValueError as error:
        raise Invalid("appointment_time", field="starts_at", value=typed) from error
    return local.astimezone(UTC)


def _take(
    line: int, told: Mapping[str, str], report: Report, by: str, site: Appliance, ids: Ids, now: datetime
) -> None:
    try:
        starts_at = instant(told.get("day", ""), told.get("time", ""), site)
        number = numbers.parse(told.get("to", ""), site.country)
        key = told.get("id") or f"{number} {starts_at:%Y%m%dT%H%MZ}"
        name, title, place = (told.get(word, "") for word in ("name", "title", "place"))
        kept = appointments.put(Wish(number, starts_at, key, name, title, place), by, site, ids, now)
    except GatewayError as error:
        report.refused += 1
        if len(report.faults) < SHOWN:
            report.faults.append(Fault(line, error.code, error.facts))
        return
    report.new += kept.is_new
    report.known += not kept.is_new
