"""The occasions of a shop: its own dates among those of the rules, and the day for a campaign about one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from gateway import audit
from gateway.errors import Invalid, NotFound
from gateway.features.campaigns import occasions

if TYPE_CHECKING:
    from conftest import Bench

BY = "page:ana"


def named(bench: Bench, first: date, last: date) -> list[tuple[str, date]]:
    return [(one.code or one.name, one.first) for one in occasions.within(first, last, bench.site)]


def test_own_dates_stand_among_the_others_every_year_or_once(bench: Bench) -> None:
    occasions.add("  Foire   d’hiver ", date(2027, 2, 13), False, BY, bench.now)
    leap = occasions.add("Nos 10 ans", date(2024, 2, 29), True, BY, bench.now)
    february = date(2027, 2, 10), date(2027, 2, 28)
    fair, valentine = ("Foire d’hiver", date(2027, 2, 13)), ("valentine", date(2027, 2, 14))
    assert named(bench, *february) == [fair, valentine, ("Nos 10 ans", date(2027, 2, 28))]
    assert ("Nos 10 ans", date(2028, 2, 29)) in named(bench, date(2028, 2, 1), date(2028, 2, 29))
    assert named(bench, date(2028, 2, 13), date(2028, 2, 13)) == []
    occasions.remove(leap.id, BY, bench.now)
    assert named(bench, *february) == [fair, valentine]
    assert [row.action for row in audit.recent()][:1] == ["occasion_removed"]
    with pytest.raises(NotFound, match="occasion_unknown"):
        occasions.remove(leap.id, BY, bench.now)


def test_what_cannot_be_kept_is_refused(bench: Bench) -> None:
    with pytest.raises(Invalid, match="name_missing"):
        occasions.add(" ", date(2027, 2, 13), False, BY, bench.now)
    for place in range(occasions.MOST):
        occasions.add(f"D{place}", date(2027, 2, 13), False, BY, bench.now)
    with pytest.raises(Invalid, match="too_many_occasions"):
        occasions.add("One more", date(2027, 2, 13), False, BY, bench.now)
    assert len(occasions.everything()) == occasions.MOST


@pytest.mark.parametrize(
    ("code", "today", "best"),
    [
        ("christmas", date(2026, 11, 23), date(2026, 12, 11)),
        ("mothers", date(2027, 5, 1), date(2027, 5, 22)),  # the Sunday a week before is none
        ("winter_sales", date(2026, 12, 1), date(2027, 1, 6)),
        ("christmas", date(2026, 12, 18), date(2026, 12, 19)),  # what is left of the time
    ],
)
def test_a_campaign_leaves_before_it_on_a_day_for_marketing(
    bench: Bench, code: str, today: date, best: date
) -> None:
    year = occasions.within(today, date(today.year + 1, today.month, 1), bench.site)
    one = next(each for each in year if each.code == code)
    assert occasions.best_day(one, today, bench.site) == best
