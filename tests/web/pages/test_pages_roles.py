"""Four roles and one table: every address is in it, each role gets exactly what it says, and sees no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import product
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from fakes import FakeClock
from gateway.access import people
from gateway.access.roles import ROLES, reaches
from gateway.ids import Ids
from gateway.messages import outbox
from gateway.messages.outbox import Caller, Draft
from gateway.store import database
from gateway.store.models import Message, Part
from journeys.visitor import PASSWORD, Ledger, Visitor
from web import roles, sign_in

ANNA = "+33639980001"
TYPED = {"number": ANNA, "modem": "sim1", "key": "stop_marketing", "token": "used"}
Enter = Callable[..., Visitor]


@pytest.fixture
def enter(app: Flask, clock: FakeClock) -> Enter:
    """Somebody with that role, signed in."""

    def come(role: str, name: str = "") -> Visitor:
        with database.connection():
            token = people.add(name or role, "en", clock.now(), Ids(), role)
        visitor = Visitor(app.test_client())
        visitor.send(f"/welcome/{token}", password=PASSWORD)
        return visitor

    return come


@dataclass(frozen=True)
class Address:
    """One way into the page: a method, a path that fits the rule, and the role that the table names."""

    method: str
    path: str
    endpoint: str
    least: str


def page_rules(app: Flask) -> list[Rule]:
    """What people come to: not the door, not what programs ask with a key."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in sign_in.PUBLIC_ENDPOINTS and not rule.rule.startswith(sign_in.PUBLIC_PATHS)
    ]


def addresses(app: Flask, uid: str) -> Iterator[Address]:
    for rule in page_rules(app):
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            for path, words in filled(rule, {**TYPED, "uid": uid}):
                about = [roles.OTHERS] if rule.endpoint in roles.ABOUT and "uid" in rule.arguments else []
                yield Address(method, path, rule.endpoint, roles.least(rule.endpoint, [*words, *about]))


def filled(rule: Rule, typed: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    """The rule's paths, one for each of its alternatives, with the words that stand in them."""
    pieces = re.split(r"<(?:(\w+)(?:\(([^)]*)\))?:)?(\w+)>", rule.rule)
    choices = []
    for converter, options, name in zip(pieces[1::4], pieces[2::4], pieces[3::4], strict=True):
        number = "1" if converter == "int" else ""
        choices.append(re.split(r", *", options) if converter == "any" else [number or typed.get(name, "x")])
    for words in product(*choices):
        parts = [part for pair in zip(pieces[0::4], [*words, ""], strict=True) for part in pair]
        yield "".join(parts), list(words)


def is_let_through(app: Flask, visitor: Visitor, path: str) -> bool:
    """Whether whatever stands before every page lets this reader on to it."""
    cookie = visitor.client.get_cookie(sign_in.COOKIE)
    assert cookie is not None
    with app.test_request_context(path, headers={"Cookie": f"{sign_in.COOKIE}={cookie.value}"}):
        return app.preprocess_request() is None


def test_every_address_of_the_page_is_in_the_table_and_the_table_names_no_other(app: Flask) -> None:
    there = {rule.endpoint for rule in page_rules(app)}
    named = {name.partition(" ")[0] for name in roles.LEAST}
    assert (sorted(there - named), sorted(named - there)) == ([], [])


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_exactly_what_the_table_says(
    app: Flask, ledger: Ledger, enter: Enter, role: str
) -> None:
    """A form without its token goes no further than the second lock (400): nothing is changed here.

    A page is made for the lowest role that may see it; for those above, the locks before it are asked.
    """
    visitor, uid = enter(role), ledger.message("scheduled").uid
    wrong, asked = [], 0
    for address in addresses(app, uid):
        asked += 1
        if address.method == "GET" and reaches(role, address.least) and role != address.least:
            if not is_let_through(app, visitor, address.path):
                wrong.append(f"GET {address.path}: held up")
            continue
        answer = visitor.client.open(address.path, method=address.method)
        answer.close()
        if not reaches(role, address.least):
            right = answer.status_code == 403
        elif address.method == "POST":
            right = answer.status_code == 400
        else:  # 404: nobody of that name; 503: every ear is taken
            right = answer.status_code < 403 or answer.status_code in (404, 503)
        if not right:
            wrong.append(f"{address.method} {address.path}: {answer.status_code}")
    assert asked > 60
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("message_pages.listing", "viewer"),
        ("conversations.thread", "viewer"),
        ("write.given", "writer"),
        ("conversations.reply", "writer"),
        ("contact_pages.keep", "writer"),
        ("contact_pages.record opposed", "writer"),
        ("contact_pages.record given", "manager"),
        ("attention.decide others", "manager"),
        ("settings.text", "manager"),
        ("settings.choose", "manager"),
        ("settings.choose lift", "administrator"),
        ("modem_pages.ask", "administrator"),
        ("privacy.forget", "administrator"),
        ("privacy.log", "administrator"),
        ("people_pages.invite", "administrator"),
        ("key_pages.create", "administrator"),
        ("no.such_page", "administrator"),
    ],
)
def test_the_table_gives_each_role_its_work(name: str, least: str) -> None:
    endpoint, _, word = name.partition(" ")
    assert roles.least(endpoint, [word]) == least


def test_a_refusal_says_what_is_needed_whom_to_ask_and_gives_back_what_was_typed(enter: Enter) -> None:
    enter("administrator", "ana")
    viewer = enter("viewer")
    page = viewer.send("/write", expect=403, form_at="/messages", to=ANNA, text="typed with care")
    assert "Your role does not allow this" in page
    assert "It needs the role “Writer” or more; yours is “Viewer”. Who may change that: ana." in page
    assert "typed with care" in page
    assert "No message yet." in viewer.read("/messages")


# ---- one's own, and what others wrote ------------------------------------------------------------


def submit(ledger: Ledger, by: str, state: str = "scheduled") -> Message:
    site = ledger.site
    with database.connection():
        caller = Caller(by, site.appliance, site.modem_names, Ids())
        message = outbox.submit(Draft(ANNA, f"Written by {by}"), caller, ledger.clock.now())
        Message.update(state=state).where(Message.id == message.id).execute()
        Part.update(state=state).where(Part.message == message.id).execute()
    return message


def states(ledger: Ledger, *messages: Message) -> list[str]:
    with database.connection():
        return [Message.get_by_id(message.id).state for message in messages]


def test_a_writer_cancels_what_is_their_own_and_nothing_of_others(ledger: Ledger, enter: Enter) -> None:
    writer = enter("writer")
    mine, shops = submit(ledger, "page:writer", "queued"), submit(ledger, "key:shop", "queued")
    assert "Cancel this message" in writer.read(f"/messages/{mine.uid}")
    assert "Cancel this message" not in writer.read(f"/messages/{shops.uid}")
    for message, expect in ((mine, 200), (shops, 403)):
        writer.send(f"/messages/{message.uid}/cancel", expect=expect, form_at="/messages")
    assert states(ledger, mine, shops) == ["canceled", "queued"]
    enter("manager").send(f"/messages/{shops.uid}/cancel", form_at="/messages")
    assert states(ledger, shops) == ["canceled"]


def test_a_writer_decides_about_their_own_messages_only(ledger: Ledger, enter: Enter) -> None:
    writer = enter("writer")
    mine, shops = submit(ledger, "page:writer", "failed"), submit(ledger, "key:shop", "failed")
    assert "Whoever wrote it decides, or a manager." in writer.read("/attention")
    both = {"uid": [mine.uid, shops.uid]}
    writer.send("/attention/again", expect=403, form_at="/attention", **both)  # type: ignore[arg-type]
    assert states(ledger, mine, shops) == ["failed", "failed"]
    writer.send("/attention/again", form_at="/attention", uid=mine.uid, next="/attention")
    assert states(ledger, mine, shops) == ["queued", "failed"]


def test_a_writer_notes_a_no_and_no_yes(enter: Enter) -> None:
    writer = enter("writer")
    card = f"/contacts/{ANNA}"
    assert "Record a consent" not in writer.read(card)
    yes = {"ground": "opt_in", "channel": "phone", "wording": "Yes please."}
    writer.send(f"{card}/consents/given", expect=403, form_at=card, **yes)
    no = {"category": "marketing", "channel": "phone"}
    assert "said no" in writer.send(f"{card}/consents/opposed", form_at=card, **no)
    assert "They take their no back" not in writer.read(card)
    assert "They take their no back" in enter("manager").read(card)


def test_going_beyond_the_law_is_left_to_administrators(enter: Enter) -> None:
    chief, boss = enter("manager"), enter("administrator")
    week = {"day": "0", "opens": "09:00", "closes": "22:00"}
    lifted = {**week, "lift": "1", "reason": "A late show."}
    assert 'name="lift"' not in chief.read("/settings")
    chief.send("/settings/hours", expect=403, form_at="/settings", **lifted)
    assert "Remembered" in chief.send("/settings/hours", form_at="/settings", **{**week, "closes": "19:00"})
    assert 'name="lift"' in boss.read("/settings")
    assert "Remembered" in boss.send("/settings/hours", form_at="/settings", **lifted)


# ---- what is shown -------------------------------------------------------------------------------

TAG = re.compile(r"<(a|form|button)\b([^>]*)>")
PROSE = ("/help", "/docs", "/static", "/bootstrap", "/api", "/sign-in")


def offered(page: str, path: str) -> Iterator[tuple[str, str]]:
    """What a page invites its reader to: the method and path of each link and form."""
    for tag, rest in TAG.findall(page):
        given = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', rest)}
        if tag == "a" and (there := urlsplit(given.get("href", "")).path):
            yield "GET", there
        elif tag == "form" and given.get("method") == "post":
            yield "POST", urlsplit(given.get("action", path)).path
        elif tag == "button" and "formaction" in given:
            yield "POST", urlsplit(given["formaction"]).path


def too_much(app: Flask, role: str, visitor: Visitor) -> tuple[int, list[str]]:
    """How many pages one finds from the home page on, and what they offer beyond the role."""
    door = app.url_map.bind("localhost")
    seen, todo, found = {"/"}, ["/"], []
    while todo:
        path = todo.pop()
        answer = visitor.client.get(path)
        if answer.status_code != 200 or "html" not in str(answer.content_type):
            answer.close()  # a file that leaves a little at a time
            continue
        for method, there in offered(answer.get_data(as_text=True), path):
            if there.startswith(PROSE):
                continue
            try:
                endpoint, words = door.match(there, method)
            except HTTPException:
                found.append(f"{path} offers {method} {there}, which is nowhere")
                continue
            least = roles.least(endpoint, [str(word) for word in words.values()])
            if endpoint not in sign_in.PUBLIC_ENDPOINTS and not reaches(role, least):
                found.append(f"{path} offers {method} {there}")
            if method == "GET" and there not in seen:
                seen.add(there)
                todo.append(there)
    return len(seen), found


@pytest.mark.parametrize("role", ROLES)
def test_no_page_offers_what_its_reader_may_not_do(
    app: Flask, ledger: Ledger, enter: Enter, role: str
) -> None:
    for state in ("scheduled", "failed", "uncertain", "failed", "uncertain"):
        ledger.message(state)
    submit(ledger, f"page:{role}", "failed")
    ledger.inbound("Bonjour", ANNA)
    ledger.inbound("Please no more of this", ANNA)
    if role != "administrator":
        boss = enter("administrator", "boss")
        boss.send("/contacts", form_at="/contacts", name="Anna", number=ANNA)
    seen, found = too_much(app, role, enter(role))
    assert seen > 8
    assert found == []
