"""The section Alarms of the settings, and the panel on the page of a demonstration."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from fakes import MONDAY_NOON
from gateway import settings, status
from gateway.access import people
from gateway.access.roles import MANAGES
from gateway.config import MailConfig, PanelConfig
from gateway.features.notices.choices import KINDS
from gateway.ids import Ids
from gateway.settings import NoticeSetting
from gateway.status import PanelStatus
from gateway.store import database
from gateway.store.models import Mail, Message
from journeys.visitor import PASSWORD, Visitor

if TYPE_CHECKING:
    from fakes import FakeClock
    from gateway.config import Config

OWNER = "+33639980001"
FORM = "/settings/alarms"


@pytest.fixture
def site(site: Config) -> Config:
    """With a relay, and a panel that is only a picture."""
    mail = MailConfig("relay.example", sender="box@shop.example")
    lamps = PanelConfig(17, 27, 22, 24, 23, mock=True)
    return replace(site, appliance=replace(site.appliance, mail=mail), panel=lamps)


def fill(ana: Visitor, expect: int = 200, **changes: Any) -> str:
    filled = {"kinds": "1", "numbers": OWNER, "mails": "o@example.org", "kind": list(KINDS)}
    return ana.send(FORM, expect, form_at="/settings", **{**filled, **changes})


def chosen() -> NoticeSetting:
    with database.connection():
        return settings.notices()


def test_it_says_first_that_nobody_is_told_then_remembers_who_is_and_tries_it(ana: Visitor) -> None:
    empty = ana.read("/settings")
    assert "Nobody is told yet" in empty
    assert "Send a test message" not in empty
    page = fill(ana, numbers="06 39 98 00 01", kind=[kind for kind in KINDS if kind != "budget_near"])
    assert chosen() == NoticeSetting((OWNER,), ("o@example.org",), ("budget_near",))
    assert "Nobody is told yet" not in page
    assert "They go through relay.example." in page
    assert "Who is told of alarms" in ana.read("/audit")
    assert "on its way to 1 person" in ana.send("/settings/alarms/message/test", form_at="/settings")
    assert "on its way to 1 person" in ana.send("/settings/alarms/mail/test", form_at="/settings")
    with database.connection():
        assert [(message.recipient, message.category) for message in Message.select()] == [(OWNER, "alert")]
        mail = Mail.get()
        assert mail.address == "o@example.org"
        Mail.update(error="mail_login", answer="535 <no>").execute()
    assert "refused the name or the password. <q>535 <no></q>" in ana.read("/settings")


def test_a_mistake_stands_at_its_field_with_what_was_typed(ana: Visitor) -> None:
    for changes, fault in (
        ({"numbers": "Zoé"}, "Zoé"),
        ({"mails": "owner at home"}, "“owner at home” is no mail address"),
    ):
        page = fill(ana, 422, **changes)
        assert fault in page
        assert next(iter(changes.values())) in page
    assert chosen() == NoticeSetting()
    page = ana.send("/settings/alarms/message/test", 422, form_at="/settings")
    assert "Nobody is told this way yet" in page


def test_only_an_administrator_chooses_who_is_told(ana: Visitor, clock: FakeClock) -> None:
    with database.connection():
        token = people.add("bob", "en", clock.now(), Ids(), MANAGES)
    bob = Visitor(ana.client.application.test_client())
    bob.send(f"/welcome/{token}", password=PASSWORD)
    assert 'id="alarms"' not in bob.read("/settings")
    bob.send(FORM, 403, form_at="/settings", kinds="1", numbers=OWNER)
    bob.send(f"{FORM}/message/test", 403, form_at="/settings")
    assert chosen() == NoticeSetting()


def lit(site: Config, panel: PanelStatus) -> None:
    modems = status.read(site.appliance.runtime_dir, MONDAY_NOON).modems
    status.write(site.appliance.runtime_dir, modems, MONDAY_NOON, panel=panel)


def test_the_picture_of_the_panel_shows_the_lamps_and_takes_a_finger(ana: Visitor, site: Config) -> None:
    assert "The panel" not in ana.read("/handsets")  # the gateway has shown none yet
    lit(site, PanelStatus("steady", "off", "fast"))
    page = ana.read("/handsets")
    assert "pilot-steady" in page
    assert "blinks fast" in page
    assert "nobody felt the button" in ana.send("/handsets/button", form_at="/handsets", how="short")
    lit(site, PanelStatus("fast", "fast", "fast", ending=True))
    assert "would be shutting down" in ana.read("/handsets")


def test_an_appliance_without_the_picture_has_no_such_button(ana: Visitor, site: Config) -> None:
    token = ana.read("/settings").partition('name="csrf_token" value="')[2].partition('"')[0]
    lit(site, PanelStatus("steady", "off", "off"))
    known = ana.client.application.extensions
    real = replace(site, panel=replace(site.panel, mock=False))
    known["chappe"] = replace(known["chappe"], config=real)
    assert "The panel" not in ana.read("/handsets")
    answer = ana.client.post("/handsets/button", data={"csrf_token": token, "how": "long"})
    assert answer.status_code == 404


def test_the_help_draws_the_patterns(ana: Visitor) -> None:
    page = ana.read("/help/alarms")
    assert page.count("pilot-strip") == 10
