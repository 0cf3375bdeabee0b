"""The names of the people behind the numbers of one page: read once for all its rows."""

from __future__ import annotations

from collections.abc import Iterable

from flask import g

from gateway.contacts import book


def load(numbers: Iterable[str]) -> None:
    """Ask the book, in one query, for the names that this page is going to show."""
    g.called = book.names(numbers)


def called(number: str) -> str:
    """The name of this number's contact; "" for one who is in no book, or was not asked for."""
    known: dict[str, str] = g.get("called", {})
    return known.get(number, "")
