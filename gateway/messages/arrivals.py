"""What came in, newest first, a page at a time; a page never looks at more than so many rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.messages.paging import Page
from gateway.store import searching
from gateway.store.models import Inbound

LOOKED_THROUGH = 20_000  # rows


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must be true of a received message; what is None says nothing."""

    sender: str | None = None
    modem: str | None = None
    since: datetime | None = None  # received at this instant or later
    until: datetime | None = None  # before this one


def older(wanted: Wanted, below: int | None, limit: int, most: int = LOOKED_THROUGH) -> Page[Inbound]:
    """The newest that fit, below an id; where they fit too rarely the page ends early, and `next` goes on."""
    low, high = _span(wanted)
    lead = [Inbound.id > low, Inbound.id < (high if below is None else min(high, below))]
    if wanted.sender is not None:
        lead.append(Inbound.sender == wanted.sender)
    rest, edge = _rest(wanted), None
    if rest:
        looked = Inbound.select(Inbound.id).where(*lead).order_by(Inbound.id.desc())
        edge = looked.offset(most).limit(1).scalar()
    bound = [] if edge is None else [Inbound.id >= edge]
    rows = Inbound.select().where(*lead, *rest, *bound).order_by(Inbound.id.desc())
    items = list(rows.limit(limit + 1))
    if len(items) > limit:
        return Page(items[:limit], str(items[limit - 1].id))
    return Page(items, None if edge is None else str(edge))


def _span(wanted: Wanted) -> tuple[int, int]:
    """The ids between which all lies that came in that time."""
    low, high = 0, searching.RECEIVED
    if wanted.since is not None:
        low = _first(wanted.since) - 1
    if wanted.until is not None:
        high = _first(wanted.until) + searching.NEAR  # as far as the two orders may differ
    return low, high


def _first(at: datetime) -> int:
    return searching.first_since("inbound", "received_at", at)


def _rest(wanted: Wanted) -> list[Any]:
    conditions = (
        (wanted.modem, Inbound.modem == wanted.modem),
        (wanted.since, Inbound.received_at >= wanted.since),
        (wanted.until, Inbound.received_at < wanted.until),
    )
    return [condition for asked, condition in conditions if asked is not None]
