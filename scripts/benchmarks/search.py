"""What the search costs over a million messages: taking them in a little at a time, and each question.

The texts are drawn from words as shops use them, rarer the longer the list goes on, and numbers of orders.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from gateway.errors import Invalid
from gateway.messages import finding, search
from gateway.messages.finding import Asked
from gateway.store import database
from gateway.store.upgrade import upgrade

ROUNDS = 40
NUMBERS = 90_000
HEARD = 10  # of so many messages one was received
SHOP = """bonjour votre commande est prête elle vous attend à l’atelier jusqu’à samedi rendez-vous confirmé
    demain matin dix heures merci de rappeler livraison colis parti facture paiement reçu équipe boutique
    offre remise printemps vélo voiture réparation terminée disponible magasin ouvert fermé lundi mardi
    mercredi jeudi vendredi oui non d’accord pas encore peut-être bientôt adresse code porte étage"""
WORDS = SHOP.split()
RARE = 50_000
MESSAGE = """INSERT INTO messages (id, uid, recipient, text, category, state, facts, alphabet, part_count,
    source, content_digest, metadata, expires_at, created_at, updated_at)
    VALUES (?, ?, ?, ?, 'notification', 'delivered', '{}', 'GSM-7', 1, 'key:x', '', '{}', ?, ?, ?)"""
INBOUND = """INSERT INTO inbound (id, uid, sender, text, received_at, complete, modem, sim, concat_wide,
    part_count) VALUES (?, ?, ?, ?, ?, 1, 'sim1', '8933', 0, 1)"""

QUESTIONS = {
    "a word that all have": Asked("bonjour"),
    "three words": Asked("colis parti demain"),
    "a phrase": Asked("“rendez-vous confirmé”"),
    "a phrase nobody said": Asked("“merci bonjour non oui”"),
    "an order's number": Asked("order-123456"),
    "a rare word": Asked("mot12345"),
    "a beginning": Asked("rép"),
    "a beginning of many": Asked("mot"),
    "a word nobody said": Asked("quokka"),
    "words with one person": Asked("commande", number="+33600000007"),
}


def measure(messages: int) -> dict[str, tuple[float, float]]:
    """Each question → (p50, p99) in milliseconds; "a step of taking in" → (p50, p99) of the steps."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chappe.sqlite"
        upgrade(path, datetime.now(UTC))
        fill(path, messages)
        database.open(path)
        with database.connection():
            found = {"a step of taking in": _quantiles(list(_steps()))}
            for name, asked in QUESTIONS.items():
                found[name] = _quantiles([_timed(asked) for _ in range(ROUNDS)])
        database.db.close_all()
    return found


def table(figures: dict[str, tuple[float, float]]) -> str:
    """One line a question."""
    lines = [f"{'':24}{'p50':>12}{'p99':>12}"]
    lines += [f"{name:24}{p50:>9.2f} ms{p99:>9.2f} ms" for name, (p50, p99) in figures.items()]
    return "\n".join(lines)


def document(figures: dict[str, tuple[float, float]]) -> dict[str, dict[str, float]]:
    return {name: {"p50": p50, "p99": p99} for name, (p50, p99) in figures.items()}


def fill(path: Path, messages: int) -> None:
    """So many messages, one half minute after the other until now, and what came in between."""
    now = int(time.time() * 1e6)
    draw = random.Random(1)
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA synchronous = off")
        for first in range(1, messages + 1, 10_000):
            print(f"writing {first - 1:,} of {messages:,} …", end="\r", file=sys.stderr)
            rows = list(islice(_said(draw, first, now - 30_000_000 * messages), min(10_000, messages)))
            file.executemany(MESSAGE, rows)
            file.executemany(INBOUND, [(i // HEARD, *row[:3], row[5]) for i, *row in rows if i % HEARD == 0])
        file.commit()


def _said(draw: random.Random, first: int, begin: int) -> Iterator[tuple[object, ...]]:
    row = first
    while True:
        words = [*draw.choices(WORDS, k=12), *(f"mot{draw.randrange(RARE)}" for _ in range(2))]
        at = begin + row * 30_000_000
        text = f"Bonjour {' '.join(words)} order-{row}"
        yield row, f"{row:032x}", f"+336{row % NUMBERS:08}", text, at, at, at
        row += 1


def _steps() -> Iterator[float]:
    """Milliseconds of each."""
    left = search.catch_up()
    while True:
        began = time.perf_counter()
        if next(left, left) is left:
            return
        yield (time.perf_counter() - began) * 1000


def _timed(asked: Asked) -> float:
    began = time.perf_counter()
    with suppress(Invalid):  # given up after a second, and said
        finding.find(asked, time.monotonic)
    return (time.perf_counter() - began) * 1000


def _quantiles(took: list[float]) -> tuple[float, float]:
    ordered = sorted(took)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
