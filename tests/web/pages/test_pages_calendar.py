"""The calendar: a month, a week, a day; what leaves, where it is listed, the days on which none should."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.features.campaigns import occasions
from gateway.messages import outbox
from gateway.messages.outbox import Caller, Draft
from gateway.store import database
from gateway.store.models import Campaign
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


# ---- the occasions of the year -------------------------------------------------------------------


def test_an_occasion_is_marked_and_opens_a_campaign_with_its_name_and_hour(ana: Visitor) -> None:
    page = ana.read("/calendar?on=2027-05-15")
    assert "Mother’s Day" in cell(page, "2027-05-30")
    assert "Father’s Day" not in page
    there = "/campaigns/new?name=Mother’s+Day+2027&at=2027-05-22T10:00"
    assert f'href="{quoted(there)}"' in page
    form = ana.read(there)
    assert 'value="Mother’s Day 2027"' in form
    assert 'name="at" type="datetime-local" value="2027-05-22T10:00"' in form
    ana.send("/campaigns/new", form_at=there, name="Mother’s Day 2027", at="2027-05-22T10:00")
    with database.connection():
        made = Campaign.get(Campaign.name == "Mother’s Day 2027")
        assert made.send_at == datetime(2027, 5, 22, 10, tzinfo=PARIS)


def quoted(address: str) -> str:
    return address.replace("’", "%E2%80%99")


@pytest.mark.parametrize("at", ["2020-01-01T10:00", "soon"])
def test_an_hour_that_cannot_be_makes_no_campaign(ana: Visitor, at: str) -> None:
    page = ana.send("/campaigns/new", form_at="/campaigns/new", expect=422, name="Easter", at=at)
    assert 'id="at-fault"' in page
    with database.connection():
        assert Campaign.select().count() == 0


def test_what_is_over_prepares_nothing(ana: Visitor) -> None:
    page = ana.read("/calendar?on=2026-10-31")
    assert "Halloween" in page
    assert "Prepare a campaign" not in page


def test_an_own_date_comes_and_goes(ana: Visitor) -> None:
    given = {"name": "Village fair", "day": "2027-03-10", "yearly": "1"}
    page = ana.send("/calendar/dates", form_at="/calendar", **given)
    assert "“Village fair” is in the calendar." in page
    assert "Village fair" in cell(page, "2027-03-10")
    assert "Village fair" in ana.read("/calendar?view=week&on=2028-03-08")
    ana.send("/calendar/dates/1/remove", form_at="/calendar?on=2027-03-01")
    assert "Village fair" not in ana.read("/calendar?on=2027-03-10")
    ana.send("/calendar/dates/1/remove", form_at="/calendar", expect=404)


@pytest.mark.parametrize(("field", "value"), [("name", " "), ("day", "2027-02-30"), ("day", "")])
def test_a_date_that_cannot_be_keeps_what_was_typed(ana: Visitor, field: str, value: str) -> None:
    given = {"name": "Village fair", "day": "2027-03-10"} | {field: value}
    page = ana.send("/calendar/dates", form_at="/calendar", expect=422, **given)
    assert f'id="{field}-fault"' in page
    with database.connection():
        assert occasions.everything() == []
