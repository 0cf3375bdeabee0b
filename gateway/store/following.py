"""Short links as SQL: what a person has, where one leads, and the count of one click."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from gateway.store.database import PRAGMAS, Trouble, db
from gateway.store.models import InstantField, LinkSlug

PATIENCE = 250  # milliseconds: whoever follows a link waits, and a count is not worth more

# The person's slug beside each link of the owner, where there is one.
_KNOWN = """
    SELECT l.url, l.id, s.slug FROM links AS l
    LEFT JOIN link_slugs AS s ON s.link_id = l.id AND s.person = ?
    WHERE l.owner = ? AND l.url IN ({marks})"""
# The person of a campaign's link is the row of somebody whose message left at some instant.
_DESTINATION = """
    SELECT l.url, g.slug, p.sent_at, l.landing_id FROM link_slugs AS s
    JOIN links AS l ON l.id = s.link_id
    LEFT JOIN landings AS g ON g.id = l.landing_id
    LEFT JOIN campaign_people AS c ON l.owner LIKE 'campaign:%' AND c.id = CAST(s.person AS INTEGER)
    LEFT JOIN parts AS p ON p.message_id = c.message_id AND p.seq = 1
    WHERE s.slug = ?"""
_CLICK = """UPDATE link_slugs SET clicks = clicks + 1, first_at = COALESCE(first_at, :now),
    last_at = :now WHERE slug = :slug"""
_ROBOT = "UPDATE link_slugs SET robots = robots + 1 WHERE slug = :slug"

_instant = InstantField()
log = logging.getLogger(__name__)


def known(owner: str, person: str, urls: Sequence[str]) -> dict[str, tuple[int, str | None]]:
    """URL → (its link's id, this person's slug) for the owner's links among these."""
    sql = _KNOWN.format(marks=", ".join("?" * len(urls)))
    rows = db.execute_sql(sql, (person, owner, *urls)).fetchall()
    return {url: (link, slug) for url, link, slug in rows}


def give(links: Mapping[str, int], person: str) -> bool:
    """Slug → link become the person's, by one statement; False where a slug was somebody's already."""
    rows = [
        {"slug": slug, "link": link, "person": person, "clicks": 0, "robots": 0}
        for slug, link in links.items()
    ]
    done = LinkSlug.insert_many(rows).on_conflict_ignore().as_rowcount().execute()
    return bool(done == len(rows))


def destination(slug: str) -> tuple[str, str | None, datetime | None] | None:
    """(URL, name of the landing page, when the network took the message); None for no link, or where its
    landing page is gone."""
    row = db.execute_sql(_DESTINATION, (slug,)).fetchone()
    if row is None or (row[3] is not None and row[1] is None):
        return None
    return row[0], row[1], _instant.python_value(row[2])


def count(slug: str, robot: bool, now: datetime) -> bool:
    """One statement, that waits for nobody long; False, and a line in the log, where others write."""
    db.execute_sql(f"PRAGMA busy_timeout = {PATIENCE}")
    try:
        db.execute_sql(_ROBOT if robot else _CLICK, {"slug": slug, "now": _instant.db_value(now)})
    except Trouble as trouble:
        log.warning("a click was not counted: %s", trouble)
        return False
    finally:
        db.execute_sql(f"PRAGMA busy_timeout = {PRAGMAS['busy_timeout']}")
    return True
