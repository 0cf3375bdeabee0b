"""What somebody chose to see of the messages: read from the address, and written into it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta

from gateway.contacts import book
from gateway.errors import Invalid
from gateway.messages import numbers
from gateway.messages.filtering import Filter
from gateway.policy.categories import CATEGORIES
from web.language import trouble
from web.office import office
from web.tones import FILTERS, WAITING

MOST_PEOPLE = 50  # whose name fits

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Typed:
    """The filters as they stand in the address; "" where one is not used."""

    state: str = ""
    to: str = ""  # a number, or a piece of a contact's name
    text: str = ""
    category: str = ""
    source: str = ""
    modem: str = ""
    since: str = ""  # days, as 2026-12-31
    until: str = ""
    leaves: str = ""

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> Typed:
        return cls(**{name: arguments.get(name, "").strip() for name in cls.__slots__})

    @property
    def address(self) -> dict[str, str]:
        """Those in use, by name."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def further(self) -> bool:
        """Whether one of those is used that are not always in sight."""
        return any((self.category, self.source, self.modem, self.since, self.until, self.leaves))


@dataclass(frozen=True, slots=True)
class Sieve:
    """The filters understood; `faults`: codes by field for those that were not, which filter nothing."""

    typed: Typed
    wanted: Filter
    chosen: str  # a key of FILTERS
    faults: dict[str, Invalid] = field(default_factory=dict)
    many_people: bool = False  # more than MOST_PEOPLE have that name: the others are left out


def read(typed: Typed) -> Sieve:
    faults: dict[str, Invalid] = {}
    since, until, leaves = (_span(name, typed, faults) for name in ("since", "until", "leaves"))
    people, many = _people(typed.to)
    chosen = typed.state if typed.state in FILTERS else "all"
    states = FILTERS[chosen] or (WAITING if leaves else ())
    wanted = Filter(
        states=states,
        numbers=people,
        category=typed.category if typed.category in CATEGORIES else None,
        source=typed.source or None,
        modem=typed.modem or None,
        since=since and since[0],
        until=until and until[1],
        leaves=leaves,
        text=typed.text or None,
    )
    return Sieve(typed, wanted, chosen, faults, many)


def midnight(day: date) -> datetime:
    """When that day begins where the appliance stands."""
    return datetime.combine(day, time(), office().config.appliance.timezone)


def day(typed: str) -> date:
    """Raises Invalid on `day` for what is no day of these centuries."""
    try:
        found = date.fromisoformat(typed)
    except ValueError as error:
        raise Invalid("day_unreadable", field="day", value=typed) from error
    if not 1970 <= found.year <= 2200:
        raise Invalid("day_unreadable", field="day", value=typed)
    return found


def on(typed: str, today: date) -> tuple[date, str]:
    """(the day in an address, else today; what is wrong with what stands there)."""
    try:
        return (day(typed) if typed else today), ""
    except Invalid as error:
        return today, trouble(error)


def _span(name: str, typed: Typed, faults: dict[str, Invalid]) -> Span | None:
    """That day from its midnight to the next."""
    written = getattr(typed, name)
    try:
        chosen = day(written) if written else None
    except Invalid as error:
        faults[name] = error
        return None
    return (midnight(chosen), midnight(chosen + timedelta(days=1))) if chosen else None


def _people(typed: str) -> tuple[list[str] | None, bool]:
    """The numbers that are meant: the one that was typed in full, else those of the contacts that fit."""
    if not typed:
        return None, False
    try:
        number = numbers.parse(typed, office().config.appliance.country)
    except Invalid:
        number = typed
    if number.startswith("+"):
        return [number], False
    found = book.page(typed, limit=MOST_PEOPLE)
    return [number, *(contact.number for contact in found.items)], found.next is not None
