"""Marketing rings phones Monday to Saturday, from 8 to 20, in the zone that counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy import gate, quiet_hours
from gateway.policy.categories import CATEGORIES, MARKETING_HOURS
from gateway.policy.verdict import Answer

PARIS = ZoneInfo("Europe/Paris")


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-23 08:00", None),  # Monday
        ("2026-11-23 12:00", None),
        ("2026-11-23 19:59:59", None),
        ("2026-11-23 20:00", "2026-11-24 08:00"),
        ("2026-11-23 07:59:59", "2026-11-23 08:00"),
        ("2026-11-28 19:59", None),  # Saturday
        ("2026-11-28 20:00", "2026-11-30 08:00"),
        ("2026-11-29 12:00", "2026-11-30 08:00"),  # Sunday
        ("2026-12-31 23:00", "2027-01-01 08:00"),
        ("2028-02-28 21:00", "2028-02-29 08:00"),
        ("2026-03-28 21:00", "2026-03-30 08:00"),  # over the night when summer time begins
        ("2026-10-24 21:00", "2026-10-26 08:00"),  # and ends
    ],
)
def test_marketing_waits_for_the_next_opening(now: str, opens: str | None) -> None:
    verdict = quiet_hours.judge(MARKETING_HOURS, PARIS, paris(now))
    if opens is None:
        assert verdict.answer is Answer.ALLOW
    else:
        assert (verdict.answer, verdict.reason, verdict.until) == (Answer.HOLD, "quiet_hours", paris(opens))


@pytest.mark.parametrize("category", ["otp", "alert", "notification"])
def test_what_is_not_marketing_leaves_at_any_hour(category: str) -> None:
    night = paris("2026-11-29 03:00")
    assert quiet_hours.judge(CATEGORIES[category].hours, PARIS, night).answer is Answer.ALLOW


zones = st.sampled_from(
    ["Europe/Paris", "America/Cayenne", "Indian/Reunion", "America/Miquelon", "Pacific/Noumea"]
)
instants = st.integers(1_577_836_800, 2_524_608_000).map(lambda s: datetime.fromtimestamp(s, UTC))


@given(zones, instants)
def test_the_promised_opening_is_inside_the_hours_and_nothing_before_it_is(zone: str, now: datetime) -> None:
    place = ZoneInfo(zone)
    verdict = quiet_hours.judge(MARKETING_HOURS, place, now)
    if verdict.answer is Answer.ALLOW:
        return
    assert verdict.until is not None
    assert now < verdict.until <= now + timedelta(hours=37)
    assert quiet_hours.judge(MARKETING_HOURS, place, verdict.until).answer is Answer.ALLOW
    just_before = verdict.until - timedelta(seconds=1)
    assert quiet_hours.judge(MARKETING_HOURS, place, max(now, just_before)).answer is Answer.HOLD


def test_the_hold_that_ends_last_is_the_one_that_counts() -> None:
    now, send_at = paris("2026-11-28 15:00"), paris("2026-11-29 10:00")  # a Sunday
    facts = gate.Facts("marketing", PARIS, send_at, send_at + timedelta(days=3))
    assert gate.judge(facts, now).until == send_at
    assert gate.judge(facts, send_at).until == paris("2026-11-30 08:00")


def test_a_rehearsal_sees_the_hours_at_the_instant_it_falls_due() -> None:
    now, sunday = paris("2026-11-27 15:00"), paris("2026-11-29 10:00")
    assert gate.rehearse("marketing", PARIS, now, sunday).until == paris("2026-11-30 08:00")
    assert gate.rehearse("notification", PARIS, now, sunday).until == sunday
    assert gate.rehearse("notification", PARIS, now).answer is Answer.ALLOW


def test_what_is_over_is_refused_whatever_the_other_rules_say() -> None:
    now = paris("2026-11-29 03:00")
    verdict = gate.judge(gate.Facts("marketing", PARIS, None, now), now)
    assert (verdict.answer, verdict.reason) == (Answer.REFUSE, "validity_over")
