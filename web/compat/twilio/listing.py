"""A page of what one key sent and of what came in, newest first.

Two walks down two tables, each with its own place; the token of the next page says both, so that what comes
meanwhile moves nothing.  A walk looks at so many rows a page and no more: where the filters fit rarely a page
may hold fewer than it could, or nothing, and still have a next one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from gateway.errors import Invalid
from gateway.messages import arrivals, filtering, numbers
from gateway.messages.filtering import Filter
from gateway.store.models import Inbound, Message
from web.compat.twilio.asked import FROM, PLAIN, day_or_moment, own_numbers, plus
from web.office import office

USUAL, MOST = 50, 1000  # entries a page
LOOKED_THROUGH = 20_000  # rows of each table a page
TOKEN = re.compile(r"PA([0-9]{0,18}|-)\.([0-9]{0,18}|-)")
OVER = "-"
A_DAY, A_SECOND = timedelta(days=1), timedelta(seconds=1)
A_MOMENT = timedelta(microseconds=1)

Query = Mapping[str, str]
Said = Message | Inbound


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; `since` and `until` are about when it left, or came."""

    source: str
    to: str | None
    sender: str | None
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    items: list[Said]
    next: str | None  # the token of the following page


def page(query: Query, source: str) -> Page:
    """The page that a query asks for; raises Invalid."""
    wanted, limit = _wanted(query, source), size(query)
    sent_below, heard_below = _places(query.get("PageToken", ""))
    sent, sent_next = _sent(wanted, sent_below, limit)
    heard, heard_next = _heard(wanted, heard_below, limit)
    both: list[Said] = [*sent, *heard]
    found = sorted(both, key=_when, reverse=True)[:limit]
    places = (_place(sent, found, sent_below, sent_next), _place(heard, found, heard_below, heard_next))
    return Page(found, None if set(places) == {OVER} else f"PA{places[0]}.{places[1]}")


def size(query: Query) -> int:
    """How many entries a page may have."""
    typed = query.get("PageSize", "")
    if not typed:
        return USUAL
    if not re.fullmatch(r"[0-9]{1,9}", typed) or int(typed) == 0:
        raise Invalid("out_of_range", field="PageSize", least=1, most=MOST)
    return min(int(typed), MOST)


def number(query: Query) -> int:
    """The page's number, which is only told back."""
    typed = query.get("Page", "")
    return int(typed) if re.fullmatch(r"[0-9]{1,9}", typed) else 0


def following(uri: str, query: Query, token: str) -> str:
    """Where the next page is."""
    kept = {name: value for name, value in query.items() if name not in ("Page", "PageToken")}
    return (
        f"{uri}?{urlencode({**kept, 'PageSize': size(query), 'Page': number(query) + 1, 'PageToken': token})}"
    )


# ---- what is looked for --------------------------------------------------------------------------


def _wanted(query: Query, source: str) -> Wanted:
    since, until = _dates(query)
    return Wanted(source, _number(query.get("To")), _number(query.get("From")), since, until)


def _dates(query: Query) -> tuple[datetime | None, datetime | None]:
    since = until = None
    if after := query.get("DateSent>"):
        since = day_or_moment(after, "DateSent")
    if before := query.get("DateSent<"):
        until = day_or_moment(before, "DateSent") + A_MOMENT
    if at := query.get("DateSent"):
        since = day_or_moment(at, "DateSent")
        is_day = since.time() == time()  # the official client says a day as its midnight
        until = since + (A_DAY if is_day else A_SECOND)
    return since, until


def _number(typed: str | None) -> str | None:
    """As the rows have it, where it is a number; a name stays what it is."""
    if not typed:
        return None
    try:
        return numbers.parse(plus(typed), office().config.appliance.country)
    except Invalid:
        return typed


# ---- the two walks -------------------------------------------------------------------------------


def _sent(wanted: Wanted, below: str, limit: int) -> tuple[list[Message], str | None]:
    if below == OVER:
        return [], None
    asked = Filter(
        numbers=None if wanted.to is None else [wanted.to],
        source=wanted.source,
        sent_since=wanted.since,
        sent_until=wanted.until,
        metadata=None if wanted.sender is None else _piece(wanted.sender),
    )
    sheet = filtering.older(asked, below or None, limit, LOOKED_THROUGH)
    return sheet.items, sheet.older


def _heard(wanted: Wanted, below: str, limit: int) -> tuple[list[Inbound], str | None]:
    modem = None
    if wanted.to is not None:
        own = own_numbers().items() if PLAIN.fullmatch(wanted.to) else ()
        modem = next((name for name, mine in own if numbers.same(mine, wanted.to)), None)
    if below == OVER or (wanted.to is not None and modem is None):
        return [], None
    asked = arrivals.Wanted(wanted.sender, modem, wanted.since, wanted.until)
    found = arrivals.older(asked, int(below) if below else None, limit, LOOKED_THROUGH)
    return found.items, found.next


def _piece(sender: str) -> str:
    """The sender as it stands in a message's metadata."""
    return json.dumps({FROM: sender}, ensure_ascii=False, separators=(",", ":"))[1:-1]


# ---- places --------------------------------------------------------------------------------------


def _places(token: str) -> tuple[str, str]:
    match = TOKEN.fullmatch(token or "PA.")
    if match is None:
        raise Invalid("cursor_unknown", field="PageToken")
    return match[1], match[2]


def _place(
    walked: list[Message] | list[Inbound], shown: list[Said], below: str, following: str | None
) -> str:
    """Where one walk goes on: behind the last of its rows that is shown."""
    mine = [item for item in walked if item in shown]
    if len(mine) == len(walked):
        return following or OVER
    return str(mine[-1].id) if mine else below


def _when(said: Said) -> tuple[datetime, str]:
    return (said.received_at if isinstance(said, Inbound) else said.created_at), said.uid
