"""What people may ask of the shop, at the page: the notice, a copy, the end of it, and who did what."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from gateway import audit, words
from gateway.access import people
from gateway.modems import requests
from gateway.privacy import retention
from gateway.privacy.retention import Retention
from gateway.store import database
from gateway.store.models import Audit, Message, User
from journeys.visitor import PASSWORD
from web.pages import privacy
from web.readings import READINGS

if TYPE_CHECKING:
    from fakes import FakeClock
    from gateway.config import Config
    from journeys.visitor import Ledger, Visitor

ANNA = "+33639980001"


def noted(ledger: Ledger) -> list[tuple[str, str]]:
    """Who did what, the newest first."""
    with database.connection():
        return [(row.written_by, row.action) for row in audit.recent()]


# ---- the notice --------------------------------------------------------------------------------


def test_anybody_may_read_the_notice_in_either_language(stranger: Visitor) -> None:
    page = stranger.read("/privacy")
    assert "Your data at chappe" in page
    assert "365 days" in page
    assert "within one month" in page
    stranger.send("/language", form_at="/privacy", language="fr", next="/privacy")
    page = stranger.read("/privacy")
    assert "Vos données chez chappe" in page
    assert "réponse dans le mois" in page


def test_the_notice_tells_what_was_chosen(stranger: Visitor, ledger: Ledger) -> None:
    with database.connection():
        retention.choose(Retention(texts_days=90), "page:ana", ledger.clock.now())
    assert "90 days" in stranger.read("/privacy")


def test_the_door_shows_the_way_to_the_notice(stranger: Visitor) -> None:
    assert 'href="/privacy"' in stranger.read("/sign-in")


@pytest.mark.parametrize("path", ["/audit", f"/people/{ANNA}/export.json", f"/people/{ANNA}/erase"])
def test_nobody_else_comes_in(stranger: Visitor, path: str) -> None:
    assert "Forgotten password" in stranger.read(path)


# ---- a copy ------------------------------------------------------------------------------------


def test_a_copy_comes_as_one_file(ana: Visitor, ledger: Ledger) -> None:
    ledger.message("delivered", ANNA, "Bonjour")
    ledger.inbound("Merci", ANNA)
    answer = ana.client.get(f"/people/{ANNA}/export.json")
    given = json.loads(answer.get_data(as_text=True))
    assert [message["text"] for message in given["messages"]] == ["Bonjour"]
    assert [message["text"] for message in given["inbound"]] == ["Merci"]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="chappe-33639980001.json"'
    assert noted(ledger) == [("page:ana", "person_exported")]


def test_a_copy_comes_as_sheets(ana: Visitor, ledger: Ledger) -> None:
    ledger.message("delivered", ANNA, "=1+1")
    answer = ana.client.get(f"/people/{ANNA}/export.zip")
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        assert "'=1+1" in archive.read("messages.csv").decode()


@pytest.mark.parametrize("path", ["export.json", "export.zip"])
def test_there_is_no_copy_of_somebody_unknown(ana: Visitor, path: str) -> None:
    assert "There is nothing kept about +33699999999" in ana.read(f"/people/0699999999/{path}", expect=404)


# ---- its end -----------------------------------------------------------------------------------


def test_the_page_says_what_goes_and_what_stays_before_anything_is_done(ana: Visitor, ledger: Ledger) -> None:
    ledger.message("delivered", ANNA)
    ledger.message("delivered", ANNA)
    ledger.inbound("Merci", ANNA)
    page = ana.read(f"/people/{ANNA}/erase")
    assert "2 messages to them" in page
    assert "1 message from them" in page
    assert "without the number" in page
    assert "The contact card" not in page


def test_without_the_last_word_nothing_is_erased(ana: Visitor, ledger: Ledger) -> None:
    ledger.message("delivered", ANNA)
    assert "Yes, erase everything" in ana.send(f"/people/{ANNA}/erase")
    with database.connection():
        assert Message.select().count() == 1


def test_the_last_word_erases(ana: Visitor, ledger: Ledger) -> None:
    ledger.message("queued", ANNA)
    page = ana.send(f"/people/{ANNA}/erase", sure="yes")
    assert "Everything about this person is erased." in page
    with database.connection():
        assert not Message.select().exists()
    assert ("page:ana", "person_erased") in noted(ledger)


def test_while_something_is_on_its_way_the_page_says_so(ana: Visitor, ledger: Ledger) -> None:
    ledger.message("sending", ANNA)
    assert "is on its way" in ana.send(f"/people/{ANNA}/erase", expect=409, sure="yes")
    with database.connection():
        assert Message.select().count() == 1


# ---- texts that went ---------------------------------------------------------------------------


def test_pages_read_well_where_a_text_was_removed(ana: Visitor, ledger: Ledger, site: Config) -> None:
    message = ledger.message("failed", ANNA, "Bonjour")
    ledger.inbound("Merci", ANNA)
    ledger.clock.move(timedelta(days=366))
    with database.connection():
        for _ in retention.purge(site.appliance, ledger.clock.now()):
            pass
    for path in ("/messages", f"/messages/{message.uid}", "/conversations", f"/conversations/{ANNA}", "/"):
        page = visit(ana, path, ledger)
        assert "Text removed: texts are kept for 365 days." in page, path
        assert "Bonjour" not in page
    assert "Send again" not in visit(ana, f"/messages/{message.uid}", ledger)


def visit(visitor: Visitor, path: str, ledger: Ledger) -> str:
    """Read a page long after: her sign-in is over by now, and she comes in anew."""
    page = visitor.read(path)
    if "Forgotten password" not in page:
        return page
    with database.connection():
        token = people.link(User.get().name, ledger.clock.now(), ledger.ids)
    visitor.send(f"/welcome/{token}", password=PASSWORD)
    return visitor.read(path)


# ---- who did what ------------------------------------------------------------------------------


def test_reading_is_noted_once_however_often_the_page_renews_itself(
    ana: Visitor, ledger: Ledger, clock: FakeClock
) -> None:
    message = ledger.message("delivered", ANNA)
    for _ in range(3):
        ana.read(f"/conversations/{ANNA}")
        ana.read(f"/messages/{message.uid}")
        ana.read(f"/contacts/{ANNA}")
    wanted = ["contact_read", "message_read", "conversation_read"]
    assert noted(ledger) == [("page:ana", action) for action in wanted]
    clock.move(timedelta(hours=1))
    ana.read(f"/conversations/{ANNA}")
    assert noted(ledger)[0] == ("page:ana", "conversation_read")
    assert len(noted(ledger)) == 4


def test_lists_and_what_is_not_there_are_no_reading(ana: Visitor, ledger: Ledger) -> None:
    ledger.message("delivered", ANNA)
    ana.read("/messages")
    ana.read("/conversations")
    ana.read("/messages/nothing", expect=404)
    assert noted(ledger) == []


def test_every_page_of_a_person_that_is_named_is_there(app: Flask) -> None:
    assert set(READINGS) <= set(app.view_functions)


def test_a_page_is_shown_although_the_log_cannot_be_written(
    ana: Visitor, ledger: Ledger, site: Config
) -> None:
    message = ledger.message("delivered", ANNA)
    with closing(sqlite3.connect(site.appliance.database_path)) as other:
        other.execute("ALTER TABLE audit RENAME TO moved")
    assert "Bonjour" in ana.read(f"/messages/{message.uid}")


def test_the_log_shows_who_and_what_without_the_number(ana: Visitor, ledger: Ledger) -> None:
    ledger.message("delivered", ANNA)
    ana.read(f"/conversations/{ANNA}")
    page = ana.read("/audit")
    assert "Conversation read +336…01" in re.sub(r"<[^>]+>|\s+", " ", page).replace("  ", " ")
    assert ANNA not in page


def test_the_log_says_in_words_which_setting_was_changed(ana: Visitor, ledger: Ledger) -> None:
    with database.connection():
        retention.choose(Retention(texts_days=90), "page:ana", ledger.clock.now())
    ana.send("/modems/sim1/route", form_at="/modems", prefixes="+33")
    page = re.sub(r"<[^>]+>|\s+", " ", ana.read("/audit"))
    page = re.sub(r" +", " ", page)
    assert "Settings changed How long data are kept" in page
    assert "texts: 90 days" in page
    assert "Settings changed Numbers that a SIM is for sim1" in page


def test_a_decision_leads_to_its_message(ana: Visitor, ledger: Ledger) -> None:
    message = ledger.message("queued", ANNA)
    ana.send(f"/messages/{message.uid}/cancel", form_at=f"/messages/{message.uid}")
    assert f'href="/messages/{message.uid}"' in ana.read("/audit?action=message_canceled")


def test_the_log_is_filtered_by_number_action_and_person(
    ana: Visitor, ledger: Ledger, invite: Callable[..., str]
) -> None:
    invite("ben")
    now = ledger.clock.now()
    with database.connection():
        audit.write("page:ana", "person_exported", now, ANNA)
        audit.write("page:ben", "person_exported", now, "+33639980002")
        audit.write("page:ben", "contact_read", now, ANNA)

    def rows(query: str) -> int:
        return ana.read(f"/audit?{query}").count('class="row-item audit"')

    assert rows("") == 3
    assert rows("number=06+39+98+00+01") == 2
    assert rows("number=06+39+98+00+01&by=page:ben") == 1
    assert rows("action=person_exported") == 2
    assert rows("by=page:ana") == 1
    assert "is not a possible number" in ana.read("/audit?number=12345678")


def test_the_log_goes_on_page_by_page(ana: Visitor, ledger: Ledger) -> None:
    with database.connection():
        for _ in range(privacy.A_PAGE + 1):
            audit.write("page:ana", "contact_read", ledger.clock.now(), ANNA)
        first = Audit.select().order_by(Audit.id).first().id
    page = ana.read("/audit?by=page:ana")
    assert f"before={first + 1}" in page
    assert ana.read(f"/audit?before={first + 1}").count('class="row-item audit"') == 1


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_action_that_is_noted_by_a_table_has_its_words(language: str) -> None:
    actions = [action for action, _ in READINGS.values()]
    actions += [f"modem_{kind}" for kind in requests.KINDS]
    assert [action for action in actions if action not in words.words(language)["action"]] == []
