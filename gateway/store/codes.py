"""What a limit of codes asks of the ledger, as SQL written once (see `statements` for why)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from gateway.store.database import db
from gateway.store.models import InstantField
from gateway.store.models.fields import EPOCH

RULES, WATCH = "codes.rules", "codes.watch"  # what people chose; what is watched

_COLUMNS = {"key": "key_id", **{name: name for name in ("number", "prefix", "region", "address", "device")}}
_BETWEEN = f"BETWEEN {db.param} AND {db.param}"
_OF_PARTIAL = {name: f"AND {name} <> ''" for name in ("address", "device")}  # as their indexes say
# Found by walking back through an index over (what, at): as many steps as the limit allows codes.
_FILLS = {
    name: f"""
    SELECT at FROM code_sends WHERE {column} = {db.param} {_OF_PARTIAL.get(name, "")} AND at {_BETWEEN}
    ORDER BY at DESC LIMIT 1 OFFSET {db.param}"""
    for name, column in _COLUMNS.items()
}
_FILLS_ALL = f"SELECT at FROM code_sends WHERE at {_BETWEEN} ORDER BY at DESC LIMIT 1 OFFSET {db.param}"
_RUN = {
    name: f"SELECT COUNT(*), MAX(at) FROM code_sends WHERE {name} = {db.param} AND at {_BETWEEN}"
    for name in ("number", "prefix")
}
_VALIDATED = f"""
    SELECT MAX(checked_at) FROM verifications
    WHERE number = {db.param} AND sent_at {_BETWEEN} AND state = 'approved'"""
_OPEN = f"""
    SELECT id FROM verifications WHERE number = {db.param} AND key_id = {db.param} AND state = 'pending'
    ORDER BY id DESC LIMIT 1"""
_RULES = f"SELECT name, value FROM settings WHERE name IN ('{RULES}', '{WATCH}') ORDER BY name"
_REFUSED = f"""
    INSERT INTO code_refusals (hour, key_id, rule, count) VALUES ({db.param}, {db.param}, {db.param}, 1)
    ON CONFLICT (hour, key_id, rule) DO UPDATE SET count = count + 1"""
_OVER = {
    name: f"""
    SELECT COUNT(*), COALESCE(SUM(state = 'approved'), 0) FROM (
        SELECT state FROM verifications WHERE {column} = {db.param} AND sent_at > {db.param}
            AND state NOT IN ('pending', 'canceled')
        ORDER BY sent_at DESC LIMIT {db.param})"""
    for name, column in (("key", "key_id"), ("region", "region"))
}
_TICK = timedelta(microseconds=1)
_QUARTER = timedelta(minutes=15)  # in which every zone's hours and days begin
_COUNTED = f"""
    SELECT {{at}} / {_QUARTER // _TICK}, COUNT(*) FROM {{table}} WHERE {{at}} >= {db.param} {{only}}
    GROUP BY 1"""
_AHEAD = timedelta(minutes=1)  # others may be ahead a little; what is further was written by a wrong clock

_instant = InstantField()


def _within(since: datetime, now: datetime) -> tuple[int | None, int | None]:
    """After `since`, and not later than now."""
    return _instant.db_value(since + _TICK), _instant.db_value(now + _AHEAD)


def fills(what: str, value: str | int, since: datetime, now: datetime, most: int) -> datetime | None:
    """When the `most`-th last code after `since` left; None where there is room for one more.

    `what` is key, number, prefix, region, address or device, and `value` which one; "" for all codes.
    """
    named = (value,) if what else ()
    values = (*named, *_within(since, now), most - 1)
    row = db.execute_sql(_FILLS[what] if what else _FILLS_ALL, values).fetchone()
    return _instant.python_value(row[0]) if row else None


def run(what: str, value: str, since: datetime, now: datetime) -> tuple[int, datetime | None]:
    """How many codes left to this number or prefix after `since`, and when the last one did."""
    count, last = db.execute_sql(_RUN[what], (value, *_within(since, now))).fetchone()
    return count, _instant.python_value(last)


def last_validated(number: str, since: datetime, now: datetime) -> datetime | None:
    """When a code that left after `since` was typed back."""
    (at,) = db.execute_sql(_VALIDATED, (number, *_within(since, now))).fetchone()
    return _instant.python_value(at)


def waiting(number: str, key: int) -> int | None:
    """The id of the newest verification that waits for a code from this number."""
    row = db.execute_sql(_OPEN, (number, key)).fetchone()
    return row[0] if row else None


def chosen() -> tuple[tuple[str, str], ...]:
    """The choices about codes, as (name, JSON)."""
    return tuple(db.execute_sql(_RULES).fetchall())


def refused(hour: datetime, key: int, rule: str) -> None:
    """One more request that this rule refused."""
    db.execute_sql(_REFUSED, (_instant.db_value(hour), key, rule))


def over(what: str, value: str | int, since: datetime, most: int) -> tuple[int, int]:
    """Of the last codes of a key or a region that are over: how many, and how many were typed back."""
    seen, validated = db.execute_sql(_OVER[what], (value, _instant.db_value(since), most)).fetchone()
    return seen, validated


def counted(since: datetime) -> tuple[list[tuple[datetime, int]], list[tuple[datetime, int]]]:
    """The codes that left, and those that were typed back, in each quarter of an hour in which they left."""
    return _in_quarters("code_sends", "at", "", since), _in_quarters(
        "verifications", "sent_at", "AND state = 'approved'", since
    )


def _in_quarters(table: str, at: str, only: str, since: datetime) -> list[tuple[datetime, int]]:
    sql = _COUNTED.format(table=table, at=at, only=only)
    rows: Sequence[tuple[int, int]] = db.execute_sql(sql, (_instant.db_value(since),)).fetchall()
    return [(EPOCH + place * _QUARTER, count) for place, count in rows]
