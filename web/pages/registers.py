"""Lists to take away: who agreed to what, and what people wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Blueprint, Response

from gateway.contacts import register
from web import outflow, sign_in
from web.language import say
from web.office import office

pages = Blueprint("register_pages", __name__)


@pages.get("/contacts/consents.csv")
def export_consents() -> Response:
    """One line a person: since when, how, by which words; or since when no more."""
    here = office()
    lines = register.consents(here.config.appliance, sign_in.caller().source, here.clock.now())
    return outflow.sheet(_worded(lines), "consents.csv")


@pages.get("/conversations/received.csv")
def export_received() -> Response:
    """One line a message that came."""
    here = office()
    lines = register.received(here.config.appliance, sign_in.caller().source, here.clock.now())
    return outflow.sheet(_worded(lines), "received.csv")


def _worded(lines: Iterator[Sequence[str]]) -> Iterator[Sequence[str]]:
    """Headings and codes in words."""
    columns = next(lines)
    yield [say(f"column.{name}") for name in columns]
    tables = [register.WORDED.get(name) for name in columns]
    for line in lines:
        yield [
            say(f"{table}.{cell}") if table and cell else cell
            for table, cell in zip(tables, line, strict=True)
        ]
