"""What a campaign brought, asked by a program."""

from __future__ import annotations

from typing import Any

from campaign_history import Planted
from gateway import rulebook
from gateway.store import database


def test_every_rate_comes_with_what_it_is_of(shop: Any, clock: Any) -> None:
    with database.connection():
        rulebook.choose_price("4,5", "EUR", "page:ana", clock.now())
        made = Planted(clock.now())
        made.people("A", "delivered", 3, parts=2)
        made.people("A", "undelivered", 1, parts=2)
        made.clicks(0, hours=1)
        made.buys(0, 2500, hours=2)
    told = shop.get(f"/api/v1/campaigns/{made.campaign.uid}/results").get_json()
    assert {name: (rate["count"], rate["of"]) for name, rate in told["rates"].items()} == {
        "delivery": (3, 4),
        "failure": (1, 4),
        "click": (1, 3),
        "reply": (0, 3),
        "conversion": (1, 3),
        "unsubscribe": (0, 3),
    }
    assert (told["cost"], told["revenue"], told["currency"]) == ("0.3600", "25.0000", "EUR")


def test_where_nothing_can_be_divided_there_is_null(shop: Any, clock: Any) -> None:
    with database.connection():
        made = Planted(clock.now(), follow_links=False, code_kind="none")
    told = shop.get(f"/api/v1/campaigns/{made.campaign.uid}/results").get_json()
    assert [rate["share"] for rate in told["rates"].values()] == [None] * 6
    assert told["rates"]["click"]["missing"] == "not_followed"
    assert (told["cost"], told["roi"]) == (None, None)


def test_an_unknown_campaign_is_not_found(shop: Any) -> None:
    answer = shop.get("/api/v1/campaigns/0123/results")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "campaign_unknown")


def test_what_the_message_added_is_two_shares_and_how_sure_their_difference_is(shop: Any, clock: Any) -> None:
    with database.connection():
        made = Planted(clock.now())
        made.people("A", "delivered", 4)
        made.held_out(4)
    address = f"/api/v1/campaigns/{made.campaign.uid}/results"
    before = shop.get(address).get_json()["uplift"]
    assert (before["written"], before["difference"]) == ({"count": None, "of": 4, "share": None}, None)
    with database.connection():
        for place in (0, 1, 2, 4):
            made.sells(place, hours=1)
    told = shop.get(address).get_json()["uplift"]
    assert told["written"] == {"count": 3, "of": 4, "share": 0.75}
    assert told["held_out"] == {"count": 1, "of": 4, "share": 0.25}
    assert told["difference"] == 0.5
    assert told["low"] < 0 < told["high"]
    assert told["clear"] is False
