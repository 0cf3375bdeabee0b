"""What happened, page by page, the newest first."""

from __future__ import annotations

from typing import Any

from gateway.errors import Invalid
from gateway.messages.lookup import Page

LONGEST = 18  # digits of a cursor


def page(query: Any, table: Any, cursor: str | None, limit: int) -> Page[Any]:
    """One page of a query over `table`; raises Invalid `cursor_unknown`."""
    if cursor:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= LONGEST):
            raise Invalid("cursor_unknown", field="cursor", value=cursor)
        query = query.where(table.id < int(cursor))
    items = list(query.order_by(table.id.desc()).limit(limit + 1))
    return Page(items[:limit], str(items[limit - 1].id) if len(items) > limit else None)
