"""What the gate asks of the ledger for each message, as SQL written once (see `statements` for why)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from gateway.store.database import db
from gateway.store.models import InstantField, Message

_SETTINGS = "SELECT name, value FROM settings WHERE name LIKE 'law.%' ORDER BY name"
_OPPOSED = (
    f"SELECT at FROM oppositions WHERE digest = {db.param} AND category = {db.param} AND ended_at IS NULL"
)
_OPPOSED_OF = (
    f"SELECT digest, at FROM oppositions WHERE category = {db.param} AND ended_at IS NULL"
    " AND digest IN ({marks})"
)
_AT_ONCE = 500  # digests a question
# The events are written out: what stands is the last of those that decide it.
_STANDING = f"""
    SELECT event, ground, at FROM consents
    WHERE number = {db.param} AND event IN ('asked', 'given', 'confirmed', 'withdrawn')
    ORDER BY id DESC LIMIT 1"""
_HOME = f"SELECT timezone, postcode FROM contacts WHERE number = {db.param}"
# A part that was claimed and is not known to have stayed here counts as having left.
_MARKETING = f"""
    SELECT MIN(p.claimed_at) FROM messages AS m JOIN parts AS p ON p.message_id = m.id
    WHERE m.recipient = {db.param} AND m.category = 'marketing' AND m.id <> {db.param}
        AND p.claimed_at > {db.param}
        AND p.state IN ('sending', 'uncertain', 'sent', 'delivered', 'undelivered', 'expired')
    GROUP BY m.id"""

_instant = InstantField()


def choices() -> tuple[tuple[str, str], ...]:
    """The people's choices about the law, as (name, JSON)."""
    return tuple(db.execute_sql(_SETTINGS).fetchall())


def opposed_since(digest: str, category: str) -> datetime | None:
    row = db.execute_sql(_OPPOSED, (digest, category)).fetchone()
    return _instant.python_value(row[0]) if row else None


def opposed(digests: Sequence[str], category: str) -> Iterator[tuple[str, datetime]]:
    """(digest, since when) of those who refuse that category: one step into the index for each."""
    for first in range(0, len(digests), _AT_ONCE):
        some = digests[first : first + _AT_ONCE]
        marks = ", ".join([db.param] * len(some))
        for digest, at in db.execute_sql(_OPPOSED_OF.format(marks=marks), (category, *some)):
            since = _instant.python_value(at)
            if since is not None:
                yield digest, since


def last_consent(number: str) -> tuple[str, str | None, datetime | None] | None:
    """(event, ground, at) of the last act that decides whether this person agreed."""
    row = db.execute_sql(_STANDING, (number,)).fetchone()
    return (row[0], row[1], _instant.python_value(row[2])) if row else None


def home(number: str) -> tuple[str | None, str] | None:
    """(time zone, postcode) of a contact."""
    row = db.execute_sql(_HOME, (number,)).fetchone()
    return (row[0], row[1]) if row else None


def marketing_sent(number: str, since: datetime, but: Message | None) -> list[datetime]:
    """When each marketing message to this number left after `since`, without the one that asks."""
    values = (number, but.id if but else 0, _instant.db_value(since))
    found = (_instant.python_value(row[0]) for row in db.execute_sql(_MARKETING, values))
    return [at for at in found if at is not None]
