"""Finding people, and what was said, by words: a page of the conversations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from flask import Blueprint, render_template, request

from gateway.contacts import book
from gateway.errors import GatewayError, Invalid
from gateway.messages import finding, numbers, threads, wanted
from gateway.messages.finding import Asked, Found, Hit, Pieces
from gateway.store.models import Message
from web import formats, roles
from web.language import trouble
from web.office import office
from web.pages import names

pages = Blueprint("search", __name__)  # within the conversations' own

A_PAGE = 40
PEOPLE = 6  # shown above what was said
SHOWN = 240  # characters of a text
BEFORE = 60  # of them before the first word that was looked for


@dataclass(frozen=True, slots=True)
class Form:
    """The search as it was typed."""

    q: str
    number: str
    since: str
    until: str

    @property
    def narrows(self) -> bool:
        return bool(self.number or self.since or self.until)


@dataclass(frozen=True, slots=True)
class Row:
    """One message that was found, ready to be read."""

    uid: str
    number: str
    is_ours: bool
    at: datetime
    pieces: Pieces


@pages.get("/search")
def show() -> str | tuple[str, int]:
    form = Form(*(request.args.get(name, "").strip() for name in ("q", "number", "since", "until")))
    faults: dict[str, str] = {}
    found: Found | None = None
    cursor = request.args.get("cursor")
    if form.q:
        try:
            found = finding.find(_asked(form), office().clock.monotonic, cursor, A_PAGE)
        except Invalid as error:
            faults[error.field or "q"] = trouble(error)
    somebody = _people(form.q) if form.q and not cursor and not form.number else {}
    rows = [_row(hit) for hit in found.hits] if found else []
    names.load([*(row.number for row in rows), *somebody, form.number])
    days = [(title, list(each)) for title, each in groupby(rows, lambda row: formats.day(row.at))]
    page = render_template(
        "search.html", form=form, faults=faults, found=found, days=days, people=somebody, cursor=cursor
    )
    return (page, 422) if faults else page


def _asked(form: Form) -> Asked:
    """Raises Invalid on the field at fault."""
    since, until = _day("since", form.since), _day("until", form.until)
    if since and until and until < since:
        raise Invalid("days_reversed", field="until")
    return Asked(form.q, _number(form.number), since, until + timedelta(days=1) if until else None)


def _day(name: str, typed: str) -> datetime | None:
    """Midnight at the beginning of a day, in the appliance's zone."""
    if not typed:
        return None
    try:
        return formats.read_local(f"{typed}T00:00")
    except ValueError as error:
        raise Invalid("date_unreadable", field=name, value=typed) from error


def _number(typed: str) -> str:
    """The number as the ledger keeps it; what is none is a sender's name."""
    try:
        return numbers.parse(typed, office().config.appliance.country)
    except GatewayError:
        return typed


def _people(sought: str) -> dict[str, None]:
    """The numbers of those whose name or number it may be, people of the book first; no more than PEOPLE.

    Who may not see the book meets in it those only with whom something was said.
    """
    everybody = roles.may("contact_pages.listing")
    found = [contact.number for contact in book.page(sought, None, PEOPLE).items]
    found = [number for number in found if everybody or threads.find(number)]
    if digits := wanted.digits(sought):
        found += [talk.number for talk in threads.with_digits(digits, PEOPLE)]
    return dict.fromkeys(list(dict.fromkeys(found))[:PEOPLE])


def _row(hit: Hit) -> Row:
    item, at = hit.item, threads.said_at(hit.item)
    is_ours = isinstance(item, Message)
    number = item.recipient if isinstance(item, Message) else item.sender
    return Row(item.uid, number, is_ours, at, tuple(_excerpt(hit.pieces)))


def _excerpt(pieces: Pieces) -> Iterator[tuple[str, bool]]:
    """As much of a long text as shows what was looked for."""
    lead = len(pieces[0][0]) if pieces and not pieces[0][1] else 0
    skipped, room = max(0, lead - BEFORE), SHOWN
    for text, is_wanted in pieces:
        shown = text[skipped : skipped + room]
        yield ("…" if skipped else "") + shown, is_wanted
        room, skipped = room - len(shown), 0
        if room <= 0:
            yield "…", False
            return
