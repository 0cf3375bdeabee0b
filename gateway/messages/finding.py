"""Finding what was said by its words: in the index, and in what is not in it yet.

Newest first, from both tables by their instants.  The newest rows are read themselves, whether the index has
them or not: a word that many have is found there, and the index need not be asked for all of them.  In one
person's conversation all texts are read: they are few, and the index knows nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from gateway.errors import Invalid
from gateway.messages import threads, wanted
from gateway.messages.search import SOURCES
from gateway.messages.threads import ENDLESS, SIDES
from gateway.store import searching
from gateway.store.models import Inbound, Message
from gateway.store.searching import CLOSES, OPENS, TakesTooLong
from gateway.store.terms import fn

LOOK = 150  # newest rows of each table that are read before the index is asked
TAIL = 1000  # that are read themselves while the index does not have them
THROUGH = 1000  # of each side of a conversation that a page reads
PATIENCE = 0.1  # seconds for beginnings of words; then only whole words are looked for
LONGEST = 1.0  # seconds for those; then nothing is found at all

Monotonic = Callable[[], float]
Pieces = tuple[tuple[str, bool], ...]
Row = tuple[int, str, datetime]  # id, text, when it was said


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; `number`: only with that one.  From `since` on, and before `until`."""

    words: str
    number: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that has all of the words; its text in pieces, True where one of them is."""

    item: Message | Inbound
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Found:
    """A page.  `whole_words`: beginnings would have taken too long; `unread`: so many older messages are not
    in the index yet, and may have the words too."""

    hits: list[Hit]
    next: str | None
    whole_words: bool = False
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Effort:
    """How many rows are read themselves, and whether to go on asking the index."""

    look: int
    go_on: Callable[[], bool]


class Lead(NamedTuple):
    """A row that has the words, not read as a whole yet."""

    at: datetime
    side: int  # its place among SOURCES
    id: int
    pieces: Pieces


def find(
    asked: Asked, monotonic: Monotonic, cursor: str | None = None, limit: int = 40, look: int = LOOK
) -> Found:
    """The newest, or what is older than the cursor; of each table `look` rows are read before the index is
    asked.  Raises Invalid on the field `q`."""
    question = wanted.read(asked.words)
    below = threads.ids(cursor, len(SOURCES))
    if asked.number:
        return _with_one(asked, question.beginnings, below, limit)
    for expression, patience in ((question.beginnings, PATIENCE), (question.whole, LONGEST)):
        go_on = partial(_is_before, monotonic, monotonic() + patience)
        try:
            leads = _with_anybody(asked, expression, below, limit + 1, Effort(look, go_on))
        except TakesTooLong:
            continue
        shown, more = leads[:limit], len(leads) > limit
        cut = expression != question.beginnings
        return Found(_hits(shown), _behind(shown, below) if more else None, cut, unread())
    raise Invalid("search_wide", field="q")


def unread() -> int:
    """How many messages are neither in the index yet nor among those that are read themselves."""
    newest = (source.table.select(fn.MAX(source.table.id)).scalar() or 0 for source in SOURCES)
    return sum(max(0, last - source.reached - TAIL) for source, last in zip(SOURCES, newest, strict=True))


# ---- with anybody --------------------------------------------------------------------------------


def _with_anybody(
    asked: Asked, expression: str, below: Sequence[int], most: int, effort: Effort
) -> list[Lead]:
    """The newest of both tables, no more than `most`."""
    leads: list[Lead] = []
    for side, end in enumerate(below):
        ids = _between(side, asked, end)
        leads += [lead for lead in _leads(side, expression, ids, most, effort) if _is_within(asked, lead.at)]
    return sorted(leads, reverse=True)[:most]


def _leads(side: int, expression: str, ids: tuple[int, int], most: int, effort: Effort) -> list[Lead]:
    """The newest of one table between the two ids."""
    source, (low, high) = SOURCES[side], ids
    table, reached = source.table, source.reached
    rows = _rows(side, effort.look, table.id > low, table.id < high)
    is_all = len(rows) < effort.look
    end = rows[-1][0] if rows else high
    rows += _rows(side, TAIL, table.id > max(low, reached), table.id < end)
    leads = _marked(side, expression, rows)[:most]
    below = min(end, reached + 1)
    if len(leads) < most and below - low > 1 and not is_all:
        edges = source.base + low, source.base + below
        known = searching.matching(expression, *edges, most - len(leads), effort.go_on)
        of_them = table.id.in_([row - source.base for row in known])
        leads += _marked(side, expression, _rows(side, most, of_them))
    return leads


def _between(side: int, asked: Asked, end: int) -> tuple[int, int]:
    """(low, high) around the ids that the days leave over."""
    table, _, when = SIDES[side]
    names = table._meta.table_name, when.column_name
    low = searching.first_since(*names, asked.since) - 1 if asked.since else 0
    high = searching.first_since(*names, asked.until) if asked.until else ENDLESS
    return low, min(high, end, searching.RECEIVED)


# ---- with one person -----------------------------------------------------------------------------


def _with_one(asked: Asked, expression: str, below: Sequence[int], limit: int) -> Found:
    """Through their conversation, both sides back to one instant; the next page goes on behind it."""
    said = [_said(side, asked, end) for side, end in enumerate(below)]
    lasts = [rows[-1][2] for rows in said if len(rows) == THROUGH]
    since = max(lasts, default=None)
    read = [[row for row in rows if since is None or row[2] >= since] for rows in said]
    leads = sorted((lead for side in (0, 1) for lead in _marked(side, expression, read[side])), reverse=True)
    if len(leads) > limit:
        return Found(_hits(leads[:limit]), _behind(leads[:limit], below))
    ends = [rows[-1][0] if rows else end for rows, end in zip(read, below, strict=True)]
    return Found(_hits(leads), ".".join(map(str, ends)) if lasts else None)


def _said(side: int, asked: Asked, end: int) -> list[Row]:
    table, whose, when = SIDES[side]
    within = [when >= asked.since] if asked.since else []
    within += [when < asked.until] if asked.until else []
    return _rows(side, THROUGH, whose == asked.number, table.id < end, *within)


# ---- rows, marks ---------------------------------------------------------------------------------


def _rows(side: int, most: int, *conditions: Any) -> list[Row]:
    """As much of the newest as is needed to look at their texts: whole rows cost ten times as much."""
    table, _, when = SIDES[side]
    rows = table.select(table.id, table.text, when).where(*conditions).order_by(table.id.desc())
    return list(rows.limit(most).tuples())


def _hits(leads: Sequence[Lead]) -> list[Hit]:
    """The whole rows, in the order of the leads."""
    found: dict[tuple[int, int], Any] = {}
    for side, source in enumerate(SOURCES):
        ids = [lead.id for lead in leads if lead.side == side]
        rows = source.table.select().where(source.table.id.in_(ids)) if ids else ()
        found |= {(side, row.id): row for row in rows}
    return [Hit(found[key], lead.pieces) for lead in leads if (key := (lead.side, lead.id)) in found]


def _behind(shown: Sequence[Lead], below: Sequence[int]) -> str:
    """The cursor of what is older than all that is shown."""
    ids = [min([end, *(lead.id for lead in shown if lead.side == side)]) for side, end in enumerate(below)]
    return ".".join(map(str, ids))


def _marked(side: int, expression: str, rows: Sequence[Row]) -> list[Lead]:
    """Those that match, in their order."""
    found = searching.marked(expression, {id_: text for id_, text, _ in rows})
    return [Lead(at, side, id_, _pieces(found[id_])) for id_, _, at in rows if id_ in found]


def _pieces(text: str) -> Pieces:
    """The text where it is marked, and where not; marks of its own are none."""
    return tuple(piece for piece in _split(text) if piece[0])


def _split(text: str) -> Iterator[tuple[str, bool]]:
    places = [-1, *(at for at, char in enumerate(text) if char in OPENS + CLOSES), len(text)]
    for begin, end in pairwise(places):
        yield text[begin + 1 : end], begin >= 0 and text[begin] == OPENS


def _is_within(asked: Asked, at: datetime) -> bool:
    return (asked.since is None or at >= asked.since) and (asked.until is None or at < asked.until)


def _is_before(monotonic: Monotonic, end: float) -> bool:
    return monotonic() < end
