"""The register of consents as lines of a table, and what people wrote to us: for whoever must show it.

Source: GDPR art. 7.1: who agreed, when, how, to which words.  The acts themselves are in the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from gateway import audit
from gateway.config import Appliance
from gateway.consent import standing
from gateway.contacts import book
from gateway.contacts.consents import DECIDING
from gateway.store import database
from gateway.store.models import Consent, Inbound

CONSENTS = (
    *("number", "name", "act", "ground", "purpose", "since"),
    *("channel", "by", "wording", "proof", "withdrawn"),
)
RECEIVED = ("id", "received", "from", "name", "text", "complete", "modem")
# column → the table of words that its codes stand in
WORDED = {"act": "act", "ground": "ground", "channel": "channel", "complete": "cli"}
AT_ONCE = 500  # people, or messages
NO_ACT = Consent()

Lines = Iterator[Sequence[str]]


def consents(site: Appliance, by: str, now: datetime) -> Lines:
    """The headings, then one line for everybody who ever agreed, refused or was asked: the act that decides
    about marketing, the consent with its words and proof, and since when it is over.

    `act`, `ground` and `channel` are codes.  That the list was given out is noted before the first line.
    """
    with database.transaction():
        audit.write(by, "consents_exported", now)
    return _consents(site)


def received(site: Appliance, by: str, now: datetime) -> Lines:
    """The headings, then every message that came, the oldest first, with what the person is called.

    `complete` is "" or the code "gap": parts of it are still missing.  Noted like the other.
    """
    with database.transaction():
        audit.write(by, "inbound_exported", now)
    return _received(site)


def _consents(site: Appliance) -> Lines:
    yield CONSENTS
    last = ""
    while numbers := _numbers_after(last):
        called, refused = book.names(numbers), standing.opposed(numbers, "marketing")
        rows = Consent.select().where(Consent.number.in_(numbers)).order_by(Consent.id.desc())
        acts: dict[str, list[Consent]] = {}
        for row in rows:
            acts.setdefault(row.number, []).append(row)
        for number in numbers:
            told = _told(acts[number], refused.get(number), site)
            yield (number, called.get(number, ""), *told)
        last = numbers[-1]


def _told(acts: Sequence[Consent], refused: datetime | None, site: Appliance) -> Sequence[str]:
    """What one person's acts, the newest first, amount to."""
    deciding = _first(acts, DECIDING) or NO_ACT
    given = _first(acts, ("given", "confirmed")) or NO_ACT
    over = refused or (deciding.at if deciding.event == "withdrawn" else None)
    state = "opposed" if refused else deciding.event
    how = (given.channel, given.written_by, given.wording, given.proof)
    words = (state, given.ground, given.purpose, _day(given.at, site), *how, _day(over, site))
    return [word or "" for word in words]


def _first(acts: Iterable[Consent], events: Sequence[str]) -> Consent | None:
    return next((act for act in acts if act.event in events), None)


def _numbers_after(last: str) -> list[str]:
    rows = Consent.select(Consent.number).distinct().where(Consent.number > last)
    return [row.number for row in rows.order_by(Consent.number).limit(AT_ONCE)]


def _received(site: Appliance) -> Lines:
    yield RECEIVED
    last = 0
    while rows := list(Inbound.select().where(Inbound.id > last).order_by(Inbound.id).limit(AT_ONCE)):
        called = book.names(row.sender for row in rows)
        for row in rows:
            gap = "" if row.complete else "gap"
            name = called.get(row.sender, "")
            yield (row.uid, _day(row.received_at, site), row.sender, name, row.text, gap, row.modem)
        last = rows[-1].id


def _day(at: datetime | None, site: Appliance) -> str:
    """The instant by the appliance's clocks, to the second."""
    return at.astimezone(site.timezone).isoformat(timespec="seconds") if at else ""
