"""The calls about conversions: written down once by their reference, listed page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gateway.store import database
from gateway.store.models import Campaign, CampaignPerson

if TYPE_CHECKING:
    from conftest import Caller, StandingClock

CALLS = "/api/v1/conversions"
UID = "a" * 32


@pytest.fixture
def autumn(shop: Caller, clock: StandingClock) -> None:
    now = clock.now()
    told = {"state": "running", "category": "marketing", "seed": 1, "written_by": "x", "created_at": now}
    with database.connection():
        made = Campaign.create(uid=UID, name="Autumn", code_kind="made", value_cents=2500, **told)
        Campaign.create(uid="b" * 32, name="All", code_kind="one", code="ALL10", **told)
        person = {"role": "exposed", "due_at": now, "state": "written", "code": "ABCD2345"}
        CampaignPerson.create(campaign=made, number="+33639980001", **person)


def told(shop: Caller, **body: Any) -> dict[str, Any]:
    answer = shop.post(CALLS, body)
    assert answer.status_code == 201, answer.get_json()
    return dict(answer.get_json())


def test_a_code_is_written_down_with_what_it_is_worth(shop: Caller, autumn: None) -> None:
    found = told(shop, code="abcd2345", at="2026-11-22T10:00:00+01:00", reference="r1")
    assert (found["campaign"], found["code"], found["amount_cents"]) == (UID, "ABCD2345", 2500)
    assert (found["source"], found["reference"]) == ("api", "r1")


def test_the_same_reference_once_more_is_answered_and_changes_nothing(shop: Caller, autumn: None) -> None:
    first = told(shop, code="ALL10", amount_cents=100, reference="r1")
    again = shop.post(CALLS, {"code": "ALL10", "amount_cents": 999, "reference": "r1"})
    assert (again.status_code, again.get_json()) == (200, first)


def test_a_sale_by_number_says_whose_it_is(shop: Caller, autumn: None, clock: StandingClock) -> None:
    with database.connection():
        Campaign.update(split={"control": 10}, started_at=clock.now()).where(Campaign.uid == UID).execute()
    found = told(shop, number="06 39 98 00 01", amount_cents=900)
    assert (found["campaign"], found["code"], found["number"]) == (UID, "", "+33639980001")
    by_code = told(shop, code="ABCD2345")
    assert by_code["number"] is None
    results = shop.get(f"/api/v1/campaigns/{UID}/results").get_json()
    assert (results["conversions"], results["uplift"]["difference"]) == (1, None)  # nobody is held out
    with database.connection():
        planted = Campaign.get(Campaign.uid == UID)
        person = {"role": "control", "due_at": clock.now(), "state": "left_out"}
        CampaignPerson.create(campaign=planted, number="+33639980002", **person)
    assert told(shop, number="+33639980002")["campaign"] == UID


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"code": "NADA"}, 404, "conversion_code_unknown"),
        ({"code": "ABCD2345"}, 409, "conversion_again"),
        ({"code": "ALL10", "campaign": UID}, 404, "conversion_code_unknown"),
        ({"code": "ALL10", "at": "2027-11-22T10:00:00Z"}, 422, "conversion_instant"),
        ({"code": "ALL10", "amount_cents": -1}, 422, "out_of_range"),
        ({"code": "ALL10", "amount": 3}, 422, "unknown_field"),
        ({}, 422, "conversion_code_missing"),
        ({"number": "zero"}, 422, "number_has_letter"),
        ({"number": "+33639980001"}, 404, "conversion_number_unknown"),
    ],
)
def test_what_is_wrong_has_a_code(shop: Caller, autumn: None, body: Any, status: int, code: str) -> None:
    told(shop, code="ABCD2345")
    answer = shop.post(CALLS, body)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    told(shop, code="ABCD2345", again=True)


def test_they_are_listed_page_by_page(shop: Caller, autumn: None) -> None:
    for cents in range(1, 4):
        told(shop, code="ALL10", amount_cents=cents)
    told(shop, code="ABCD2345", amount_cents=9)
    first = shop.get(f"{CALLS}?limit=3").get_json()
    assert [one["amount_cents"] for one in first["items"]] == [9, 3, 2]
    rest = shop.get(f"{CALLS}?limit=3&cursor={first['next']}").get_json()
    assert ([one["amount_cents"] for one in rest["items"]], rest["next"]) == ([1], None)
    only = shop.get(f"{CALLS}?campaign={UID}").get_json()
    assert [one["code"] for one in only["items"]] == ["ABCD2345"]
    assert shop.get(f"{CALLS}?campaign=none").status_code == 404
    assert shop.get(f"{CALLS}?cursor=x").status_code == 422
