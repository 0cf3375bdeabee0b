"""What is done to many rows, a few a transaction, so that nobody waits for long."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from gateway.store import database

ROWS = 200  # a step

Steps = Iterator[None]


def through(query: Any, change: Callable[[Sequence[Any]], Any], most: int = ROWS) -> Steps:
    """Until the query finds nothing more: `change` makes a statement of the next ids, which takes their rows
    out of it."""
    while ids := [row.id for row in query.limit(most)]:
        with database.transaction():
            change(ids).execute()
        yield
