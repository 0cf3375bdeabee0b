"""What keeps a bot from making the appliance send codes: to whom, how many, how soon after each other.

A bot fills in forms so that codes leave for numbers of its own, and the shop pays ("SMS pumping").
Everything here is counted in codes that left; a request that was refused uses nothing up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

TYPES = ("mobile", "fixed_line_or_mobile", "fixed_line", "voip", "personal_number")  # that one may choose
RANGE = 4  # digits at the end of a number in which the numbers of one range differ

FIRST_DELAY = timedelta(seconds=30)  # to one number: 30 s, 60 s, 2, 4 … minutes
FREE = 5  # codes to one range within the hour that need not keep a distance
GAP = timedelta(seconds=15)  # and then 15 s, 30 s, 45 s …
RESENDS = 5  # codes of one verification

BRAKE = 10  # the part of its limits that remains to whom the brake is on for
SEEN = 50  # codes that are over and by which the watch judges
RECOVERED = 10  # per cent above the least at which an automatic brake is released


@dataclass(frozen=True, slots=True)
class Limits:
    """How many codes may leave at the most in any minute, hour or day."""

    key_minute: int = 30
    key_hour: int = 300
    key_day: int = 1000
    address_hour: int = 10  # of one IP address of the callers' own end users
    device_hour: int = 5
    number_hour: int = 5
    number_day: int = 10
    range_hour: int = 20  # numbers that differ in the last four digits only
    day: int = 2000  # of the whole appliance


@dataclass(frozen=True, slots=True)
class Window:
    """What a limit counts: the codes with the same `of` ("" all of them) in any `span`."""

    of: str
    span: timedelta


WINDOWS: Mapping[str, Window] = {
    "key_minute": Window("key", MINUTE),
    "key_hour": Window("key", HOUR),
    "key_day": Window("key", DAY),
    "address_hour": Window("address", HOUR),
    "device_hour": Window("device", HOUR),
    "number_hour": Window("number", HOUR),
    "number_day": Window("number", DAY),
    "range_hour": Window("prefix", HOUR),
    "day": Window("", DAY),
    "country_hour": Window("region", HOUR),  # only while the brake is on for that country
}
LIMITS = tuple(Limits.__slots__)
REFUSALS = (
    *("code_barred", "code_country", "code_number_type", "code_delay", "code_range_gap", "code_resends"),
    *(f"code_{window}" for window in WINDOWS),
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What people chose; `countries` () stands for the appliance's own, `barred` are the beginnings of
    numbers (E.164, a whole number too) that get no code."""

    limits: Limits = Limits()
    countries: tuple[str, ...] = ()
    types: tuple[str, ...] = ("mobile", "fixed_line_or_mobile")
    least_validated: int = 30  # per cent; 0: nobody watches
    barred: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """Codes that left one after the other."""

    count: int = 0
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a code would go, and what left before it.

    `full`: for each limit that is reached, when the code left that must be out of its window first.
    """

    region: str
    type: str
    allowed: tuple[str, ...]  # regions
    types: tuple[str, ...]
    barred: bool = False
    number: Run = Run()  # since somebody last typed a code back, or for a day
    prefix: Run = Run()  # within the hour
    sends: int = 0  # of the verification that is open
    ends_at: datetime | None = None  # when that one is over
    full: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """`code` names the rule; `until` None: asking again is of no use."""

    code: str
    until: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def judge(asked: Asked, most: Mapping[str, int], now: datetime) -> Refusal | None:
    """None where a code may leave; else the rule that refuses it for good, or for the longest time."""
    if asked.barred:
        return Refusal("code_barred")
    if asked.type not in asked.types:
        return Refusal("code_number_type", facts={"type": asked.type})
    if asked.region not in asked.allowed:
        return Refusal("code_country", facts={"region": asked.region or "?"})
    found = [one for one in _waits(asked, most) if one.until is not None and one.until > now]
    return max(found, key=lambda one: one.until or now, default=None)


def _waits(asked: Asked, most: Mapping[str, int]) -> Iterator[Refusal]:
    for name, at in asked.full.items():
        yield Refusal(f"code_{name}", at + WINDOWS[name].span, {"most": most[name]})
    if asked.sends >= RESENDS:
        yield Refusal("code_resends", asked.ends_at, {"most": RESENDS})
    if asked.number.last is not None:
        yield Refusal("code_delay", asked.number.last + delay(asked.number.count))
    if asked.prefix.last is not None:
        yield Refusal("code_range_gap", asked.prefix.last + gap(asked.prefix.count))


def delay(count: int) -> timedelta:
    """How long after the last of so many codes to one number the next may leave."""
    return FIRST_DELAY * 2 ** min(count - 1, 12) if count else timedelta()


def gap(count: int) -> timedelta:
    """The same for so many codes to one range within the hour."""
    return GAP * max(0, count - FREE + 1)


def most(limits: Limits, key_braked: bool, country_braked: bool) -> dict[str, int]:
    """Every limit that holds now, by name."""
    held = asdict(limits)
    if key_braked:
        held |= {name: _tenth(held[name]) for name in held if WINDOWS[name].of == "key"}
    if country_braked:
        held["country_hour"] = _tenth(limits.key_hour)
    return held


def _tenth(limit: int) -> int:
    return max(1, limit // BRAKE)


def range_of(number: str) -> str:
    """The range in which a number lies."""
    return number[:-RANGE]


# ---- the watch -----------------------------------------------------------------------------------


def should_brake(seen: int, validated: int, least: int) -> bool:
    """Too few of the codes that are over were typed back, and there are enough to tell."""
    return seen >= SEEN and validated * 100 < least * seen


def may_release(seen: int, validated: int, least: int) -> bool:
    """Enough were typed back again, by a margin."""
    return seen >= SEEN and validated * 100 >= min(100, least + RECOVERED) * seen
