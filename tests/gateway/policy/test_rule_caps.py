"""One person gets one marketing message a day of their own, and ten in any thirty days; or less."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.policy import caps, gate
from gateway.policy.rulebook import MONTH, Caps, Rulebook
from gateway.policy.verdict import Answer
from law import after, hour, place, said

NOW = "2026-11-23 12:00"  # a Monday
USUAL = Caps()


def days_ago(*days: int) -> list[datetime]:
    return [after(hour(NOW), days=-ago) for ago in days]


# What left before; the caps; what left; worth sending for so many days; what becomes of it.
ROWS = [
    ("nothing before", USUAL, [], 3, "leaves"),
    ("one this morning", USUAL, [hour("2026-11-23 08:00")], 3, "held until Tue 24 Nov 00:00 (cap_day)"),
    (
        "one at the first instant of the day",
        USUAL,
        [hour("2026-11-23 00:00")],
        3,
        "held until Tue 24 Nov 00:00 (cap_day)",
    ),
    ("one at the last of yesterday", USUAL, [hour("2026-11-22 23:59:59")], 3, "leaves"),
    ("one, and tomorrow is too late", USUAL, [hour("2026-11-23 08:00")], 0.5, "refused (cap_day)"),
    ("one, where two are allowed", Caps(a_day=2), [hour("2026-11-23 08:00")], 3, "leaves"),
    ("nine in thirty days", USUAL, days_ago(*range(1, 10)), 3, "leaves"),
    (
        "ten, the first 29 days ago",
        USUAL,
        days_ago(*range(1, 10), 29),
        3,
        "held until Tue 24 Nov 12:00 (cap_month)",
    ),
    ("ten, the first exactly 30 days ago", USUAL, days_ago(*range(1, 10), 30), 3, "leaves"),
    ("ten last week", USUAL, days_ago(*[5] * 10), 3, "refused (cap_month)"),
    (
        "ten last week, and time enough",
        USUAL,
        days_ago(*[5] * 10),
        30,
        "held until Fri 18 Dec 12:00 (cap_month)",
    ),
    (
        "twelve: three must become old",
        USUAL,
        days_ago(29, 28, 27, *[1] * 9),
        9,
        "held until Thu 26 Nov 12:00 (cap_month)",
    ),
    ("what left in the future does not count", USUAL, days_ago(-1, -1), 3, "leaves"),
    ("nobody gets any", Caps(a_day=0), [], 30, "refused (cap_day)"),
    ("not even in a month", Caps(a_month=0), [], 30, "refused (cap_month)"),
]


@pytest.mark.parametrize(
    ("most", "sent", "days", "verdict"), [pytest.param(*row[1:], id=row[0]) for row in ROWS]
)
def test_how_much_one_person_gets(most: Caps, sent: list[datetime], days: float, verdict: str) -> None:
    now = hour(NOW)
    facts = gate.Facts(
        "marketing", place("France"), None, after(now, days=days), consent=gate.AGREED, sent=sent
    )
    assert said(gate.judge(facts, Rulebook(caps=most), now)) == verdict


# Where; one left at; now; what becomes of the next, by the clocks there.
DAYS = [
    (
        "Paris has a new day, Guadeloupe has not",
        "Guadeloupe",
        "2026-11-23 19:00 there",
        "2026-11-24 00:30",
        "held until Tue 24 Nov 00:00 (cap_day)",
    ),
    ("Nouméa has one before Paris", "Calédonie", "2026-11-23 13:00", "2026-11-23 14:00", "leaves"),
    (
        "a day of 23 hours",
        "France",
        "2026-03-29 00:30",
        "2026-03-29 23:30",
        "held until Mon 30 Mar 00:00 (cap_day)",
    ),
    (
        "a day of 25 hours",
        "France",
        "2026-10-25 00:30",
        "2026-10-25 23:30",
        "held until Mon 26 Oct 00:00 (cap_day)",
    ),
    ("over the year's end", "France", "2026-12-31 19:00", "2027-01-01 00:00", "leaves"),
]


@pytest.mark.parametrize(
    ("where", "sent", "now", "verdict"), [pytest.param(*row[1:], id=row[0]) for row in DAYS]
)
def test_the_day_is_the_recipients_own(where: str, sent: str, now: str, verdict: str) -> None:
    zone = place(where).zone
    instant = hour(now, zone)
    found = caps.judge(USUAL, [hour(sent, zone)], zone, after(instant, days=3), instant)
    assert said(found, zone) == verdict


def test_only_marketing_is_counted() -> None:
    now = hour(NOW)
    rules = {
        category: [
            verdict.rule
            for verdict in gate.verdicts(gate.Facts(category, place("France"), None, now), Rulebook(), now)
        ]
        for category in ("otp", "alert", "notification", "marketing")
    }
    assert [category for category, asked in rules.items() if caps.RULE in asked] == ["marketing"]


# ---- storms ------------------------------------------------------------------------------------------------

START = datetime(2026, 1, 1, tzinfo=UTC)
zones = st.sampled_from(
    ["Europe/Paris", "America/Cayenne", "America/Miquelon", "Pacific/Noumea", "America/Santiago"]
)
gaps = st.lists(st.integers(0, 60 * 60 * 40), max_size=120)  # seconds between two attempts
limits = st.builds(Caps, st.integers(0, 4), st.integers(0, 12))


@settings(deadline=None)
@given(limits, zones, gaps)
def test_no_sequence_of_attempts_gets_past_the_caps(most: Caps, zone: str, seconds: list[int]) -> None:
    there, now, sent = ZoneInfo(zone), START, []
    for gap in seconds:
        now += timedelta(seconds=gap)
        if caps.judge(most, sent, there, after(now, days=90), now).answer is Answer.ALLOW:
            sent.append(now)
    days = [at.astimezone(there).date() for at in sent]
    assert all(days.count(day) <= most.a_day for day in days)
    assert all(sum(at - MONTH < other <= at for other in sent) <= most.a_month for at in sent)


@settings(deadline=None)
@given(limits, zones, st.lists(st.integers(-60 * 86400, 60 * 86400), max_size=30), st.integers(1, 90 * 24))
def test_the_promised_instant_is_later_and_ends_that_hold(
    most: Caps, zone: str, seconds: list[int], hours: int
) -> None:
    sent = [START + timedelta(seconds=each) for each in seconds]
    verdict = caps.judge(most, sent, ZoneInfo(zone), after(START, hours=hours), START)
    if verdict.until is None:
        assert verdict.answer is not Answer.HOLD
        return
    assert START < verdict.until < after(START, hours=hours)
    before = [at for at in sent if at <= START]
    later = caps.judge(most, before, ZoneInfo(zone), after(START, days=99), verdict.until)
    assert later.reason != verdict.reason
