"""What strangers write stays text: planted wherever they may write, it becomes markup on no page, and no
header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from html.parser import HTMLParser
from itertools import product
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from peewee import BooleanField, Field, ForeignKeyField, IntegerField

from fakes import MONDAY_NOON, FakeClock
from gateway.store import database, models
from gateway.store.models.fields import InstantField, Row
from journeys.visitor import Ledger, Visitor
from web import sign_in

PLANT = "<x-planted onload=p()>"
STORM = (
    f"{PLANT}\"'></title></textarea></option></script></style>-->{PLANT}<svg/onload=p()>{{{{7*7}}}}{{% x %}}"
)
QUIET = ("/help/", "/docs", "/doctor/", "/export")  # our own words; files to keep
SENDER = "<x-planted>'\""
ANNA = "+33639980001"
# Where what somebody else wrote is kept: people who write, lists, programs, modems, colleagues.
SAID: dict[type[Row], tuple[str, ...]] = {
    models.Inbound: ("text",),
    models.InboundPart: ("text",),
    models.Conversation: ("last_text",),
    models.Contact: ("name", "note"),
    models.ContactField: ("name",),
    models.ContactValue: ("value",),
    models.ContactTag: ("tag",),
    models.ContactGroup: ("name",),
    models.Segment: ("name",),
    models.Template: ("name", "text"),
    models.Message: ("text", "typed", "source"),
    models.ConversationNote: ("text", "written_by"),
    models.Campaign: ("name", "written_by"),
    models.CampaignText: ("text",),
    models.Landing: ("title", "text", "button"),
    models.Webhook: ("name",),
    models.Delivery: ("answer", "error"),
    models.AlertRoute: ("name", "template"),
    models.AlertGroup: ("title",),
    models.ImportJob: ("file_name", "written_by"),
    models.ModemRequest: ("answer", "argument", "asked_by"),
    models.Incident: ("detail", "error"),
    models.Audit: ("shown", "written_by"),
    models.Consent: ("wording", "proof", "purpose", "written_by"),
    models.Call: ("number",),
    models.Quarantine: ("why",),
}


class Markup(HTMLParser):
    """What of a page a browser would act upon, and no page of ours holds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "x-planted" or (tag in ("script", "style") and not given.get("src")):
            self.wrong.append(f"<{tag}>")
        for name, value in attributes:
            goes = (value or "").strip().lower()
            if name.startswith("on") or name == "style" or goes.startswith(("javascript:", "data:text")):
                self.wrong.append(f"{tag} {name}")


# What of a row is a word that the page knows.
KNOWN: dict[type[Row], dict[str, object]] = {
    models.Contact: {"number": ANNA},
    models.ContactField: {"kind": "text"},
    models.Template: {"kind": "template", "category": "notification"},
    models.ConversationNote: {"number": ANNA},
    models.Campaign: {"state": "draft", "category": "notification"},
    models.CampaignText: {"letter": "A"},
    models.Landing: {"slug": "sale", "button_url": "https://shop.example/", "colour": "#004488"},
    models.Webhook: {"events": {"events": []}},
    models.Delivery: {"state": "given_up", "style": "standard", "event": "message.sent", "payload": "{}"},
    models.AlertRoute: {"recipients": {"to": [ANNA], "groups": []}, "repeat_s": 60, "per_hour": 9},
    models.AlertGroup: {"state": "firing"},
    models.ImportJob: {"state": "done", "ended_at": MONDAY_NOON},
    models.ModemRequest: {"modem": "sim1", "kind": "ussd", "state": "done"},
    models.Incident: {"modem": "sim1"},
    models.Audit: {"action": "contact_saved"},
    models.Consent: {"number": ANNA, "event": "given", "ground": "opt_in", "channel": "form"},
    models.Call: {"modem": "sim1"},
}


WRITTEN = (models.Inbound, models.InboundPart, models.Conversation, models.Message)  # there before


def plant(ledger: Ledger, clock: FakeClock) -> None:
    """A row of each kind, and then the storm in every place of each."""
    ledger.inbound("Bonjour", ANNA)
    ledger.inbound("Bonjour", SENDER)
    for state in ("queued", "failed", "uncertain", "scheduled", "delivered"):
        ledger.message(state, ANNA)
    with database.connection():
        for table, columns in SAID.items():
            if table in WRITTEN:
                table.update(dict.fromkeys(columns, STORM)).execute()
            else:
                table.insert(row(table, clock.now()) | dict.fromkeys(columns, STORM)).execute()


def row(table: type[Row], now: datetime) -> dict[str, object]:
    """What a row must have; it belongs to the first of whatever it belongs to."""
    made = dict(KNOWN.get(table, {}))
    for name, column in table._meta.fields.items():
        if name not in made and not (column.null or column.default is not None or name == "id"):
            made[name] = now if isinstance(column, InstantField) else 1 if _counts(column) else "x"
    return made


def _counts(column: Field) -> bool:
    return isinstance(column, IntegerField | BooleanField | ForeignKeyField)


def pages(visitor: Visitor) -> Iterator[tuple[str, str]]:
    """Every page that links lead to, the conversation with a strange name, and what is not found."""
    todo = ["/", f"/conversations/{quote(SENDER, safe='')}", f"/messages?q={quote(STORM)}", "/p/sale"]
    todo += [f"/{quote(STORM, safe='')}", f"/contacts?q={quote(STORM)}", f"/search?q={quote(STORM)}"]
    seen = set(todo)
    while todo:
        path = todo.pop()
        answer = visitor.client.get(path)
        assert answer.status_code < 500, path
        if "html" not in str(answer.content_type):
            answer.close()
            continue
        text = answer.get_data(as_text=True)
        yield path, text
        for link in re.findall(r'<a [^>]*?href="(/[^"]*)', text):
            place = urlsplit(unescape(link))._replace(fragment="")
            if place.path not in seen and not place.path.startswith(QUIET):
                seen.add(place.path)
                todo.append(place.geturl())


def test_what_is_planted_becomes_markup_on_no_page(ana: Visitor, ledger: Ledger, clock: FakeClock) -> None:
    plant(ledger, clock)
    wrong, shown, count = [], 0, 0
    for path, text in pages(ana):
        count += 1
        shown += "x-planted" in text
        wrong += [f"{path}: {fault}" for fault in Markup(text).wrong]
        wrong += [f"{path}: a template was obeyed" for _ in re.findall(r"onload=p\(\)&gt;49", text)]
    assert wrong == []
    assert count > 25
    assert shown > 15  # the storm reached them


@pytest.mark.parametrize(
    "text", [PLANT, "<a href=' JavaScript:p()'>", "<p onclick=p()>", "<script>p()</script>"]
)
def test_markup_of_strangers_is_found(text: str) -> None:
    assert Markup(f"<p>{text}</p>").wrong


# ---- headers ---------------------------------------------------------------------------------------

PLANTED = "X-Planted"
LINES = tuple(f"x{end}{PLANTED}: 1" for end in ("\r\n", "\n"))


def gaps(app: Flask) -> Iterator[str]:
    """Every address of a page that has room for words of the reader."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and re.search(r"<(path:)?\w+>", rule.rule):
            yield re.sub(r"<int[^>]*>", "1", rule.rule)


def test_no_word_of_an_address_becomes_a_header(app: Flask, ana: Visitor) -> None:
    asked = 0
    for rule, line in product(gaps(app), LINES):
        path = re.sub(r"<[^>]*>", lambda _, line=line: quote(line, safe=""), rule)
        answer = ana.client.get(path, query_string={"next": line, "q": line, "to": line})
        answer.close()
        asked += 1
        assert answer.status_code < 500, path
        assert PLANTED not in answer.headers, path
    assert asked > 40


def test_no_word_of_a_form_becomes_a_header(ana: Visitor) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', ana.read("/contacts"))
    assert token
    forms = ("/language", "/contacts", "/sign-in", "/groups", "/templates")
    for path, line in product(forms, LINES):
        typed = {"language": line, "name": line, "number": ANNA, "next": line, "tag": line}
        answer = ana.client.post(path, data={"csrf_token": token[1], **typed})
        assert answer.status_code < 500, path
        assert PLANTED not in answer.headers, path
        assert answer.headers.get("Location", "/").startswith("/"), path


def test_the_addresses_that_lead_on_stay_here(stranger: Visitor, app: Flask) -> None:
    """A browser reads "\\t//", "/\\\\" and the like as the beginning of another machine's address."""
    strange = (
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "https:evil.example",
    )
    strange += (
        "http://evil.example",
        "javascript:p()",
        " //evil.example",
        "/\n/evil.example",
        "evil.example",
    )
    assert {sign_in.local(address) for address in strange} == {"/"}
