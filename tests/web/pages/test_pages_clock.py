"""The clock on the first page: who vouches for it, and the button for a person where nobody does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fakes import MONDAY_NOON, FakeClock
from gateway import config, status, trust
from gateway.clock import boot_id
from gateway.config import Config
from gateway.messages import lookup
from gateway.status import ClockStatus, ModemStatus
from gateway.store import database
from gateway.store.models import Audit
from journeys.visitor import Visitor

READY = ModemStatus("sim1", "ready")
DOUBT = ClockStatus(trusted=False, doubt="unvouched")


def tell(site: Config, clock: ClockStatus) -> None:
    status.write(Path(site.appliance.runtime_dir), (READY,), MONDAY_NOON, clock)


@pytest.mark.parametrize("language", config.LANGUAGES)
@pytest.mark.parametrize("source", ["ntp", "network", "person"])
def test_the_first_page_says_who_vouches(ana: Visitor, site: Config, source: str, language: str) -> None:
    tell(site, ClockStatus(source=source))
    page = ana.send("/language", form_at="/", language=language, next="/")
    assert ("L’heure est juste" if language == "fr" else "The clock is right") in page
    assert "/clock/confirm" not in page
    assert f"clock.{source}" not in page


@pytest.mark.parametrize("language", config.LANGUAGES)
@pytest.mark.parametrize("doubt", ["unvouched", "contradicted", "too_early", "went_back"])
def test_a_doubt_is_said_with_what_waits_and_what_to_do(
    ana: Visitor, site: Config, doubt: str, language: str
) -> None:
    tell(site, replace(DOUBT, doubt=doubt))
    page = ana.send("/language", form_at="/", language=language, next="/")
    assert ("publicité" if language == "fr" else "and marketing") in page
    assert ("serveur de temps" if language == "fr" else "a time server sets its clock") in page
    assert f"clock.{doubt}" not in page
    assert ("/clock/confirm" in page) == (doubt != "too_early")


def test_a_person_compares_with_a_watch_and_says_that_it_is_right(ana: Visitor, site: Config) -> None:
    tell(site, DOUBT)
    assert "12:00:00" in ana.read("/"), "in the appliance's zone"
    page = ana.send("/clock/confirm", form_at="/")
    assert "You vouch for the hour" in page
    with database.connection():
        word = trust.word(boot_id())
        (line,) = Audit.select().where(Audit.action == "clock_confirmed")
    assert word == trust.Word(boot_id(), MONDAY_NOON.timestamp() - FakeClock().monotonic(), None)
    assert line.written_by == "page:ana"


def test_nobody_vouches_for_an_hour_before_this_program(ana: Visitor, site: Config, clock: FakeClock) -> None:
    tell(site, replace(DOUBT, doubt="unvouched"))
    ana.read("/")
    tell(site, replace(DOUBT, doubt="too_early"))
    form = ana.client.get("/write").get_data(as_text=True)
    token = form.split('name="csrf_token" value="')[1].split('"')[0]
    answer = ana.client.post("/clock/confirm", data={"csrf_token": token})
    assert answer.status_code == 409
    with database.connection():
        assert trust.word(boot_id()) is None


def test_what_is_written_while_nobody_vouches_waits_for_that(ana: Visitor, site: Config) -> None:
    tell(site, DOUBT)
    ana.send("/write", to="+33612345678", text="Bonjour", when="later", at="2026-11-24T10:00")
    with database.connection():
        found = list(lookup.messages(limit=5).items)
    assert [(message.state, message.reason) for message in found] == [("held", "clock_untrusted")]


def test_the_page_changes_when_the_trust_does(ana: Visitor, site: Config) -> None:
    def version() -> str:
        return str(ana.client.get("/live").get_json()["version"])

    seen = []
    for clock in (DOUBT, ClockStatus(source="network"), replace(DOUBT, doubt="contradicted")):
        tell(site, clock)
        seen.append(version())
    assert len(set(seen)) == 3


def test_a_status_of_an_older_version_is_believed(site: Config) -> None:
    tell(site, ClockStatus(source="ntp"))
    path = status.path(Path(site.appliance.runtime_dir))
    path.write_text(path.read_text().replace('"clock"', '"horloge"'))
    assert status.read(path.parent, MONDAY_NOON).trusted
