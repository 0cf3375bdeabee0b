"""An iCalendar file becomes appointments, in a process of its own: what a file may cost is bounded there.

The door of icalendar and recurring-ical-events.  Sources: RFC 5545 (components, recurrence), RFC 6868.

python -P calendar.py FROM UNTIL ZONE COUNTRY < FILE
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gateway.errors import Invalid
from gateway.messages import numbers
from gateway.messages.numbers import Particulars

MOST = 3000  # appointments of one file
FURTHEST = timedelta(days=400)  # a single event that moved beyond the window is still there
MEMORY = 768 * 1024 * 1024  # octets of addresses for the other process
PATIENCE = 60.0  # seconds
TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
LONGEST_KEY, LONGEST_WORDS, LONGEST_NAME = 300, 200, 80

IN_UTC = re.compile(rb';TZID="?tzone://Microsoft/Utc"?:(\d{8}T\d{6})(?!Z)')  # Outlook's own word for it
TAG = re.compile(r"<[^<>]{1,300}>")
TYPED = re.compile(r"(?<![\w+])(?:\+|00)?\d(?:[\s.\-()/\u00a0\u202f]{0,2}\d){7,14}(?!\d)")
NAMED = re.compile(r"^X-.*(?:PHONE|TEL|MOBILE|CELL|NUMBER)", re.IGNORECASE)
MOBILE = ("mobile", "fixed_line_or_mobile")  # a fixed line in a text is the shop's own, or a conference's
WORDS = ("DESCRIPTION", "SUMMARY", "LOCATION", "CONTACT", "COMMENT")
DATES = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One appointment as the calendar has it; `number` is E.164 or "", `people` are whose it may be."""

    key: str
    starts_at: datetime
    ends_at: datetime
    all_day: bool
    title: str
    place: str
    number: str
    people: tuple[str, ...]
    canceled: bool

    @property
    def series(self) -> str:
        """The key without the recurrence."""
        return self.key.partition("\n")[0]


def unfold(octets: bytes, begin: datetime, until: datetime, zone: ZoneInfo, country: str) -> list[Occurrence]:
    """What `read` finds, read by another process; raises Invalid, as it does."""
    asked = [begin.isoformat(), until.isoformat(), zone.key, country]
    # By its file, not by its name: the other features, which its name would bring along, take seconds.
    command = [sys.executable, "-P", __file__, *asked]
    around = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    try:
        ended = subprocess.run(
            command, input=octets, capture_output=True, timeout=PATIENCE, check=False, env=around
        )
    except subprocess.TimeoutExpired as error:
        raise Invalid("calendar_too_large", field="url", most=MOST) from error
    told: dict[str, Any] = {"error": "calendar_garbled"}
    if ended.returncode == 0:
        told = json.loads(ended.stdout)
    if "error" in told:
        raise Invalid(told["error"], field="url", most=MOST)
    return [_packed_out(one) for one in told["found"]]


def read(octets: bytes, begin: datetime, until: datetime, zone: ZoneInfo, country: str) -> list[Occurrence]:
    """The appointments of a file that overlap a span, and single ones some way beyond it, by their start.

    A time without a zone is one of `zone`, as is a whole day.  Raises Invalid `calendar_garbled` for what is
    no calendar, `calendar_too_large` where there are too many.  A series that repeats within a day is left
    out.
    """
    import icalendar
    import recurring_ical_events

    try:
        file = icalendar.Calendar.from_ical(IN_UTC.sub(rb":\1Z", octets))
        if file.name != "VCALENDAR":
            raise ValueError(file.name)
        file.subcomponents = [each for each in file.subcomponents if not _is_broken(each)]
        _drop_what_never_ends(file)
        query = recurring_ical_events.of(file, skip_bad_series=True)
        inside = list(islice(query.between(begin, until), MOST + 1))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
        raise Invalid("calendar_garbled", field="url") from error
    recurring = {_uid(event) for event in file.walk("VEVENT") if "RRULE" in event or "RDATE" in event}
    found = {}
    for event in (*_beyond(file, until), *inside):
        if one := _occurrence(event, recurring, zone, country):
            found[one.key] = one
    if len(found) > MOST:
        raise Invalid("calendar_too_large", field="url", most=MOST)
    return sorted(found.values(), key=lambda one: (one.starts_at, one.key))


def numbers_in(text: str, country: str) -> Iterator[str]:
    """The numbers in a text at which somebody may read a message, in order; HTML is text too."""
    for known in _particulars(text, country):
        if (known.valid and known.type in MOBILE) or known.type == "mobile":
            yield known.number


# ---- machinery -----------------------------------------------------------------------------------


def _particulars(text: str, country: str) -> Iterator[Particulars]:
    import html  # half a megabyte, for the process that reads a file

    for match in TYPED.finditer(html.unescape(TAG.sub(" ", text))):
        with suppress(Invalid):
            yield numbers.particulars(match[0], country)


def _named(text: str, country: str) -> Iterator[str]:
    """What is said to be a number, of whatever kind."""
    for known in _particulars(text, country):
        if (known.valid and known.type != "short_code") or known.type == "mobile":
            yield known.number


def _is_broken(event: Any) -> bool:
    """One event that nobody can read hides none of the others."""
    try:
        for name in DATES:
            _when(event, name)
    except ValueError:
        return True
    return _when(event, "DTSTART") is None


def _drop_what_never_ends(file: Any) -> None:
    rules = ((event, event.get("RRULE")) for event in file.subcomponents)
    often = [
        event
        for event, rule in rules
        if isinstance(rule, Mapping) and {str(each).upper() for each in rule.get("FREQ", ())} & {*TOO_OFTEN}
    ]
    file.subcomponents = [event for event in file.subcomponents if event not in often]


def _beyond(file: Any, until: datetime) -> Iterator[Any]:
    """Single events, and single moved recurrences, that begin after the span."""
    for event in file.walk("VEVENT"):
        start = _when(event, "DTSTART")
        if "RRULE" in event or "RDATE" in event or start is None:
            continue
        if until <= _instant(start, ZoneInfo("UTC")) < until + FURTHEST:
            yield event


def _occurrence(event: Any, recurring: set[str], zone: ZoneInfo, country: str) -> Occurrence | None:
    start, end = _when(event, "DTSTART"), _when(event, "DTEND")
    if start is None or not _uid(event):
        return None
    starts_at = _instant(start, zone)
    ends_at = max(starts_at, _end(event, start, end, zone))
    cards = event.get("ATTENDEE", [])
    attending = cards if isinstance(cards, list) else [cards]
    words = {name: _text(event, name) for name in WORDS}
    called = [str(each.params.get("CN", "")) for each in attending if hasattr(each, "params")]
    return Occurrence(
        key=_key(event, recurring, zone),
        starts_at=starts_at,
        ends_at=ends_at,
        all_day=not isinstance(start, datetime),
        title=words["SUMMARY"][:LONGEST_WORDS],
        place=" ".join(words["LOCATION"].split())[:LONGEST_WORDS],
        number=next(_found_numbers(event, attending, words, country), ""),
        people=tuple(name[:LONGEST_NAME] for name in (*called, words["SUMMARY"]) if name.strip()),
        canceled=str(event.get("STATUS", "")).upper() == "CANCELLED",
    )


def _found_numbers(
    event: Any, attending: Iterable[Any], words: Mapping[str, str], country: str
) -> Iterator[str]:
    """What is meant as a number first, then what stands in a text."""
    said = [(name, str(event[name])) for name in event if NAMED.match(name) or name == "URL"]
    for each in attending:
        told = getattr(each, "params", {}).items()
        said += [("", str(each)), *((name, str(value)) for name, value in told if name != "CN")]
    for name, text in said:
        if NAMED.match(name) or text.lower().startswith("tel:"):
            yield from _named(text.removeprefix("tel:"), country)
    for text in words.values():
        yield from numbers_in(text, country)


def _key(event: Any, recurring: set[str], zone: ZoneInfo) -> str:
    """UID, and for what recurs the instant at which it would have been."""
    uid, origin = _uid(event), _when(event, "RECURRENCE-ID")
    if uid in recurring and origin is not None:
        return f"{uid}\n{_instant(origin, zone):%Y%m%dT%H%MZ}"
    return uid


def _uid(event: Any) -> str:
    return str(event.get("UID", "")).strip()[: LONGEST_KEY - 20]


def _text(event: Any, name: str) -> str:
    found = event.get(name, "")
    return str(found[0] if isinstance(found, list) and found else found or "").strip()


def _when(event: Any, name: str) -> date | None:
    return getattr(event.get(name), "dt", None)


def _end(event: Any, start: date, end: date | None, zone: ZoneInfo) -> datetime:
    if end is not None:
        return _instant(end, zone)
    length: Any = getattr(event.get("DURATION"), "dt", None)
    if isinstance(length, timedelta):
        return _instant(start, zone) + length
    return _instant(start, zone) + timedelta(days=not isinstance(start, datetime))


def _instant(at: date, zone: ZoneInfo) -> datetime:
    if not isinstance(at, datetime):
        at = datetime.combine(at, time())
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _packed(one: Occurrence) -> dict[str, Any]:
    return {**asdict(one), "starts_at": one.starts_at.isoformat(), "ends_at": one.ends_at.isoformat()}


def _packed_out(told: dict[str, Any]) -> Occurrence:
    one = Occurrence(**told)
    return replace(
        one,
        starts_at=datetime.fromisoformat(told["starts_at"]),
        ends_at=datetime.fromisoformat(told["ends_at"]),
        people=tuple(told["people"]),
    )


def main(begin: str, until: str, zone: str, country: str) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    octets = sys.stdin.buffer.read()
    span = datetime.fromisoformat(begin), datetime.fromisoformat(until)
    try:
        told: dict[str, Any] = {
            "found": [_packed(one) for one in read(octets, *span, ZoneInfo(zone), country)]
        }
    except Invalid as error:
        told = {"error": error.code}
    except (MemoryError, RecursionError):
        told = {"error": "calendar_too_large"}
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
