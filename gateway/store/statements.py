"""The statements of the hot path: their SQL is made once, and only the values change.

A query builder spends more time on a row's SQL than the database does on the row; every part of every
message passes here several times.  All else is written with the models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from peewee import Field, Model

from gateway.store.database import db

Columns = Mapping[str, Any]


def insert(table: type[Model], columns: Columns) -> int:
    """Insert one row, return its id.  Every column must be named: no default is filled in."""
    sql, fields = _insert(table, tuple(columns))
    return int(db.execute_sql(sql, _values(fields, columns)).lastrowid)


def insert_many(table: type[Model], rows: Sequence[Columns]) -> None:
    """Insert rows of the same columns; through peewee, so that trouble has its name for it."""
    sql, fields = _insert(table, tuple(rows[0]))
    for row in rows:
        db.execute_sql(sql, _values(fields, row))


def insert_missing(table: type[Model], rows: Sequence[Columns]) -> None:
    """The same, but a row whose key is there already is left as it stands."""
    _insert_or("IGNORE", table, rows)


def replace_many(table: type[Model], rows: Sequence[Columns]) -> None:
    """The same, but a row whose key is there already gives way."""
    _insert_or("REPLACE", table, rows)


def update(table: type[Model], changes: Columns, where: Columns) -> int:
    """Set columns where others have these values (not NULL); returns how many rows there were."""
    sql, changed, matched = _update(table, tuple(changes), tuple(where))
    values = _values(changed, changes) + _values(matched, where)
    return int(db.execute_sql(sql, values).rowcount)


def upsert(table: type[Model], columns: Columns, key: str, adding: str) -> None:
    """Insert a row; where its `key` is there already, replace the columns and add to `adding`."""
    sql, fields = _upsert(table, tuple(columns), key, adding)
    db.execute_sql(sql, _values(fields, columns))


def _insert_or(otherwise: str, table: type[Model], rows: Sequence[Columns]) -> None:
    if rows:
        sql, fields = _insert(table, tuple(rows[0]))
        sql = sql.replace("INSERT INTO", f"INSERT OR {otherwise} INTO", 1)
        for row in rows:
            db.execute_sql(sql, _values(fields, row))


def _values(fields: Sequence[Field], columns: Columns) -> list[Any]:
    return [field.db_value(columns[field.name]) for field in fields]  # type: ignore[no-untyped-call]


@cache
def _insert(table: type[Model], names: tuple[str, ...]) -> tuple[str, tuple[Field, ...]]:
    fields = _fields(table, names)
    columns = ", ".join(f'"{field.column_name}"' for field in fields)
    marks = ", ".join([db.param] * len(fields))
    return f'INSERT INTO "{table._meta.table_name}" ({columns}) VALUES ({marks})', fields


@cache
def _upsert(
    table: type[Model], names: tuple[str, ...], key: str, adding: str
) -> tuple[str, tuple[Field, ...]]:
    sql, fields = _insert(table, names)
    name = table._meta.table_name
    changes = [
        f'"{column}" = "{name}"."{column}" + excluded."{column}"'
        if column == adding
        else f'"{column}" = excluded."{column}"'
        for column in (field.column_name for field in fields)
        if column != key
    ]
    return f'{sql} ON CONFLICT ("{key}") DO UPDATE SET {", ".join(changes)}', fields


@cache
def _update(
    table: type[Model], names: tuple[str, ...], where: tuple[str, ...]
) -> tuple[str, tuple[Field, ...], tuple[Field, ...]]:
    changed, matched = _fields(table, names), _fields(table, where)
    changes = ", ".join(f'"{field.column_name}" = {db.param}' for field in changed)
    conditions = " AND ".join(f'"{field.column_name}" = {db.param}' for field in matched)
    return f'UPDATE "{table._meta.table_name}" SET {changes} WHERE {conditions}', changed, matched


def _fields(table: type[Model], names: tuple[str, ...]) -> tuple[Field, ...]:
    return tuple(table._meta.fields[name] for name in names)
