"""A list in pages, the newest row first; a cursor is the id at which the page before ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from gateway import digits
from gateway.errors import Invalid

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page, newest first; `next` is the cursor of the following one, None at the end."""

    items: list[T]
    next: str | None


def page(query: Any, table: Any, cursor: str | None, limit: int) -> Page[Any]:
    """One page of a query over `table`; raises Invalid `cursor_unknown`."""
    if cursor:
        query = query.where(table.id < row_id(cursor))
    items = list(query.order_by(table.id.desc()).limit(limit + 1))
    return Page(items[:limit], str(items[limit - 1].id) if len(items) > limit else None)


def row_id(cursor: str) -> int:
    """The id that a cursor is; raises Invalid `cursor_unknown`."""
    if (found := digits.number(cursor)) is None:
        raise Invalid("cursor_unknown", field="cursor", value=cursor)
    return found
