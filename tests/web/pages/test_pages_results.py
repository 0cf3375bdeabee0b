"""Results on the page: the figures of a planted campaign, with their formulas, and as sheets."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from campaign_history import Planted
from fakes import FakeClock
from gateway import rulebook
from gateway.contacts import book, segments
from gateway.contacts.book import Entry
from gateway.store import database
from gateway.store.models import Audit, User
from journeys.visitor import Visitor


@pytest.fixture
def planted(ana: Visitor, clock: FakeClock) -> Planted:
    """9 sent, 8 delivered in two parts each, 2 clicked, 1 bought for 25 €; 4 were held out."""
    with database.connection(), database.transaction():
        rulebook.choose_price("4,5", "EUR", "page:ana", clock.now())
        made = Planted(clock.now(), name="=Rentrée")
        made.people("A", "delivered", 4, parts=2)
        made.people("B", "delivered", 4, parts=2)
        made.people("B", "undelivered", 1, parts=2)
        made.held_out(4)
        made.clicks(0, hours=1)
        made.clicks(4, hours=2)
        made.buys(0, 2500, hours=3)
        made.tag("regulars", (0, 1))
    return made


def plain(page: str) -> str:
    """What is read, without marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)).replace("\u00a0", " ").replace("\u202f", " ")


def test_one_campaign_shows_each_rate_with_its_formula_and_what_it_is_of(
    ana: Visitor, planted: Planted
) -> None:
    page = plain(ana.read(f"/results/{planted.campaign.uid}"))
    assert "Delivered 88.9 % 8 of 9 between 56.5 % and 98.0 % messages that arrived" in page
    assert "Clicked 25.0 % 2 of 8" in page
    assert "÷ people whose message arrived" in page
    assert "Said STOP 0.0 % 0 of 8" in page
    assert "Cost €0.81 18 parts that left" in page
    assert "Revenue €25.00 1 purchase" in page
    assert "Return (ROI) 2,986.4 %" in page
    assert "it was read. So no such figure is shown" in page


def test_each_text_and_each_tag_has_a_line(ana: Visitor, planted: Planted) -> None:
    page = plain(ana.read(f"/results/{planted.campaign.uid}"))
    assert "A 4 100.0 %" in page
    assert "regulars 2 100.0 %" in page


def test_who_was_held_out_is_compared_by_what_the_till_counted(ana: Visitor, planted: Planted) -> None:
    address = f"/results/{planted.campaign.uid}"
    assert "no code, so no purchase of theirs is seen yet" in plain(ana.read(address))
    page = plain(ana.read(f"{address}?bought=3&held=1"))
    assert "33.3 % of those who were written to bought (3 of 9), 25.0 % of those who got nothing" in page
    assert "Not enough yet: it may be chance." in page
    wrong = ana.read(f"{address}?bought=3&held=5")
    assert "between 0 and 4" in wrong
    assert "it may be chance." not in wrong


def test_sales_by_number_compare_those_who_got_nothing(ana: Visitor, planted: Planted) -> None:
    with database.connection():
        for place in range(8):
            planted.sells(place, hours=5)
    page = plain(ana.read(f"/results/{planted.campaign.uid}"))
    assert (
        "88.9 % of those who were written to bought (8 of 9), 0.0 % of those who got nothing (0 of 4)" in page
    )
    assert "about 8 buyers would not have come without the message" in page
    assert "1 purchase written down with a code" in page


def test_who_was_held_out_is_a_list_that_no_cell_acts_in(ana: Visitor, planted: Planted) -> None:
    address = f"/results/{planted.campaign.uid}/held-out.csv"
    first = planted.persons[9]
    with database.connection():
        book.add(first.number, Entry("=cmd|calc"), "page:ana", planted.sent_at)
        planted.sells(9, hours=2)
    lines = ana.client.get(address).get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert lines[:2] == ["Number,Name,Bought on", f"'{first.number},'=cmd|calc,2026-11-23 14:00"]
    assert len(lines) == 5
    with database.connection():
        assert Audit.select().where(Audit.action == "held_out_exported").count() == 1
        User.update(role="writer").execute()
    assert ana.client.get(address).status_code == 403


def test_a_segment_is_chosen_for_the_page_and_its_sheet(ana: Visitor, planted: Planted) -> None:
    with database.connection():
        rules = segments.typed([("tag_has", "regulars")])
        segment = segments.save("=Regulars", rules, "page:ana", planted.sent_at)
    address = f"/results/{planted.campaign.uid}"
    assert "None is chosen." in ana.read(address)
    page = plain(ana.read(f"{address}?segment={segment.id}"))
    assert "=Regulars 2 100.0 %" in page
    assert "read as it is now" in page
    assert f"export.csv?segment={segment.id}" in ana.read(f"{address}?segment={segment.id}")
    sheet = ana.client.get(f"{address}/export.csv?segment={segment.id}").get_data(as_text=True)
    assert ",'@=Regulars,2," in sheet


def test_campaigns_stand_side_by_side_by_any_rate(ana: Visitor, planted: Planted) -> None:
    page = plain(ana.read("/results?rate=click"))
    assert "people who followed a link ÷ people whose message arrived" in page
    assert "25.0 % between 7.1 % and 59.1 %" in page
    assert "Not enough yet: at least two hours" in page


def test_without_a_campaign_the_page_says_what_to_do_first(ana: Visitor) -> None:
    assert "To the campaigns" in ana.read("/results")


def test_a_draft_has_no_results(ana: Visitor) -> None:
    draft = re.search(r"/campaigns/([0-9a-f]{32})/", ana.send("/campaigns/new", name="Draft"))
    assert draft
    assert ana.client.get(f"/results/{draft[1]}").status_code == 404


def test_a_sheet_says_the_same_and_no_cell_acts(ana: Visitor, planted: Planted, tmp_path: Path) -> None:
    answer = ana.client.get(f"/results/{planted.campaign.uid}/export.csv")
    lines = [line.split(",") for line in answer.get_data(as_text=True).lstrip("\ufeff").splitlines()]
    told = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    assert [line["Text or list"] for line in told] == ["", "A", "B", "#regulars"]
    assert told[0]["Campaign"] == "'=Rentrée"
    assert (told[0]["Delivery rate"], told[0]["Click rate"]) == ("0.888889", "0.25")
    assert (told[0]["Cost"], told[0]["Revenue"], told[0]["ROI"]) == ("0.8100", "25.0000", "29.8642")
    file = tmp_path / "all.xlsx"
    file.write_bytes(ana.client.get("/results/export.xlsx").get_data())
    rows = CalamineWorkbook.from_filelike(io.BytesIO(file.read_bytes())).get_sheet_by_index(0).to_python()
    told_there = dict(zip(rows[0], rows[1], strict=True))
    assert (told_there["Campaign"], told_there["Delivered"], told_there["Cost"]) == ("=Rentrée", 8.0, 0.81)


# ---- reckoning before --------------------------------------------------------------------------------


def test_the_plan_begins_with_ones_own_figures(ana: Visitor, planted: Planted) -> None:
    page = ana.read("/results/simulator")
    fields = dict(re.findall(r'id="(\w+)" name="\w+" value="([^"]*)"', page))
    assert fields == {
        "people": "1000",
        "parts": "1",
        "price": "4.5",
        "delivered": "88.89",
        "converts": "12.5",
        "basket": "25",
    }


def test_a_plan_is_arithmetic_on_what_is_typed(ana: Visitor) -> None:
    typed = "people=1000&parts=2&price=4,5&delivered=95&converts=2&basket=30"
    page = plain(ana.read(f"/results/simulator?{typed}"))
    assert "Cost €90.00" in page
    assert "Purchases 19 " in page
    assert "Left over €480.00" in page
    assert "It pays from 0.3 % who buy" in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("people", "1.5", "is not a number"),
        ("converts", "101", "between 0 and 100"),
        ("price", "NaN", "is not a number"),
        ("basket", "", "required"),
    ],
)
def test_what_cannot_be_reckoned_is_named_at_its_field(
    ana: Visitor, field: str, value: str, said: str
) -> None:
    typed = {"people": "10", "parts": "1", "price": "4", "delivered": "90", "converts": "1", "basket": "9"}
    answer = ana.client.get("/results/simulator", query_string={**typed, field: value})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert re.search(rf'id="{field}-fault">.*{said}', page)
    assert 'id="forecast"' not in page


def test_a_rate_is_read_beside_the_shops_own_campaigns(ana: Visitor, clock: FakeClock) -> None:
    with database.connection(), database.transaction():
        before, made = Planted(clock.now(), "Before"), Planted(clock.now() + timedelta(days=1), "Now")
        for one in (before, made):
            one.people("A", "delivered", 40)
        for place in range(20):
            before.clicks(place, hours=1)
    page = plain(ana.read(f"/results/{made.campaign.uid}"))
    assert "Worse than you usually have, and that is more than chance." in page
    assert "In your campaign before it: 50.0 %. Name what they get before the link" in page
    assert "About what you usually have" in page
    first = plain(ana.read(f"/results/{before.campaign.uid}"))
    assert "Not enough yet to compare with your campaigns before it." in first
    assert "usually have" not in first
