"""The live version changes with what a page shows, and with nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from flask import Flask, before_render_template

from fakes import MONDAY_NOON, FakeClock, counting_ids
from gateway import status
from gateway.config import Config
from gateway.features.automations import diary, presets
from gateway.features.reminders import appointments
from gateway.features.reminders.appointments import Wish
from gateway.status import ModemStatus
from gateway.store import database
from gateway.store.models import AutomationRun, Calendar, Reminder
from journeys.visitor import Ledger, Visitor


def look(visitor: Visitor, version: str = "", of: str = "") -> tuple[str, bool]:
    answer = visitor.client.get("/live", query_string={"version": version, "of": of}).get_json()
    return answer["version"], answer["changed"]


def test_nothing_new_is_no_change(ana: Visitor) -> None:
    version, _ = look(ana)
    assert look(ana, version) == (version, False)


def test_a_message_is_a_change(ana: Visitor, ledger: Ledger) -> None:
    version, _ = look(ana)
    ledger.message()
    assert look(ana, version)[1]


def test_an_inbound_message_is_a_change(ana: Visitor, ledger: Ledger) -> None:
    version, _ = look(ana)
    ledger.inbound("OUI")
    assert look(ana, version)[1]


def test_a_modem_that_changes_its_state_is_a_change(ana: Visitor, site: Config) -> None:
    version, _ = look(ana)
    status.write(site.appliance.runtime_dir, (ModemStatus("sim1", "silent"),), MONDAY_NOON)
    assert look(ana, version)[1]


def test_a_gateway_that_falls_silent_is_a_change(ana: Visitor, clock: FakeClock) -> None:
    version, _ = look(ana)
    clock.move(timedelta(minutes=1))
    assert look(ana, version)[1]


def test_the_page_carries_the_version_that_it_shows(ana: Visitor) -> None:
    assert f'data-version="{look(ana)[0]}"' in ana.read("/messages")


def test_what_changes_while_a_page_is_made_counts_as_new(app: Flask, ana: Visitor, ledger: Ledger) -> None:
    def meanwhile(*_: object, **__: object) -> None:
        ledger.message()

    with before_render_template.connected_to(meanwhile, app):
        page = ana.read("/messages")
    shown = re.search(r'data-version="(\w+)"', page)
    assert shown
    assert "No message yet." in page
    assert look(ana, shown[1])[1]


def test_each_turn_of_an_automation_is_a_change_on_its_pages_alone(
    ana: Visitor, site: Config, clock: FakeClock
) -> None:
    now = clock.now()

    def begun() -> None:
        made = presets.draft("cart", "Cart", "page:ana", site.appliance, now, counting_ids())
        row = {"number": "+33639980001", "key": "1", "state": "waiting", "started_at": now}
        AutomationRun.create(automation=made.id, **row)

    for turn in (begun, lambda: diary.note(AutomationRun.get(), "tagged", now, tag="regular")):
        seen, elsewhere = look(ana, of="automations")[0], look(ana)[0]
        with database.connection():
            turn()
        assert look(ana, seen, "automations")[1]
        assert not look(ana, elsewhere)[1]
    at = ana.read("/automations").partition('href="/automations/')[2].partition('"')[0]
    for page in ("/automations", f"/automations/{at}", f"/automations/{at}/runs"):
        assert f'data-version="{look(ana, of="automations")[0]}"' in ana.read(page)
        assert "data-swap" in ana.read(page).partition("<main")[2]


def test_each_thing_that_happens_to_an_appointment_is_a_change_on_its_pages_alone(
    ana: Visitor, site: Config, clock: FakeClock
) -> None:
    here, ids = site.appliance, counting_ids()
    wish = Wish("+33639980001", clock.now() + timedelta(days=2), "A1")

    def uid() -> str:
        return str(appointments.by_id("A1").uid)

    def retold(title: str = "", place: str = "") -> Wish:
        return replace(wish, starts_at=wish.starts_at + timedelta(hours=1), title=title, place=place)

    def moved() -> None:
        appointments.put(retold(), "a", here, ids, clock.now())

    for happens in (
        lambda: appointments.put(wish, "page:ana", here, ids, clock.now()),
        lambda: appointments.mark(uid(), "confirmed", "page:ana", here, clock.now()),
        moved,
        lambda: appointments.put(retold(title="Coupe"), "a", here, ids, clock.now()),
        lambda: appointments.put(retold(title="Coupe", place="Lyon"), "a", here, ids, clock.now()),
        lambda: Reminder.update(state="sent").execute(),
        lambda: Calendar.update(error="host_unknown").execute(),
        lambda: appointments.cancel(uid(), "page:ana", here, clock.now()),
    ):
        clock.move(timedelta(seconds=1))
        seen, elsewhere = look(ana, of="appointments")[0], look(ana)[0]
        with database.connection():
            happens()
        assert look(ana, seen, "appointments")[1], happens
        assert not look(ana, elsewhere)[1]
    with database.connection():
        at, source = uid(), Calendar.get().uid
    for page in ("/appointments", f"/appointments/{at}", f"/appointments/calendars/{source}"):
        assert f'data-version="{look(ana, of="appointments")[0]}"' in ana.read(page)
