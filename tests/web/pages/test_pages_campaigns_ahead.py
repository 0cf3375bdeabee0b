"""What the steps of a campaign say of its future: the budgets of the SIMs, its end, what still lacks."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from fakes import FakeClock
from gateway import status
from gateway.config import Config
from gateway.contacts import book, groups, particulars
from gateway.contacts.book import Entry
from gateway.features.campaigns import verbs
from gateway.features.campaigns.paces import Pace
from gateway.features.campaigns.plan import Trial
from gateway.features.campaigns.split import Split
from gateway.modems import budgets
from gateway.policy.budgets import Limits
from gateway.store import database
from gateway.store.models import Setting
from journeys.visitor import Visitor
from people import agree
from web import campaign_looks

BY = "page:ana"
OFFER = "Chappe: -10% samedi, {prénom|bonjour}. STOP 36180"


@pytest.fixture
def town(ana: Visitor, clock: FakeClock) -> Visitor:
    """Thirty people in a group who agreed to offers, and a price of a part."""
    with database.connection(), database.transaction():
        club = groups.add("Club", BY, clock.now())
        Setting.create(name="letters.shop", value={"name": "Chappe"})
        Setting.create(name="law.price", value={"cents": "4.5", "currency": "EUR"})
        for place in range(30):
            number = f"+3363998{place:04d}"
            book.add(number, Entry(f"Ana{place} Durand"), BY, clock.now())
            particulars.keep(number, BY, clock.now(), wanted_groups=[club.id])
            agree(number, clock.now())
    return ana


def drafted(town: Visitor, text: str = OFFER) -> str:
    """A draft with its people and its text; where its steps are."""
    page = town.send("/campaigns/new", name="Rentrée")
    found = re.search(r"/campaigns/([0-9a-f]{32})/step/text", page)
    assert found
    steps = f"/campaigns/{found[1]}/step"
    town.send(f"{steps}/people", to="@Club", action="next")
    town.send(f"{steps}/text", **{"text-A": text, "category": "marketing", "code_kind": "none"})
    return steps


def words(page: str) -> str:
    """As one reads it."""
    main = page.partition("<main")[2]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", main)))


def limit(clock: FakeClock, **limits: int) -> None:
    with database.connection(), database.transaction():
        budgets.choose("sim1", Limits(**limits), BY, clock.now())


def test_the_look_ahead_says_who_leaves_when_as_the_budget_lets_them(town: Visitor, clock: FakeClock) -> None:
    """Ten people in thirty days, thirty people: today, in thirty days and in sixty."""
    limit(clock, day=10, recipients_month=10)
    steps = drafted(town)
    for name in ("look", "go"):
        page = words(town.read(f"{steps}/{name}"))
        assert "The budgets of the SIM cards hold back what is too much for a day or a month." in page
        spread = page.partition("for a day or a month.")[2]
        said = ["at once : 10 people", "Wed 23 Dec, 12:00 : 10 people", "22 Jan 2027, 12:00 : 10 people"]
        assert spread.replace(" :", ":").startswith(" " + " ".join(said).replace(" :", ":"))
        assert "arts per day: 0 used, all of it would make 30; the most is 10." in page
        assert "€1.35" in page  # 30 parts at 4.5 cents


def test_a_budget_with_room_for_all_says_so(town: Visitor, clock: FakeClock) -> None:
    limit(clock, day=30)
    page = words(town.look(f"{drafted(town)}/look"))
    assert "The budgets of the SIM cards hold nothing of it back." in page
    assert "too much for a day" not in page


def test_without_a_budget_nothing_is_said_of_one(town: Visitor) -> None:
    assert "budgets of the SIM" not in words(town.look(f"{drafted(town)}/look"))


def test_a_number_in_06_is_told_before_the_first_campaign(
    town: Visitor, site: Config, clock: FakeClock
) -> None:
    modem = status.ModemStatus("sim1", "ready", number="+33612345678")
    status.write(site.appliance.runtime_dir, (modem,), clock.now())
    steps = drafted(town)
    for name in ("look", "go"):
        assert "shows a number in 06 or 07" in words(town.read(f"{steps}/{name}"))


def test_on_a_closed_day_the_last_step_says_when_it_really_begins(town: Visitor, clock: FakeClock) -> None:
    steps = drafted(town)
    sunday = FakeClock().now().replace(day=29)
    clock.move(sunday - clock.now())
    page = words(town.look(f"{steps}/go"))
    assert "30 people get it" in page
    assert re.search(r"Begins.{0,40}(tomorrow|Monday|30 Nov)[^.]*08:00", page)
    assert "at once" not in page


def test_the_last_step_names_all_that_lacks_each_with_its_step(town: Visitor, clock: FakeClock) -> None:
    page = town.send("/campaigns/new", name="Vide")
    found = re.search(r"(/campaigns/([0-9a-f]{32})/step)/text", page)
    assert found
    steps = found[1]
    lacking = re.findall(rf'<li><a href="{steps}/(\w+)">[^<]', town.read(f"{steps}/go"))
    assert lacking == ["people", "text"]
    with database.connection(), database.transaction():
        known = verbs.find(found[2])
        later = clock.now().replace(day=24)
        verbs.choose_hours(known.uid, later, Pace(), Split(), Trial(), clock.now())
    clock.move(later - clock.now() + (later - clock.now()))
    lacking = re.findall(rf'<li><a href="{steps}/(\w+)">[^<]', town.read(f"{steps}/go"))
    assert lacking == ["people", "text", "hours"]


def test_what_nobody_foresaw_ends_the_waiting_too(app: Flask) -> None:
    """A campaign that is gone while it is reckoned, and a mistake of ours."""
    with app.app_context():
        desk = campaign_looks.desk()
        for name, raised in (("gone", lambda: verbs.find("0" * 32)), ("wrong", lambda: [][1])):
            look = campaign_looks.Look(total=1)
            desk.begin(name, look, raised)
            desk.errands.rest(10)
            assert look.is_over
            assert look.error is not None
        assert look.error.code == "internal"
