"""The questions asked for every part that leaves, as SQL written once (see `statements` for why)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from peewee import Model

from gateway.store.database import db
from gateway.store.models import InstantField, Message, Part, StatusReport

_PART = tuple(Part._meta.sorted_fields)
_MESSAGE = tuple(Message._meta.sorted_fields)
_REPORT = tuple(StatusReport._meta.sorted_fields)


def _columns(alias: str, fields: Sequence[Any]) -> str:
    return ", ".join(f'{alias}."{field.column_name}"' for field in fields)


_PART_AND_MESSAGE = f"""
    SELECT {_columns("p", _PART)}, {_columns("m", _MESSAGE)}
    FROM parts AS p JOIN messages AS m ON m.id = p.message_id"""

# The state is written out: SQLite takes a partial index only for literal values.
_QUEUED = f"FROM parts WHERE state = 'queued' AND bound = {db.param}"
_LANE = f"SELECT lane {_QUEUED} ORDER BY lane LIMIT 1"
_NEXT_LANE = f"SELECT lane {_QUEUED} AND lane > {db.param} ORDER BY lane LIMIT 1"
_SOURCE = f"SELECT source {_QUEUED} AND lane = {db.param} AND source > {db.param} ORDER BY source LIMIT 1"
_OLDEST = f"SELECT MIN(id) {_QUEUED} AND lane = {db.param} AND source = {db.param}"
_BY_ID = f"{_PART_AND_MESSAGE} WHERE p.id = {db.param}"

_IN_LANE = f"""
    SELECT COUNT(*) FROM (
        SELECT 1 FROM parts WHERE state = 'queued' AND lane <= {db.param} LIMIT {db.param})"""

_OF_ITS_SOURCE = f"lane = {db.param} AND source = {db.param} AND id < {db.param}"
_AHEAD = f"""
    SELECT COUNT(*) FROM (SELECT 1 {_QUEUED} AND lane < {db.param} LIMIT {db.param})
    UNION ALL
    SELECT COUNT(*) FROM (SELECT 1 {_QUEUED} AND {_OF_ITS_SOURCE} LIMIT {db.param})"""

_LOAD = f"SELECT COUNT(*) FROM (SELECT 1 {_QUEUED} LIMIT {db.param})"
_BOUND = f"SELECT bound FROM parts WHERE state = 'queued' AND bound > {db.param} ORDER BY bound LIMIT 1"

_HAND_OVER = f"""
    UPDATE parts SET bound = {db.param} WHERE state = 'queued' AND bound = {db.param}
      AND lane >= {db.param} AND message_id % {db.param} = {db.param} AND EXISTS (
        SELECT 1 FROM messages AS m WHERE m.id = parts.message_id
          AND m.modem IS NULL AND m.wanted_modem IS NULL
          AND substr(m.recipient, 1, {db.param}) = {db.param})"""

_WRITTEN_TO = f"SELECT modem FROM inbound WHERE sender = {db.param} ORDER BY id DESC LIMIT 1"

_EARLIER = f"""
    SELECT m.uid, m.until FROM messages AS m
    WHERE m.state IN ('held', 'sending') AND m.recipient = {db.param} AND m.id < {db.param}
      AND m.category = {db.param} AND (m.state = 'sending' OR m.reason = 'retry')
    ORDER BY m.id LIMIT 1"""

_ATTEMPT = f"{_PART_AND_MESSAGE} WHERE p.id = {db.param} AND p.attempts = {db.param}"

_ORPHANS = f"""
    SELECT {_columns("r", _REPORT)} FROM status_reports AS r
    WHERE r.part_id IS NULL
      AND r.sim = {db.param} AND r.reference = {db.param} AND r.received_at >= {db.param}
    ORDER BY r.id"""


def next_part(modem: str, turns: Mapping[int, str]) -> Part | None:
    """The part whose turn it is on this modem.

    The lowest lane first; in it the source after the one that was served last (`turns`: lane → source),
    round and round; of that source the oldest.  Each question is one step into an index, however long the
    queue is.
    """
    bounds = (modem, "")
    lanes = [row[0] for bound in bounds for row in _rows(_LANE, bound)]
    if not lanes:
        return None
    lane = min(lanes)
    last = turns.get(lane, "")
    sources = {source for bound in bounds for source in _next_source(bound, lane, last)}
    source = min(sources, key=lambda name: (name <= last, name))
    oldest = [row[0] for bound in bounds for row in _rows(_OLDEST, bound, lane, source) if row[0]]
    return _part(_BY_ID, min(oldest))


def _next_source(bound: str, lane: int, last: str) -> list[str]:
    rows = _rows(_SOURCE, bound, lane, last) or _rows(_SOURCE, bound, lane, "")
    return [row[0] for row in rows]


def ahead(part: Part, most: int) -> int:
    """How many queued parts leave before this one at the least, counted no further than `most`: lower
    lanes, and older ones of its own source.  Other sources of its lane take turns with it."""
    found = 0
    for bound in {"", part.bound}:
        lower = (bound, part.lane, most)
        older = (bound, part.lane, part.source, part.id, most)
        found += sum(row[0] for row in _rows(_AHEAD, *lower, *older))
    return min(found, most)


def queued(modem: str, most: int) -> int:
    """How many queued parts only this modem may carry, counted no further than `most`."""
    return int(_rows(_LOAD, modem, most)[0][0])


def bound_modems() -> Iterator[str]:
    """The modems that queued parts are bound to: one step into the index for each."""
    last = ""
    while found := _rows(_BOUND, last):
        ((last,),) = found
        yield last


def waiting_in_lane(lane: int, most: int) -> int:
    """How many queued parts leave before a new one of this lane does, counted no further than `most`."""
    return int(_rows(_IN_LANE, lane, most)[0][0])


def begun(modem: str) -> Part | None:
    """A queued part of a message that this modem has begun, if it is the oldest of its source: one step into
    the index for each lane and source."""
    lane = -1
    while lanes := _rows(_NEXT_LANE, modem, lane):
        ((lane,),) = lanes
        source = ""
        while sources := _rows(_SOURCE, modem, lane, source):
            ((source,),) = sources
            part = _part(_BY_ID, _rows(_OLDEST, modem, lane, source)[0][0])
            if part is not None and part.message.modem == modem:
                return part
    return None


def hand_over(modem: str, heirs: Sequence[tuple[str, Sequence[str]]], lane: int = 0) -> None:
    """What was meant for this modem, but neither begun by it nor wanted from it alone, goes to its heirs,
    from `lane` on: by how the number begins, the first that fits; several share, a message's parts
    together.  The rest is anybody's."""
    anybody = [] if any(not prefix for prefix, _ in heirs) else [("", [""])]
    for prefix, others in [*heirs, *anybody]:
        for place, other in enumerate(others):
            share = (len(others), place)
            db.execute_sql(_HAND_OVER, (other, modem, lane, *share, len(prefix), prefix))


def written_to(senders: Sequence[str]) -> dict[str, str]:
    """Sender → the modem at which their last message came in: one step into the index for each."""
    found = ((sender, _rows(_WRITTEN_TO, sender)) for sender in senders)
    return {sender: rows[0][0] for sender, rows in found if rows}


def earlier(message: Message) -> tuple[str, datetime | None] | None:
    """An earlier message of that category to the same recipient that is on its way or waits to be tried
    again: its id, and until when it waits."""
    for uid, until in _rows(_EARLIER, message.recipient, message.id, message.category):
        return uid, InstantField().python_value(until)
    return None


def attempt(part: int, number: int) -> Part | None:
    """A part, unless it has been claimed again since its `number`-th attempt."""
    return _part(_ATTEMPT, part, number)


def orphans(sim: str, reference: int, since: datetime) -> list[StatusReport]:
    """Reports that no part claimed yet, for this reference of this SIM; oldest first."""
    rows = _rows(_ORPHANS, sim, reference, InstantField().db_value(since))
    return [_model(StatusReport, _REPORT, row) for row in rows]


def _part(sql: str, *values: Any) -> Part | None:
    for row in _rows(sql, *values):
        part: Part = _model(Part, _PART, row[: len(_PART)])
        part.message = _model(Message, _MESSAGE, row[len(_PART) :])
        return part
    return None


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    return list(db.execute_sql(sql, values))


def _model(table: type[Model], fields: Sequence[Any], values: Sequence[Any]) -> Any:
    pairs = zip(fields, values, strict=True)
    return table(**{field.name: field.python_value(value) for field, value in pairs})
