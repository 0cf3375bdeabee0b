"""The live version changes with what a page shows, and with nothing else."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Flask, before_render_template

from fakes import MONDAY_NOON, FakeClock
from gateway import status
from gateway.config import Config
from gateway.status import ModemStatus
from journeys.visitor import Ledger, Visitor


def look(visitor: Visitor, version: str = "") -> tuple[str, bool]:
    answer = visitor.client.get("/live", query_string={"version": version}).get_json()
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
