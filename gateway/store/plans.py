"""What waits for an hour, in the order of these hours, as SQL written once (see `statements` for why)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from peewee import SQL

from gateway.store.database import db
from gateway.store.models import InstantField

# The states are written out: SQLite takes a partial index only for literal values.
_PLANNED = "FROM messages INDEXED BY messages_planned WHERE state IN ('scheduled', 'held')"
_BETWEEN = f"{_PLANNED} AND until >= {db.param} AND until < {db.param}"
_COUNT = f"""
    SELECT category, COUNT(*) FROM (SELECT category {_BETWEEN} LIMIT {db.param}) GROUP BY category"""
_AFTER = f"""
    SELECT id, until {_PLANNED} AND (until, id) > ({db.param}, {db.param}) AND until < {db.param}
    AND category IN ({{categories}}) ORDER BY until, id LIMIT {db.param}"""

_instant = InstantField()


def ids_between(since: datetime | None, until: datetime | None) -> Any:
    """A sub-query: the ids of the messages that wait for an instant from `since` on and before `until`."""
    return SQL(f"(SELECT id {_BETWEEN})", (_instant.db_value(since), _instant.db_value(until)))


def counts(edges: Sequence[datetime], most: int) -> Iterator[dict[str, int]]:
    """For each span between two edges: how many of each category wait for an hour in it.

    No more than `most` are counted in one span.
    """
    numbers = [_instant.db_value(edge) for edge in edges]
    for since, until in pairwise(numbers):
        yield dict(db.execute_sql(_COUNT, (since, until, most)).fetchall())


def after(
    place: tuple[datetime, int], until: datetime, categories: Sequence[str], limit: int
) -> list[tuple[int, datetime]]:
    """(id, hour) of the next messages behind a place – an hour and an id –, in their order."""
    marks = ", ".join([db.param] * len(categories))
    values = (_instant.db_value(place[0]), place[1], _instant.db_value(until), *categories, limit)
    rows = db.execute_sql(_AFTER.format(categories=marks), values)
    found = ((row, _instant.python_value(hour)) for row, hour in rows)
    return [(row, hour) for row, hour in found if hour is not None]
