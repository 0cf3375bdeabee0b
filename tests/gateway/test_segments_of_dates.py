"""Rules about a date beside a contact, as of today: each against counting the days."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from gateway import timezones
from gateway.contacts import dates, fields, segments
from gateway.store.models import Contact, ContactValue

if TYPE_CHECKING:
    from conftest import Bench

DAY = timedelta(days=1)
BY = "page:ana"

BORN = [
    date(year, month, day)
    for year in (1960, 1988, 2008, 2026)
    for month, day in ((1, 1), (2, 28), (3, 1), (12, 31))
]
BORN += [
    date(1988, 2, 29),
    date(2008, 2, 29),
    date(2026, 2, 27),
    date(2027, 1, 1),
    date(2026, 11, 30),
    date(2028, 2, 28),
]
TODAYS = [date(2026, 2, 27), date(2026, 2, 28), date(2026, 12, 31), date(2028, 2, 29), date(2028, 12, 20)]


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _is_birthday(born: date, day: date) -> bool:
    try:
        return born.replace(year=day.year) == day
    except ValueError:
        return (day.month, day.day) == (2, 28)


OF_DATES: Mapping[str, tuple[tuple[int, ...], Callable[[date, date, int], bool]]] = {
    "older": ((1, 90), lambda born, today, n: (today - born).days > n),
    "recent": ((1, 90), lambda born, today, n: 0 <= (today - born).days <= n),
    "ago": ((1, 58, 62), lambda born, today, n: (today - born).days == n),
    "ahead": ((1, 7), lambda born, today, n: 0 <= (born - today).days <= n),
    "birthday": (
        (1, 7, 71, 300, 364, 365, 800),
        lambda born, today, n: any(
            _is_birthday(born, today + ahead * DAY) for ahead in range(min(n, 366) + 1)
        ),
    ),
    "month": ((0,), lambda born, today, n: born.month == today.month),
    "aged": ((1, 18, 38), lambda born, today, n: _age(born, today) >= n),
    "under": ((1, 18, 38), lambda born, today, n: born <= today and _age(born, today) < n),
}


def test_dates_as_of_today_against_counting_the_days(bench: Bench) -> None:
    own = fields.add("Naissance", "date", BY, bench.now)
    for place, born in enumerate([*BORN, None]):
        added = {"created_at": bench.now, "updated_at": bench.now}
        contact = Contact.create(number=f"+3363998{place:04}", name=str(born), folded="", **added)
        if born:
            ContactValue.create(contact=contact, field=own, value=born.isoformat())
    parted = set()
    for today in TODAYS:
        noon = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
        for of, (values, reckons) in OF_DATES.items():
            for value in values:
                rules = segments.typed([(f"field_{own.id}_{of}", str(value))])
                found = [contact.name for contact in segments.numbers(rules, noon)]
                assert found == [str(born) for born in BORN if reckons(born, today, value)], (
                    of,
                    value,
                    today,
                )
                parted |= {of} if found else set()
    assert parted == OF_DATES.keys() == set(dates.RELATIVE)


@pytest.fixture
def nouméa() -> Iterator[None]:
    timezones.stands_in(ZoneInfo("Pacific/Noumea"))
    yield
    timezones.stands_in(UTC)


def test_today_is_the_day_where_the_appliance_stands(bench: Bench, nouméa: None) -> None:
    own = fields.add("Visite", "date", BY, bench.now)
    contact = Contact.create(number="+33639980001", name="Ana", created_at=bench.now, updated_at=bench.now)
    ContactValue.create(contact=contact, field=own, value="2026-11-24")
    rules = segments.typed([(f"field_{own.id}_recent", "1")])
    assert segments.count(rules, datetime(2026, 11, 23, 12, 59, tzinfo=UTC)).found == 0
    assert segments.count(rules, datetime(2026, 11, 23, 13, 0, tzinfo=UTC)).found == 1  # midnight there
