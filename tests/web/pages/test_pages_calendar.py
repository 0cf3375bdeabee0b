"""The calendar: a month, a week, a day; what leaves, where it is listed, the days on which none should."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.messages import outbox
from gateway.messages.outbox import Caller, Draft
from gateway.store import database
from journeys.visitor import Ledger, Visitor

PARIS = ZoneInfo("Europe/Paris")
Plan = Callable[..., str]


@pytest.fixture
def plan(ledger: Ledger) -> Plan:
    """The uid of a message that leaves at that hour of the appliance's."""

    def make(at: str, category: str = "notification", text: str = "later") -> str:
        caller = Caller("page:ana", ledger.site.appliance, ledger.site.modem_names, ledger.ids)
        hour = datetime.fromisoformat(at).replace(tzinfo=PARIS)
        with database.connection():
            return str(
                outbox.submit(
                    Draft("+33639980001", text, category, send_at=hour), caller, ledger.clock.now()
                ).uid
            )

    return make


def cell(page: str, day: str) -> str:
    found = re.search(
        rf'<li class="cell[^>]*data-key="{day}".*?(?=<li class="cell|</ol>\s*</div>)', page, re.S
    )
    assert found, day
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", found[0]))


def test_a_month_counts_each_day_and_leads_to_its_messages(ana: Visitor, plan: Plan) -> None:
    for hour in ("2026-11-25T09:00", "2026-11-25T18:00"):
        plan(hour)
    plan("2026-11-25T10:00", "alert")
    page = ana.read("/calendar")
    assert "November 2026" in page
    assert "1 Alert 2 Notification" in cell(page, "2026-11-25")
    assert "Public holiday" in cell(page, "2026-11-11")
    assert "No marketing" in cell(page, "2026-11-29")
    assert re.search(r'data-key="2026-11-23" aria-current="date"', page)
    assert 'href="/calendar?view=day&on=2026-11-25&category=alert"' in page


def test_a_week_shows_the_hours(ana: Visitor, plan: Plan) -> None:
    for hour in ("2026-12-02T09:10", "2026-12-02T09:50", "2026-12-02T18:00"):
        plan(hour)
    page = ana.read("/calendar?view=week&on=2026-12-02")
    assert "Week of 30 November 2026" in page
    assert "09:00 2 Notification 18:00 1 Notification" in cell(page, "2026-12-02")


def test_a_day_lists_its_messages_in_the_order_of_their_hours(ana: Visitor, plan: Plan) -> None:
    last, first = plan("2026-12-02T18:00", text="the last"), plan("2026-12-02T09:10", text="the first")
    plan("2026-12-02T12:00", "alert", text="an alert")
    page = ana.read("/calendar?view=day&on=2026-12-02")
    assert "Wednesday 2 December 2026" in page
    assert page.index("the first") < page.index("an alert") < page.index("the last")
    assert page.index(f"/messages/{first}") < page.index(f"/messages/{last}")
    page = ana.read("/calendar?view=day&on=2026-12-02&category=alert")
    assert "the first" not in page
    link = re.search(r'href="(/messages\?leaves=[^"]+)"', page)
    assert link
    listed = ana.read(link[1])
    assert ("an alert" in listed, "the first" in listed) == (True, False)


def test_one_turns_to_the_days_before_and_after(ana: Visitor) -> None:
    for view, before, after in (
        ("month", "2026-11-30", "2027-01-01"),
        ("week", "2026-12-07", "2026-12-21"),
        ("day", "2026-12-15", "2026-12-17"),
    ):
        page = ana.read(f"/calendar?view={view}&on=2026-12-16")
        assert f'rel="prev" href="/calendar?view={view}&on={before}"' in page
        assert f'rel="next" href="/calendar?view={view}&on={after}"' in page
        assert "Nothing waits for an hour here." in page


@pytest.mark.parametrize("typed", ["yesterday", "2026-13-01", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_said_and_today_is_shown(ana: Visitor, typed: str) -> None:
    page = ana.read(f"/calendar?on={typed}&view=nonsense")
    assert f"“{typed}” is no day." in page
    assert "November 2026" in page


def test_a_cursor_that_is_none_shows_the_day_from_its_beginning(ana: Visitor, plan: Plan) -> None:
    plan("2026-12-02T09:10", text="the first")
    assert "the first" in ana.read("/calendar?view=day&on=2026-12-02&cursor=x")
