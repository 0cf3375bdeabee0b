"""What a queue that has grown costs: every question asked of an empty ledger and of one with a million rows.

The rows are put in by one SQL statement each table, so that making them takes seconds; then the real
application and the real dispatcher's questions are timed on both files, alternating.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask

from gateway import config
from gateway.access import keys, people, sessions
from gateway.config import Config
from gateway.ids import Ids
from gateway.messages import outbox
from gateway.messages.outbox import Caller, Draft
from gateway.store import claims, database
from gateway.store.upgrade import upgrade
from web import sign_in
from web.app import create_app

ROUNDS = 60
TOML = '[appliance]\ndata_dir = "."\nruntime_dir = "run"\n[[modems]]\nname = "sim1"\nport = "none"\n'

# Numbers 1 … n, as SQLite counts them out.
COUNT = "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
MESSAGES = f"""{COUNT} INSERT INTO messages (id, uid, recipient, text, category, state, facts, alphabet,
    part_count, source, content_digest, metadata, expires_at, created_at, updated_at)
    SELECT i, printf('%032x', i), printf('+336%08d', i % 90000), 'Bonjour ' || i, 'marketing', :state, '{{}}',
    'GSM-7', 1, 'key:import', '', '{{}}', :expires, :created + i * 30000000, :created + i * 30000000 FROM n"""
PARTS = f"""{COUNT} INSERT INTO parts
    (message_id, seq, start, stop, lane, state, facts, attempts, source, bound)
    SELECT i, 1, 0, 10, 3, :state, '{{}}', 1, 'key:import', '' FROM n"""
HISTORY = f"""{COUNT} INSERT INTO history (message_id, at, event, state, facts)
    SELECT i, :created + i * 30000000, 'deliver', :state, '{{}}' FROM n"""
TALKS = f"""{COUNT} INSERT INTO conversations (number, last_at, last_text, last_inbound, unread)
    SELECT printf('+336%08d', i), :created + i, 'Bonjour', 0, 0 FROM n"""

NOTICES = """UPDATE messages
    SET recipient = :recipient, category = 'notification', created_at = :now, updated_at = :now"""


@dataclass(frozen=True)
class Installation:
    folder: Path
    config: Config
    key: str
    client: Any
    app: Flask


def measure(finished: int, queued: int) -> dict[str, float]:
    """Medians in milliseconds, empty and grown, of each question."""
    with tempfile.TemporaryDirectory() as folder:
        empty = install(Path(folder) / "empty", 0, 0)
        grown = install(Path(folder) / "grown", finished, queued)
        figures: dict[str, float] = {}
        for name, ask in QUESTIONS.items():
            for size, place in (("empty", empty), ("grown", grown)):
                database.open(place.config.appliance.database_path)
                figures[f"{name}, {size}"] = _median(ask, place)
            figures[f"{name}, ratio"] = figures[f"{name}, grown"] / figures[f"{name}, empty"]
    return figures


def table(figures: dict[str, float]) -> str:
    """One line a question: milliseconds when empty and when grown, and their ratio."""
    lines = [f"{'':24}{'empty':>10}{'grown':>10}{'ratio':>8}{'goal':>8}"]
    for name in QUESTIONS:
        empty, grown, ratio = (figures[f"{name}, {size}"] for size in ("empty", "grown", "ratio"))
        over = "  over" if ratio > 2 else ""
        lines.append(f"{name:24}{empty:>7.2f} ms{grown:>7.2f} ms{ratio:>8.2f}{'≤ 2':>8}{over}")
    return "\n".join(lines)


def install(folder: Path, finished: int, queued: int) -> Installation:
    folder.mkdir()
    (folder / "gateway.toml").write_text(TOML, encoding="utf-8")
    site = config.load(folder / "gateway.toml")
    path = site.appliance.database_path
    upgrade(path, datetime.now(UTC))
    grow(path, finished, queued)
    app = create_app(site)
    now = datetime.now(UTC)
    with database.connection():
        key = keys.create("bench", (), now, Ids(), b"x" * 32).key
        caller = Caller("key:bench", site.appliance, site.modem_names, Ids())
        for number in range(20):
            outbox.submit(Draft(f"+3363998{1000 + number}", "Bonjour"), caller, now)
        people.add("bench", "fr", now, Ids())
        token = sessions.open(people.everybody()[0], now, Ids())
    client = app.test_client()
    client.set_cookie(sign_in.COOKIE, token)
    return Installation(folder, site, key, client, app)


def waiting(path: Path, queued: int, recipient: str) -> None:
    """So many single parts in the queue of a new ledger, asked for a moment ago."""
    grow(path, 0, queued)
    now = int(time.time() * 1e6)
    with closing(sqlite3.connect(path)) as file:
        file.execute(NOTICES, {"recipient": recipient, "now": now})
        file.execute("UPDATE parts SET lane = 2, attempts = 0")
        file.commit()


def grow(path: Path, finished: int, queued: int) -> None:
    created = int(time.time() * 1e6) - 30_000_000 * (finished + queued)  # one each half minute, until now
    facts = {"created": created, "expires": int((time.time() + 1e6) * 1e6)}
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA synchronous = off")
        for state, first, last in (("delivered", 1, finished), ("queued", finished + 1, finished + queued)):
            if last < first:
                continue
            for statement in (MESSAGES, PARTS, HISTORY):
                file.execute(statement, {**facts, "first": first, "last": last, "state": state})
        if finished:
            file.execute(TALKS, {**facts, "first": 0, "last": 89_999})
        file.commit()


# ---- the questions ------------------------------------------------------------------------------


def _claim(place: Installation) -> None:
    with database.connection():
        claims.next_part("sim1", {})


def _get(path: str) -> Callable[[Installation], None]:
    def ask(place: Installation) -> None:
        headers = {"Authorization": f"Bearer {place.key}"}
        answer = place.client.get(path, headers=headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)

    return ask


def _detail(place: Installation) -> None:
    with database.connection():
        uid = outbox.Message.select(outbox.Message.uid).order_by(outbox.Message.id.desc()).first().uid
    _get(f"/api/v1/messages/{uid}")(place)


def _submit(place: Installation) -> None:
    caller = Caller("key:bench", place.config.appliance, place.config.modem_names, Ids())
    with database.connection():
        outbox.submit(Draft("+33639980001", "Bonjour"), caller, datetime.now(UTC))


QUESTIONS: dict[str, Callable[[Installation], None]] = {
    "claim": _claim,
    "submit": _submit,
    "API list": _get("/api/v1/messages?limit=50"),
    "API list by state": _get("/api/v1/messages?state=delivered,queued&limit=50"),
    "API list by number": _get("/api/v1/messages?to=%2B33639981001&limit=50"),
    "API detail": _detail,
    "page home": _get("/"),
    "page messages": _get("/messages"),
    "page conversations": _get("/conversations"),
    "page conversation": _get("/conversations/+33639981001"),
    "live": _get("/live?version=x"),
}


def _median(ask: Callable[[Installation], None], place: Installation) -> float:
    took = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        ask(place)
        took.append((time.perf_counter() - started) * 1000)
    return statistics.median(took)
