"""Alarms and incidents, page by page, and the balance of a SIM card, which nobody asks for but a person."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from fakes import MONDAY_NOON
from gateway import status, words
from gateway.config import Config
from gateway.modems import alarms, requests
from gateway.status import ModemStatus
from gateway.store import database
from gateway.store.models import Audit, Incident, ModemRequest
from journeys.visitor import Visitor
from web.pages import alarms as page_of_alarms

NOW = MONDAY_NOON
KINDS = sorted(words.words("en")["alarm"])


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


# ---- alarms --------------------------------------------------------------------------------------


def test_no_alarm_is_said_calmly(ana: Visitor) -> None:
    page = ana.read("/alarms")
    assert "No alarm stands." in page
    assert "There has been none yet." in page


def test_an_alarm_says_when_what_and_what_to_do_and_is_kept_when_it_is_over(ana: Visitor) -> None:
    with database.connection():
        alarms.raise_("nothing_leaves", "sim1", NOW - timedelta(minutes=12), modem="sim1")
    page = ana.read("/alarms")
    for shown in ("Modem sim1 looks alive", "since 12 min ago", "Restart the modem from its card"):
        assert shown in text(page)
    assert 'href="/modems#modem-sim1"' in page
    with database.connection():
        alarms.clear("nothing_leaves", "sim1", NOW)
    page = text(ana.read("/alarms"))
    assert "No alarm stands." in page
    assert "It stood for 12 min." in page


def test_a_modem_that_is_down_comes_with_the_cure_for_its_trouble(ana: Visitor) -> None:
    with database.connection():
        alarms.raise_("modem_down", "sim1", NOW, modem="sim1", error="sim_missing", since=NOW.isoformat())
    assert "Put the SIM card in until it clicks" in ana.read("/alarms")


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_kind_of_alarm_has_a_remedy_in(app: Flask, ana: Visitor, language: str) -> None:
    ana.send("/language", form_at="/", language=language, next="/")
    with app.test_request_context("/"):
        app.preprocess_request()
        assert sorted(page_of_alarms.remedies()) == KINDS
    with database.connection(), database.transaction():
        for kind in KINDS:
            facts = {
                "sim": "1",
                "before": "2",
                "used": 1,
                "total": 2,
                "most": 2,
                "limit": "day",
                "refusals": 3,
            }
            alarms.raise_(kind, "sim1", NOW, modem="sim1", error="no_answer", **facts)
    label = "What to do:" if language == "en" else "Que faire :"
    assert text(ana.read("/alarms")).count(label) == len(KINDS)


def test_past_alarms_go_on_on_the_next_page_without_loss_or_repetition(ana: Visitor) -> None:
    with database.connection(), database.transaction():
        for number in range(45):
            alarms.raise_("storage_nearly_full", "sim1", NOW, modem="sim1", used=number, total=100)
            alarms.clear("storage_nearly_full", "sim1", NOW)
    first = ana.read("/alarms")
    older = re.search(r'href="(/alarms\?cursor=\d+)"', first)
    assert older
    seen = [int(used) for page in (first, ana.read(older[1])) for used in re.findall(r"(\d+) of 100", page)]
    assert seen == list(reversed(range(45)))


@pytest.mark.parametrize("path", ["/alarms?cursor=x", "/incidents?cursor=-1"])
def test_a_cursor_that_nobody_gave_gets_a_calm_page(ana: Visitor, path: str) -> None:
    assert "Back to the home page" in ana.client.get(path).get_data(as_text=True)


# ---- incidents -----------------------------------------------------------------------------------


def test_all_incidents_have_a_page_of_their_own(ana: Visitor) -> None:
    assert "No incident yet." in ana.read("/incidents")
    with database.connection(), database.transaction():
        for number in range(45):
            began = NOW - timedelta(days=1)
            Incident.create(
                modem="sim1" if number % 3 else "sim2",
                error="other",
                detail=f"number {number:02}.",
                began_at=began,
                ended_at=began + timedelta(minutes=number),
            )
    assert 'href="/incidents"' in ana.read("/modems")
    first = ana.read("/incidents")
    older = re.search(r'href="(/incidents\?cursor=\d+)"', first)
    assert older
    pages = first + ana.read(older[1])
    assert re.findall(r"number \d\d\.", pages) == [f"number {number:02}." for number in reversed(range(45))]
    assert len(re.findall(r"number \d\d\.", ana.read("/incidents?modem=sim2"))) == 15


# ---- the balance ---------------------------------------------------------------------------------


@pytest.fixture
def tour(site: Config) -> ModemStatus:
    """A modem whose operator is known."""
    modem = ModemStatus("sim1", "ready", operator="Tour F", signal_dbm=-71)
    status.write(site.appliance.runtime_dir, (modem,), NOW)
    return modem


def asked() -> list[tuple[str, str]]:
    with database.connection():
        return [(row.kind, row.argument) for row in ModemRequest.select().order_by(ModemRequest.id)]


def keep(ana: Visitor, code: str, expect: int = 200) -> str:
    return ana.send("/modems/sim1/balance-code", expect, form_at="/modems", balance_code=code)


def test_the_code_is_remembered_for_the_operator_and_dialled_only_by_a_press(
    ana: Visitor, tour: ModemStatus
) -> None:
    page = keep(ana, "*100#")
    assert "The code is kept for every SIM card of Tour F." in page
    assert "not asked yet" in page
    assert asked() == []
    page = ana.send("/modems/sim1/balance", form_at="/modems")
    assert asked() == [("ussd", "*100#")]
    with database.connection():
        entry = Audit.select().where(Audit.action == "settings_changed").get()
        requests.finish(1, NOW, answer="Credit: 12.40 EUR")
    assert (entry.shown, entry.facts) == ("balance.Tour F", {"code": "*100#"})
    page = text(ana.read("/modems"))
    assert page.count("Credit: 12.40 EUR") == 1
    assert "Balance Done just now" in page


def test_the_last_balance_stays_when_something_else_was_asked(ana: Visitor, tour: ModemStatus) -> None:
    keep(ana, "*100#")
    ana.send("/modems/sim1/balance", form_at="/modems")
    ana.send("/modems/sim1/ussd", form_at="/modems", code="*#06#")
    with database.connection():
        requests.finish(1, NOW, answer="Credit: 12.40 EUR")
        requests.finish(2, NOW, answer="490154203237518")
    page = ana.read("/modems")
    assert "Credit: 12.40 EUR" in page
    assert "490154203237518" in page


def test_a_code_that_cannot_be_one_is_refused_at_its_field(ana: Visitor, tour: ModemStatus) -> None:
    page = keep(ana, "100 euros", expect=422)
    assert re.search(r'name="balance_code" value="100 euros"[^>]* aria-invalid="true"', page)
    assert "not asked yet" not in page


def test_an_empty_code_is_forgotten_and_cannot_be_asked(ana: Visitor, tour: ModemStatus) -> None:
    keep(ana, "*100#")
    assert "The code is forgotten." in keep(ana, " ")
    page = ana.send("/modems/sim1/balance", form_at="/modems")
    assert "Nobody has said yet by which code" in page
    assert asked() == []


def test_an_operator_that_is_not_known_has_no_code(ana: Visitor, site: Config) -> None:
    status.write(site.appliance.runtime_dir, (ModemStatus("sim1", "registering"),), NOW)
    assert "has not named its operator" in keep(ana, "*100#")
    assert 'data-key="balance' not in ana.read("/modems")
