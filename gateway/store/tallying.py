"""The rows that figures are made of, and the figures' own, as SQL."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from gateway.store.database import db
from gateway.store.models import InstantField

# Rows that nobody has counted yet, oldest first: how many of the next ones there are, and the last of them.
_NEXT = "SELECT MAX(id), COUNT(*) FROM (SELECT id FROM {table} WHERE id > :after ORDER BY id LIMIT :most)"
_POSITION = "SELECT position FROM cursors WHERE name = :name"
_MOVE = """INSERT INTO cursors (name, position) VALUES (:name, :position)
    ON CONFLICT (name) DO UPDATE SET position = excluded.position"""
# CROSS: the messages that something happened to come first, then their lives, by their index.
_LIVES = """
    SELECT h.id, h.message_id, h.seq, h.at, h.event, m.part_count, COALESCE(m.modem, '')
    FROM (SELECT DISTINCT message_id AS id FROM history
          WHERE id > :after AND id <= :last AND event IN ({events})) AS touched
    CROSS JOIN history AS h ON h.message_id = touched.id AND h.id <= :last AND h.event IN ({events})
    JOIN messages AS m ON m.id = h.message_id
    ORDER BY h.message_id, h.id"""
_INBOUND = "SELECT received_at, modem FROM inbound WHERE id > :after AND id <= :last"
_ADD = """INSERT INTO tallies (hour, modem, name, count) VALUES (:hour, :modem, :name, :count)
    ON CONFLICT (hour, modem, name) DO UPDATE SET count = count + excluded.count"""
_SUMS = "SELECT hour, name, SUM(count) FROM tallies WHERE hour >= :since GROUP BY hour, name"
_SPANS = """SELECT at - at % :grain AS began, MIN(dbm), MAX(dbm), SUM(dbm), COUNT(*) FROM signals
    WHERE modem = :modem AND at >= :since GROUP BY began ORDER BY began"""
GRAIN = timedelta(minutes=30)  # every zone's hours are made of these

_instant = InstantField()

Key = tuple[datetime, str, str]  # hour, modem, name


class Strength(NamedTuple):
    """The signal within one grain of time: lowest and highest dBm, the total of the samples, and how many."""

    at: datetime
    least: int
    most: int
    total: int
    samples: int


def next_rows(table: str, after: int, most: int) -> tuple[int, int]:
    """(id of the last, how many) of the next rows after that one; (after, 0) where there is none."""
    last, count = _rows(_NEXT.format(table=table), after=after, most=most)[0]
    return (last if count else after), count


def position(name: str) -> int:
    """How far the cursor has come; 0 before its first move."""
    found = _rows(_POSITION, name=name)
    return int(found[0][0]) if found else 0


def move(name: str, to: int) -> None:
    _rows(_MOVE, name=name, position=to)


def lives(events: Sequence[str], after: int, last: int) -> Iterator[tuple[Any, ...]]:
    """The whole lives, up to `last`, of the messages to which one of the events happened between the two:
    (id, message, seq, at, event, part_count, modem), each life in its order."""
    listed = ", ".join(f"'{event}'" for event in events)
    for id_, message, seq, at, *rest in _rows(_LIVES.format(events=listed), after=after, last=last):
        yield id_, message, seq, _instant.python_value(at), *rest


def received(after: int, last: int) -> list[tuple[datetime, str]]:
    """(instant, modem) of each message that came between the two."""
    rows = _rows(_INBOUND, after=after, last=last)
    return [(at, modem) for value, modem in rows if (at := _instant.python_value(value)) is not None]


def add(counted: Mapping[Key, int]) -> None:
    for (hour, modem, name), count in counted.items():
        _rows(_ADD, hour=_instant.db_value(hour), modem=modem, name=name, count=count)


def sums(begins: Sequence[datetime]) -> Counter[tuple[int, str]]:
    """(slot, name) → how often, of all modems together; each slot ends where the next one begins."""
    edges = [_instant.db_value(begin) for begin in begins]
    found: Counter[tuple[int, str]] = Counter()
    for hour, name, count in _rows(_SUMS, since=edges[0]):
        found[bisect_right(edges, hour) - 1, name] += count
    return found


def strengths(modem: str, since: datetime) -> list[Strength]:
    grain = GRAIN // timedelta(microseconds=1)
    rows = _rows(_SPANS, modem=modem, since=_instant.db_value(since), grain=grain)
    return [Strength(at, *rest) for value, *rest in rows if (at := _instant.python_value(value)) is not None]


def _rows(sql: str, **values: Any) -> list[Any]:
    return list(db.execute_sql(sql, values).fetchall())
