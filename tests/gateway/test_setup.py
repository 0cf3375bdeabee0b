"""The set-up of a new appliance: who is led to it, where it goes on, when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fakes import MONDAY_NOON, counting_ids
from gateway import audit, setup
from gateway.access import people
from gateway.config import Appliance
from gateway.messages import outbox
from gateway.messages.outbox import Caller, Draft
from gateway.store import database
from gateway.store.models import User
from gateway.store.upgrade import upgrade


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Appliance]:
    site = Appliance("shop", "fr", "FR", ZoneInfo("Europe/Paris"), tmp_path, tmp_path, "")
    upgrade(site.database_path, MONDAY_NOON)
    database.open(site.database_path)
    with database.connection():
        yield site
    database.db.close_all()


def add(*names: str) -> list[User]:
    ids = counting_ids()
    for name in names:
        people.add(name, "fr", MONDAY_NOON, ids)
    return [User.get(User.name == name) for name in names]


def test_a_new_appliance_waits_to_be_set_up(site: Appliance) -> None:
    assert setup.is_open()
    add("ana")
    assert setup.is_open()


def test_an_appliance_in_use_is_not_set_up_again(site: Appliance) -> None:
    add("ana", "bo")
    assert not setup.is_open()


def test_neither_is_one_that_has_sent_something(site: Appliance) -> None:
    caller = Caller("page:ana", site, ("sim1",), counting_ids())
    outbox.submit(Draft("+33639980001", "Bonjour"), caller, MONDAY_NOON)
    assert not setup.is_open()


def test_once_begun_it_goes_on_whatever_happens_meanwhile(site: Appliance) -> None:
    setup.reach("modem")
    add("ana", "bo")
    assert setup.is_open()
    assert setup.read().step == "modem"


def test_who_goes_back_has_still_reached_the_later_step(site: Appliance) -> None:
    for step in ("test", "modem", "shop"):
        setup.reach(step)
    setup.tested("an-id")
    assert setup.read() == setup.Setup("test", "an-id", "")


@pytest.mark.parametrize("how", ["finished", "skipped"])
def test_it_ends_once_and_says_who_ended_it(site: Appliance, how: str) -> None:
    setup.reach("test")
    setup.end(how, "page:ana", MONDAY_NOON)
    assert not setup.is_open()
    assert (setup.read().step, setup.read().ended) == ("test", how)
    (row,) = audit.recent()
    assert (row.written_by, row.action, row.shown) == ("page:ana", "settings_changed", "setup")


def test_the_first_person_is_whoever_came_first(site: Appliance) -> None:
    ana, bo = add("zoe", "ana")
    assert (setup.is_first(ana), setup.is_first(bo)) == (True, False)
