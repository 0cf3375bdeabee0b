"""How long the server takes for each page of a shop with a million messages and a hundred thousand contacts.

The pages are found by walking the application's addresses, so that a new one is measured too.
"""

from __future__ import annotations

import logging
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import scale
from gateway.store import database
from scale import COUNT, Installation
from stack import NotReady

ROUNDS = 15
GOAL = 150.0  # milliseconds, at the median
SLOW = 20.0  # milliseconds from which a statement is shown with its plan
NUMBER = "+33600000007"  # of a contact, in group and segment, who said something

# endpoint → addresses; without one, the rule's own if it has no gaps.
ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "contact_pages.card": (f"/contacts/{NUMBER}",),
    "contact_pages.listing": (
        "/contacts",
        "/contacts?tag=pro",
        "/contacts?group=2",
        "/contacts?q=client+77",
        "/contacts?q=0612",
    ),
    "conversations.listing": ("/conversations", "/conversations?show=unread", "/conversations?show=mine"),
    "conversations.thread": (f"/conversations/{NUMBER}",),
    "help.show": ("/help", "/help?q=stop"),
    "help.topic": ("/help/categories",),
    "message_pages.detail": ("/messages/{uid}",),
    "message_pages.listing": (
        "/messages",
        "/messages?state=delivered",
        "/messages?state=queued&category=marketing",
        "/messages?state=failed",
        "/messages?text=bonjour",
        f"/messages?to=%2B{NUMBER[1:]}",
    ),
    "merge_pages.choose": (f"/contacts/{NUMBER}/merge",),
    "privacy.confirm": (f"/people/{NUMBER}/erase",),
    "conversations.search.show": ("/search?q=bonjour", "/search?q=77777", "/search?q=client+99"),
    "segment_pages.edit": ("/segments/1",),
    "template_pages.show": ("/templates/1",),
    "wizard.step": ("/setup/shop", "/setup/modem", "/setup/test", "/setup/password"),
}
# What is no page for people, or a file whose length is its own measure.
LEFT_OUT = ("static", "bootstrap", "docs", "live.follow", "health", "messages.", "inbound.", "contacts.")
LEFT_OUT += ("handsets.", "wizard.show")
LEFT_OUT += ("consents.", "modems.", "welcome.", "privacy.export", "backup_pages.fetch", ".export")

PEOPLE = f"""{COUNT} INSERT INTO contacts (id, number, name, folded, timezone, postcode, note, created_at,
    updated_at, last_act_at) SELECT i, printf('+336%08d', i), 'Client ' || i, 'client ' || i, NULL,
    printf('%05d', 1000 + i % 94000), '', :created, :created, :created + i FROM n"""
FIELDS = "INSERT INTO contact_fields (id, name, kind, position) VALUES (1, 'Pointure', 'number', 1)"
VALUES = f"{COUNT} INSERT INTO contact_values (contact_id, field_id, value) SELECT i, 1, 34 + i % 14 FROM n"
TAGS = f"""{COUNT} INSERT INTO contact_tags (contact_id, tag)
    SELECT i, CASE i % 3 WHEN 0 THEN 'pro' WHEN 1 THEN 'fidèle' ELSE 'foire' END FROM n"""
GROUPS = """INSERT INTO contact_groups (id, name, created_at)
    VALUES (1, 'Habitués', :created), (2, 'Tous', :created)"""
MEMBERS = f"""{COUNT} INSERT INTO group_members (group_id, contact_id)
    SELECT 2, i FROM n UNION ALL SELECT 1, i FROM n WHERE i % 2"""
SEGMENT = """INSERT INTO segments (id, name, rules, created_at) VALUES (1, 'Paris',
    '{"match": "all", "rules": [{"test": "postcode_begins", "value": "75"}]}', :created)"""
TEMPLATES = f"""{COUNT} INSERT INTO templates (name, kind, text, category, written_by, updated_at)
    SELECT 'Texte ' || i, CASE i % 2 WHEN 0 THEN 'reply' ELSE 'message' END, 'Bonjour {{prénom}}',
    'notification', 'page:bench', :created FROM n WHERE i <= 300"""
CONSENTS = f"""{COUNT} INSERT INTO consents (number, at, event, ground, purpose, channel, wording, proof,
    written_by) SELECT printf('+336%08d', i), :created + i, 'given', 'opt_in', '', 'import', 'oui', '',
    'page:bench' FROM n"""
HEARD = f"""{COUNT} INSERT INTO inbound (id, uid, sender, text, received_at, complete, modem, sim,
    concat_wide, part_count) SELECT i, printf('f%031x', i), printf('+336%08d', i % 90000), 'Merci ' || i,
    :created + i * 30000000, 1, 'sim1', '8933', 0, 1 FROM n"""
AUDIT = f"""{COUNT} INSERT INTO audit (at, written_by, action, subject, shown, facts)
    SELECT :created + i, 'page:bench', 'contact_added', '', 'Client ' || i, '{{}}' FROM n"""
TALLIES = f"""{COUNT} INSERT INTO tallies (hour, modem, name, count)
    SELECT (:now / 3600000000 - i / 4) * 3600000000, 'sim1',
    CASE i % 4 WHEN 0 THEN 'sent' WHEN 1 THEN 'delivered' WHEN 2 THEN 'failed' ELSE 'received' END, i % 90
    FROM n WHERE i < 4 * 24 * 60"""
WORDS = "INSERT INTO search (rowid, text) SELECT id, text FROM messages"
WORDS_HEARD = "INSERT INTO search (rowid, text) SELECT id + (1 << 40), text FROM inbound"
WAITING = """UPDATE messages SET state = 'scheduled', until = :now + (id % 40) * 43200000000,
    send_at = :now + (id % 40) * 43200000000 WHERE id % 50 = 0 AND state = 'queued'"""
UNREAD = "UPDATE conversations SET unread = 1, last_inbound = 1 WHERE number LIKE '%7'"
SEVERAL = """UPDATE messages SET state = CASE id % 3 WHEN 0 THEN 'failed' WHEN 1 THEN 'uncertain'
    ELSE 'undelivered' END, reason = 'refused' WHERE id % 400 = 0 AND state = 'delivered'"""
CURSORS = """INSERT INTO cursors (name, position)
    SELECT 'search.messages', MAX(id) FROM messages UNION ALL SELECT 'search.inbound', MAX(id) FROM inbound
    UNION ALL SELECT 'tallies.history', MAX(id) FROM history
    UNION ALL SELECT 'tallies.inbound', MAX(id) FROM inbound"""
STEPS = (PEOPLE, FIELDS, VALUES, TAGS, GROUPS, MEMBERS, SEGMENT, TEMPLATES, CONSENTS, HEARD, AUDIT, TALLIES)
STEPS += (WAITING, SEVERAL, UNREAD, WORDS, WORDS_HEARD, CURSORS, "PRAGMA optimize")


@dataclass
class Page:
    """One address: the answer's status, its milliseconds, and what was slow in the database."""

    address: str
    status: int = 0
    took: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)  # the same without what the machine did besides
    slow: list[str] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.took)


def measure(messages: int, contacts: int, only: str) -> list[Page]:
    """Each page's times, the slowest first."""
    with tempfile.TemporaryDirectory() as folder:
        place = scale.install(Path(folder) / "shop", messages, messages // 10)
        furnish(place.config.appliance.database_path, contacts)
        database.open(place.config.appliance.database_path)
        found = [_timed(place, address) for address in addresses(place) if only in address]
        database.db.close_all()
    if not found:
        raise NotReady(f"no page has {only!r} in its address")
    return sorted(found, key=lambda page: page.median, reverse=True)


def table(pages: list[Page]) -> str:
    """One line a page, the slowest first; under those over the goal what the database was asked."""
    lines = [f"{'':46}{'median':>10}{'processor':>11}{'worst':>11}{'goal':>9}"]
    for page in pages:
        mark = f"  answers {page.status}" if page.status != 200 else "  over" * (page.median > GOAL)
        figures = f"{page.median:>7.1f} ms{statistics.median(page.worked):>8.1f} ms{max(page.took):>8.1f} ms"
        lines.append(f"{page.address:46}{figures}{'≤ 150':>9}{mark}")
        lines += [f"    {line}" for line in page.slow if page.median > GOAL]
    return "\n".join(lines)


def document(pages: list[Page]) -> dict[str, Any]:
    return {
        page.address: {
            "median": page.median,
            "processor": statistics.median(page.worked),
            "worst": max(page.took),
        }
        for page in pages
    }


def furnish(path: Path, contacts: int) -> None:
    """The shop's people and all that it keeps about them, beside the messages that are there."""
    now = int(time.time() * 1e6)
    facts = {"first": 1, "last": contacts, "now": now, "created": now - 90 * 86_400_000_000}
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA synchronous = off")
        for step in STEPS:
            file.execute(step, facts)
        file.commit()


def addresses(place: Installation) -> list[str]:
    """What somebody who is signed in can look at."""
    with database.connection():
        uid = next(iter(database.db.execute_sql("SELECT uid FROM messages WHERE id = 1000")), ("",))[0]
    found: list[str] = []
    for rule in place.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not any(word in rule.endpoint for word in LEFT_OUT):
            found += ADDRESSES.get(rule.endpoint, () if rule.arguments else (rule.rule,))
    return sorted({address.format(uid=uid) for address in found})


def _timed(place: Installation, address: str) -> Page:
    page = Page(address)
    for _ in range(ROUNDS):
        started, begun = time.perf_counter(), time.process_time()
        answer = place.client.get(address)
        answer.get_data()
        page.took.append((time.perf_counter() - started) * 1000)
        page.worked.append((time.process_time() - begun) * 1000)
        page.status = answer.status_code
        if page.status != 200:
            break
    if page.median > GOAL:
        with _watched(page):
            place.client.get(address).get_data()
    return page


@contextmanager
def _watched(page: Page) -> Iterator[None]:
    """Note each statement with its plan when it is slow, asked once more by itself."""
    asked = Statements()
    log = logging.getLogger("peewee")
    log.addHandler(asked)
    log.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        log.removeHandler(asked)
        log.setLevel(logging.NOTSET)
    with database.connection():
        page.slow = [line for statement in asked.kept for line in _explained(*statement)]


class Statements(logging.Handler):
    """What peewee was asked to say to SQLite."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[tuple[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.msg, tuple) and record.msg[0].lstrip().startswith(("SELECT", "WITH")):
            self.kept.append(record.msg)


def _explained(statement: str, values: Any) -> list[str]:
    started = time.perf_counter()
    database.db.execute_sql(statement, values).fetchall()
    took = (time.perf_counter() - started) * 1000
    if took < SLOW:
        return []
    plan = database.db.execute_sql(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
    return [f"{took:.0f} ms  {' '.join(statement.split())[:400]}", *(f"    {row[3]}" for row in plan)]
