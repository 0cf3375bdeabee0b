"""The set-up, step by step: what each asks, what it does, and that it can be left and come back to."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from fakes import MONDAY_NOON, FakeClock
from gateway import letters, setup, status
from gateway.config import Config
from gateway.modems import pin_files
from gateway.status import ModemStatus
from gateway.store import database
from gateway.store.models import Message, Setting
from journeys.visitor import PASSWORD, Ledger, Visitor

ASKING = ModemStatus("sim1", "sim", error="sim_pin_required")


@pytest.fixture
def bo(app: Flask, invite: Callable[..., str]) -> Visitor:
    """The first person of a new appliance, come in by the link alone."""
    with database.connection():
        Setting.delete().where(Setting.name == setup.ROW).execute()
    visitor = Visitor(app.test_client())
    link = f"/welcome/{invite('bo')}"
    assert "Your shop" in visitor.send(f"{link}/enter", form_at=link)
    return visitor


def known() -> setup.Setup:
    with database.connection():
        return setup.read()


# ---- the way through ---------------------------------------------------------------------------


def test_the_link_of_the_first_person_offers_the_set_up(
    app: Flask, stranger: Visitor, invite: Callable[..., str]
) -> None:
    with database.connection():
        Setting.delete().where(Setting.name == setup.ROW).execute()
    link = f"/welcome/{invite('bo')}"
    assert "This appliance is new" in stranger.read(link)
    assert "Let us set this appliance up" in stranger.send(link, password=PASSWORD)


def test_from_the_first_step_to_the_last(bo: Visitor, ledger: Ledger) -> None:
    assert "Your modem is ready" in bo.send("/setup/shop", name="Le Fournil")
    with database.connection():
        assert letters.chosen_name() == "Le Fournil"
    assert "A message to your own telephone" in bo.send("/setup/modem")
    page = bo.send("/setup/test", action="send", number="06 39 98 00 01")
    assert "It is on its way" in page
    with database.connection():
        (message,) = Message.select()
        Message.update(state="delivered").execute()
    assert (message.recipient, message.source) == ("+33639980001", "page:bo")
    assert message.text.startswith("Le Fournil: ")
    assert "It arrived!" in bo.read("/setup")
    assert "Your password" in bo.send("/setup/test", action="on")
    assert "Your first message arrived" in bo.send("/setup/password", password=PASSWORD)
    assert known() == setup.Setup("password", message.uid, "finished")
    assert "All is set up" in bo.read("/setup")


def test_the_password_chosen_at_the_end_is_the_one_to_sign_in_with(bo: Visitor, stranger: Visitor) -> None:
    setup_password = bo.send("/setup/password", password=PASSWORD)
    assert "All is set up" in setup_password, "and one stays signed in"
    assert "Ready to send" in stranger.send("/sign-in", name="bo", password=PASSWORD)


def test_who_chose_a_password_at_the_door_is_not_asked_again(bo: Visitor) -> None:
    bo.send("/setup/password", password=PASSWORD)
    with database.connection():
        Setting.delete().where(Setting.name == setup.ROW).execute()
    assert "Password" not in bo.read("/setup/shop").partition('class="steps"')[2].partition("</ol>")[0]
    assert "All is set up" in bo.send("/setup/test", action="on")
    assert "All is set up" in bo.read("/setup/password")
    assert "All is set up" in bo.send("/setup/password", form_at="/setup/shop", password="another password")
    assert "Ready to send" in bo.send("/sign-in", form_at="/setup/shop", name="bo", password=PASSWORD)


def test_a_name_may_wait(bo: Visitor) -> None:
    assert "Your modem is ready" in bo.send("/setup/shop", name="  ")
    with database.connection():
        assert letters.chosen_name() == ""


def test_it_goes_on_where_it_was_left(bo: Visitor) -> None:
    bo.send("/setup/shop")
    assert "Your modem is ready" in bo.read("/setup")
    assert 'href="/setup"' in bo.read("/messages"), "the menu leads back to it"
    assert "Your shop" in bo.read("/setup/shop"), "an earlier step can be seen again"
    assert "Your modem is ready" in bo.read("/setup"), "and the later one stays reached"


def test_skipped_it_is_out_of_the_way_and_found_in_the_help(bo: Visitor) -> None:
    page = bo.send("/setup/skip", form_at="/setup/shop")
    assert "Ready to send" in page
    assert "First steps" in page
    assert 'href="/setup"' not in bo.read("/messages")
    assert 'href="/setup"' in bo.read("/help/first-steps")
    assert known().ended == "skipped"


def test_nobody_but_the_first_person_is_led_to_it(
    bo: Visitor, stranger: Visitor, invite: Callable[..., str]
) -> None:
    bo.send("/setup/shop")
    link = f"/welcome/{invite('cy')}"
    assert "This appliance is new" not in stranger.read(link)
    assert "Ready to send" in stranger.send(link, password=PASSWORD)
    assert 'href="/setup"' not in stranger.read("/messages")


# ---- the test message --------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "fault"), [("", "Give a number"), ("O6 12", "letter O"), ("12", "")])
def test_a_number_that_is_none_is_named_at_its_field(bo: Visitor, number: str, fault: str) -> None:
    page = bo.send("/setup/test", expect=422, action="send", number=number)
    assert fault in page.partition('id="number-fault"')[2].partition("</p>")[0]
    assert f'value="{number or "+33639980001"}"' in page, "what was typed is still there"
    assert known().message == ""


def test_sent_twice_by_the_same_form_it_leaves_once(bo: Visitor) -> None:
    for _ in range(2):
        bo.send("/setup/test", action="send", number="+33639980001", key="the same")
    with database.connection():
        assert Message.select().count() == 1


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("sent", "The network has it"),
        ("undelivered", "It did not arrive"),
        ("uncertain", "It did not arrive"),
    ],
)
def test_the_page_says_what_became_of_it(bo: Visitor, state: str, words: str) -> None:
    bo.send("/setup/test", action="send", number="+33639980001")
    with database.connection():
        Message.update(state=state).execute()
    page = bo.read("/setup/test")
    assert words in page
    assert "Send another one" in page


def test_a_message_deleted_after_its_time_is_no_trouble(bo: Visitor) -> None:
    bo.send("/setup/test", action="send", number="+33639980001")
    with database.connection():
        Message.delete().execute()
    assert "A message to your own telephone" in bo.read("/setup/test")


def test_while_no_modem_is_ready_the_message_is_taken_and_kept(
    bo: Visitor, site: Config, clock: FakeClock
) -> None:
    status.write(site.appliance.runtime_dir, (ModemStatus("sim1", "registering"),), clock.now())
    assert "You may go on meanwhile" in bo.read("/setup/modem")
    assert "The modem is not ready yet" in bo.read("/setup/test")
    assert "It is on its way" in bo.send("/setup/test", action="send", number="+33639980001")


# ---- the modem and its PIN -----------------------------------------------------------------------


def test_without_a_gateway_it_says_how_to_start_one(bo: Visitor, site: Config) -> None:
    status.remove(site.appliance.runtime_dir)
    page = bo.read("/setup/modem")
    assert "Where is the modem?" in page
    assert "systemctl start chappe-gateway" in page


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("+33639981234", "Its number begins with 06 or 07"),
        ("+33700000001", "Its number begins with 06 or 07"),
        ("", "If its number begins with 06 or 07"),
        ("+33937123456", ""),
        ("+32470000001", ""),
    ],
)
def test_where_a_sim_card_is_first_seen_stands_what_its_number_may_send(
    bo: Visitor, site: Config, number: str, said: str
) -> None:
    status.write(site.appliance.runtime_dir, (ModemStatus("sim1", "ready", number=number),), MONDAY_NOON)
    page = bo.read("/setup/modem")
    found = re.findall(r"<h2>(Its number begins.*|If its number begins.*)</h2>", page)
    assert found == ([said] if said else [])
    assert ("no. 2022-1583" in page) is bool(said)
    assert ('href="/help/budget#zero-six"' in page) is bool(said)


@pytest.mark.parametrize("place", ["/setup/modem", "/modems"])
def test_the_pin_is_asked_for_only_when_the_sim_asks(bo: Visitor, site: Config, place: str) -> None:
    action = "/setup/modem/sim1/pin" if place.startswith("/setup") else "/modems/sim1/pin"
    assert action not in bo.read(place)
    status.write(site.appliance.runtime_dir, (ASKING,), MONDAY_NOON)
    assert action in bo.read(place)
    assert "four to eight digits" in bo.send(action, expect=422, form_at=place, pin="12")
    page = bo.send(action, form_at=place, pin="1234")
    assert "The PIN is kept" in page
    assert 'value="1234"' not in page
    assert pin_files.read(site.modems[0], site.appliance) == "1234"


def test_where_the_page_may_not_write_the_line_to_type_is_shown(
    bo: Visitor, site: Config, tmp_path: Path, app: Flask
) -> None:
    configured = tmp_path / "no-such-folder" / "pin"
    text = site.path.read_text().replace('name = "sim1"', f'name = "sim1"\npin_file = "{configured}"')
    site.path.write_text(text)
    from gateway import config
    from web.office import Office

    office = app.extensions["chappe"]
    app.extensions["chappe"] = Office(config.load(site.path), office.clock, office.ids)
    status.write(site.appliance.runtime_dir, (ASKING,), MONDAY_NOON)
    page = bo.read("/setup/modem")
    assert f"echo 1234 | sudo tee {configured}" in page
    assert 'name="pin"' not in page
    assert "may not write" in bo.send("/setup/modem/sim1/pin", expect=422, form_at="/setup/modem", pin="1234")


def test_a_pin_for_no_modem_of_ours_is_refused(bo: Visitor) -> None:
    bo.send("/setup/modem/sim9/pin", expect=422, form_at="/setup/modem", pin="1234")
    bo.send("/modems/sim9/pin", expect=404, form_at="/setup/modem", pin="1234")
