"""Marketing rings phones Monday to Saturday from 8 to 20 where the person lives, never on a holiday there."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.policy import gate, quiet_hours
from gateway.policy.categories import CATEGORIES, MARKETING_HOURS, Hours
from gateway.policy.rulebook import DEFAULT_HOURS, Rulebook
from gateway.policy.territories import Place
from law import after, hour, place, said


def quiet(until: str) -> str:
    """What becomes of it while the hours are closed."""
    return f"held until {until} (quiet_hours)"


# What happens; where the person is; now, in Paris or there; what becomes of it, by the clocks there.
Row = tuple[str, Place, str, str]

FR, GP, MQ, GF = place("France"), place("Guadeloupe"), place("Martinique"), place("Guyane")
RE, YT, PM, NC = place("La Réunion"), place("Mayotte"), place("Miquelon"), place("Calédonie")
PF, WF, US = place("Polynésie"), place("Wallis"), place("America")

# 23 November 2026 is a Monday.
IN_PARIS: list[Row] = [
    ("Monday, as the hours open", FR, "2026-11-23 08:00", "leaves"),
    ("Monday at noon", FR, "2026-11-23 12:00", "leaves"),
    ("Monday, the last second", FR, "2026-11-23 19:59:59", "leaves"),
    ("Monday, as they close", FR, "2026-11-23 20:00", quiet("Tue 24 Nov 08:00")),
    ("the second before they open", FR, "2026-11-23 07:59:59", quiet("Mon 23 Nov 08:00")),
    ("Saturday is a day like others", FR, "2026-11-28 19:59", "leaves"),
    ("Saturday evening", FR, "2026-11-28 20:00", quiet("Mon 30 Nov 08:00")),
    ("Sunday at noon", FR, "2026-11-29 12:00", quiet("Mon 30 Nov 08:00")),
    ("the night when summer begins", FR, "2026-03-28 21:00", quiet("Mon 30 Mar 08:00")),
    ("after the hour that is missing", FR, "2026-03-29 03:00", quiet("Mon 30 Mar 08:00")),
    ("the night when it ends", FR, "2026-10-24 21:00", quiet("Mon 26 Oct 08:00")),
    ("in the hour that comes twice", FR, "2026-10-25 02:30", quiet("Mon 26 Oct 08:00")),
    ("New Year's Eve", FR, "2026-12-31 20:00", quiet("Sat 02 Jan 08:00")),
    ("New Year's Day", FR, "2027-01-01 12:00", "held until Sat 02 Jan 08:00 (holiday)"),
    ("before a leap day", FR, "2028-02-28 21:00", quiet("Tue 29 Feb 08:00")),
    ("on a leap day", FR, "2028-02-29 12:00", "leaves"),
    ("14 July, a Tuesday", FR, "2026-07-14 12:00", "held until Wed 15 Jul 08:00 (holiday)"),
    ("the evening before it", FR, "2026-07-13 20:00", quiet("Wed 15 Jul 08:00")),
    ("before Easter Sunday and Monday", FR, "2026-04-04 20:00", quiet("Tue 07 Apr 08:00")),
    ("a holiday, then a Sunday", FR, "2026-08-15 12:00", "held until Mon 17 Aug 08:00 (holiday)"),
    ("a holiday that is a Sunday", FR, "2026-11-01 12:00", "held until Mon 02 Nov 08:00 (holiday)"),
    ("Good Friday is none in Paris", FR, "2026-04-03 12:00", "leaves"),
    ("nor is 26 December", FR, "2026-12-26 12:00", "leaves"),
]

ABROAD: list[Row] = [
    ("9:00 in Paris is 4:00 in Guadeloupe", GP, "2026-11-23 09:00", quiet("Mon 23 Nov 08:00")),
    ("and 4:00 in Martinique", MQ, "2026-11-23 09:00", quiet("Mon 23 Nov 08:00")),
    ("and 5:00 in Guyane", GF, "2026-11-23 09:00", quiet("Mon 23 Nov 08:00")),
    ("and 5:00 in Saint-Pierre", PM, "2026-11-23 09:00", quiet("Mon 23 Nov 08:00")),
    ("and 12:00 in La Réunion", RE, "2026-11-23 09:00", "leaves"),
    ("and 11:00 in Mayotte", YT, "2026-11-23 09:00", "leaves"),
    ("and 19:00 in Nouméa", NC, "2026-11-23 09:00", "leaves"),
    ("and 20:00 in Wallis", WF, "2026-11-23 09:00", quiet("Tue 24 Nov 08:00")),
    ("and still Sunday in Tahiti", PF, "2026-11-23 09:00", quiet("Mon 23 Nov 08:00")),
    ("15:00 in Paris is 10:00 in Guadeloupe", GP, "2026-11-23 15:00", "leaves"),
    ("and 11:00 in Saint-Pierre", PM, "2026-11-23 15:00", "leaves"),
    ("and Tuesday in Nouméa", NC, "2026-11-23 15:00", quiet("Tue 24 Nov 08:00")),
    ("17:00 in Paris is 20:00 in La Réunion", RE, "2026-11-23 17:00", quiet("Tue 24 Nov 08:00")),
    ("but 19:00 in Mayotte", YT, "2026-11-23 17:00", "leaves"),
    ("winter: 13:00 in Paris is 8:00 in Guadeloupe", GP, "2026-11-23 13:00", "leaves"),
    ("summer: it is 7:00", GP, "2026-07-15 13:00", quiet("Wed 15 Jul 08:00")),
    ("Friday night in Paris is Saturday in Nouméa", NC, "2026-11-27 22:00", "leaves"),
    ("Sunday night is Monday there", NC, "2026-11-22 22:00", "leaves"),
    ("Monday night is Sunday in Guyane", GF, "2026-11-23 02:00", quiet("Mon 23 Nov 08:00")),
    (
        "1 January is over in Paris, not in Guyane",
        GF,
        "2027-01-02 00:30",
        "held until Sat 02 Jan 08:00 (holiday)",
    ),
    ("Tahiti 18:59 is 19:59 on the Gambier", PF, "2026-11-23 18:59 there", "leaves"),
    ("Tahiti 19:00 is 20:00", PF, "2026-11-23 19:00 there", quiet("Tue 24 Nov 08:00")),
    ("Tahiti 7:59 counts too", PF, "2026-11-23 07:59 there", quiet("Mon 23 Nov 08:00")),
    ("New York 12:59 is too early in Hawaii", US, "2026-11-23 12:59 there", quiet("Mon 23 Nov 13:00")),
    ("New York 13:00 is right everywhere", US, "2026-11-23 13:00 there", "leaves"),
    ("until New York closes", US, "2026-11-23 20:00 there", quiet("Tue 24 Nov 13:00")),
    ("in summer Hawaii is an hour later", US, "2026-07-15 13:59 there", quiet("Wed 15 Jul 14:00")),
]


@pytest.mark.parametrize(
    ("where", "now", "verdict"), [pytest.param(*row[1:], id=row[0]) for row in (*IN_PARIS, *ABROAD)]
)
def test_marketing_to_somebody_who_agreed(where: Place, now: str, verdict: str) -> None:
    instant = hour(now, where.zone)
    facts = gate.Facts("marketing", where, None, after(instant, days=30), consent=gate.AGREED)
    assert said(gate.judge(facts, Rulebook(), instant), where.zone) == verdict


# What happens; where; the evening before, there; the promised opening, in UTC.
SAVING = [
    ("Paris goes to summer", FR, "2026-03-28 21:00 there", "2026-03-30T06:00"),
    ("Paris comes back", FR, "2026-10-24 21:00 there", "2026-10-26T07:00"),
    ("Miquelon in winter", PM, "2026-03-06 21:00 there", "2026-03-07T11:00"),
    ("Miquelon goes to summer", PM, "2026-03-07 21:00 there", "2026-03-09T10:00"),
    ("Miquelon comes back", PM, "2026-10-31 21:00 there", "2026-11-02T11:00"),
    ("Cayenne never changes: March", GF, "2026-03-28 21:00 there", "2026-03-30T11:00"),
    ("Cayenne never changes: October", GF, "2026-10-24 21:00 there", "2026-10-26T11:00"),
    ("La Réunion neither", RE, "2026-03-28 21:00 there", "2026-03-30T04:00"),
]


@pytest.mark.parametrize(("where", "evening", "opens"), [pytest.param(*row[1:], id=row[0]) for row in SAVING])
def test_the_morning_after_the_clocks_changed(where: Place, evening: str, opens: str) -> None:
    verdict = quiet_hours.judge(MARKETING_HOURS, where, hour(evening, where.zone))
    assert verdict.until == datetime.fromisoformat(f"{opens}+00:00")


@pytest.mark.parametrize("category", ["otp", "alert", "notification"])
def test_what_is_not_marketing_leaves_at_any_hour(category: str) -> None:
    night = hour("2026-11-29 03:00")
    assert CATEGORIES[category].hours is None
    assert quiet_hours.judge(DEFAULT_HOURS[category], FR, night).answer == "allow"


# ---- other hours than the usual ones -----------------------------------------------------------------------

OFFICE = Hours(frozenset(range(5)), time(10), time(18))
LIFTED = Hours(frozenset(range(7)), time(6), time(22))
MORNINGS = Hours(frozenset(range(6)), time(9), time(12))
MONDAYS, THURSDAYS = Hours(frozenset({0}), time(8), time(20)), Hours(frozenset({3}), time(8), time(20))
NIGHTS = Hours(frozenset(range(7)), time(2, 30), time(6))
SMALL_HOURS = Hours(frozenset(range(7)), time(0), time(2, 30))

CHOSEN: list[tuple[str, Hours, Place, str, str]] = [
    ("narrowed: too early", OFFICE, FR, "2026-11-23 09:59", quiet("Mon 23 Nov 10:00")),
    ("narrowed: open", OFFICE, FR, "2026-11-23 10:00", "leaves"),
    ("narrowed: closed for the weekend", OFFICE, FR, "2026-11-27 18:00", quiet("Mon 30 Nov 10:00")),
    ("narrowed, in Nouméa", OFFICE, NC, "2026-11-23 17:59 there", "leaves"),
    ("lifted: Sunday evening", LIFTED, FR, "2026-11-29 21:59", "leaves"),
    ("lifted: the night stays quiet", LIFTED, FR, "2026-11-29 22:00", quiet("Mon 30 Nov 06:00")),
    ("lifted: and so do holidays", LIFTED, FR, "2026-07-14 12:00", "held until Wed 15 Jul 06:00 (holiday)"),
    ("Mondays alone, with two holidays", MONDAYS, FR, "2023-12-18 20:00", quiet("Mon 08 Jan 08:00")),
    ("Thursdays alone, with three", THURSDAYS, FR, "2042-04-24 20:00", quiet("Thu 22 May 08:00")),
    ("Mondays in Martinique, with four", MONDAYS, MQ, "2062-04-24 20:00 there", quiet("Mon 29 May 08:00")),
    (
        "mornings never meet from Boston to Hawaii",
        MORNINGS,
        US,
        "2026-11-23 12:00",
        "held (hours_never_meet)",
    ),
    ("the opening that summer skips", NIGHTS, FR, "2026-03-29 01:00", quiet("Sun 29 Mar 03:30")),
    ("the closing that winter repeats: before", SMALL_HOURS, FR, "2026-10-25 02:29", "leaves"),
    (
        "the closing that winter repeats: after",
        SMALL_HOURS,
        FR,
        "2026-10-25 02:30",
        quiet("Mon 26 Oct 00:00"),
    ),
]


@pytest.mark.parametrize(
    ("hours", "where", "now", "verdict"), [pytest.param(*row[1:], id=row[0]) for row in CHOSEN]
)
def test_hours_that_people_chose(hours: Hours, where: Place, now: str, verdict: str) -> None:
    book = Rulebook(hours={**DEFAULT_HOURS, "marketing": hours})
    instant = hour(now, where.zone)
    facts = gate.Facts("marketing", where, None, after(instant, days=90), consent=gate.AGREED)
    assert said(gate.judge(facts, book, instant), where.zone) == verdict


def test_the_first_of_the_two_repeated_hours_closes_for_both() -> None:
    second = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 2:10 in Paris, for the second time
    assert second.astimezone(FR.zone).fold == 1
    assert not quiet_hours.is_open(SMALL_HOURS, FR, second)


def test_a_hold_tells_the_hours_and_the_zone_they_are_of() -> None:
    verdict = quiet_hours.judge(OFFICE, GP, hour("2026-11-23 09:00"))
    assert verdict.facts == {"zone": "America/Guadeloupe", "opens": "10:00", "closes": "18:00"}


# ---- when they close ---------------------------------------------------------------------------------------

CLOSINGS = [
    ("Paris", MARKETING_HOURS, FR, "2026-11-23 19:00", "2026-11-23 20:00"),
    (
        "Polynésie closes with the Gambier",
        MARKETING_HOURS,
        PF,
        "2026-11-23 12:00 there",
        "2026-11-23 19:00 there",
    ),
    ("America closes with New York", MARKETING_HOURS, US, "2026-11-23 15:00 there", "2026-11-23 20:00 there"),
    ("narrowed", OFFICE, FR, "2026-11-23 12:00", "2026-11-23 18:00"),
    ("closed already", MARKETING_HOURS, FR, "2026-11-23 20:00", None),
    ("a holiday", MARKETING_HOURS, FR, "2026-07-14 12:00", None),
    ("what has no hours", None, FR, "2026-11-23 12:00", None),
]


@pytest.mark.parametrize(
    ("hours", "where", "now", "closes"), [pytest.param(*row[1:], id=row[0]) for row in CLOSINGS]
)
def test_the_hours_that_are_open_close(
    hours: Hours | None, where: Place, now: str, closes: str | None
) -> None:
    found = quiet_hours.closing(hours, where, hour(now, where.zone))
    assert found == (hour(closes, where.zone) if closes else None)


# ---- with the other rules ----------------------------------------------------------------------------------


def test_the_hold_that_ends_last_is_the_one_that_counts() -> None:
    now, sunday = hour("2026-11-28 15:00"), hour("2026-11-29 10:00")
    facts = gate.Facts("marketing", FR, sunday, after(sunday, days=3), consent=gate.AGREED)
    assert said(gate.judge(facts, Rulebook(), now)) == "held until Sun 29 Nov 10:00 (scheduled)"
    assert said(gate.judge(facts, Rulebook(), sunday)) == quiet("Mon 30 Nov 08:00")


def test_a_rehearsal_sees_the_hours_at_the_instant_it_falls_due() -> None:
    now, sunday = hour("2026-11-27 15:00"), hour("2026-11-29 10:00")
    book = Rulebook()
    assert said(gate.rehearse("marketing", FR, book, now, sunday)) == quiet("Mon 30 Nov 08:00")
    assert (
        said(gate.rehearse("notification", FR, book, now, sunday))
        == "held until Sun 29 Nov 10:00 (scheduled)"
    )
    assert said(gate.rehearse("notification", FR, book, now)) == "leaves"
    assert said(gate.rehearse("marketing", FR, book, now)) == "leaves"


def test_the_hours_of_a_zone_that_changes_at_midnight() -> None:
    """In Santiago the first hour of 6 September 2026 does not exist: its day begins at one."""
    there = Place((ZoneInfo("America/Santiago"),))
    eve = datetime(2026, 9, 5, 23, 30, tzinfo=there.zone)
    always = Hours(frozenset(range(7)), time(0), time(23))
    opens = quiet_hours.next_opening(always, there, eve)
    assert opens is not None
    assert f"{opens.astimezone(there.zone):%d %b %H:%M}" == "06 Sep 01:00"
    assert not quiet_hours.is_open(always, there, opens - timedelta(seconds=1))
