"""The statements of the hot path: their SQL is made once, and only the values change.

A query builder spends more time on a row's SQL than the database does on the row; every part of every
message passes here several times.  All else is written with the models.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from peewee import Field, Model, __exception_wrapper__  # type: ignore[attr-defined]

from gateway.store.database import db

Columns = Mapping[str, Any]

_LAST_ID = f"SELECT seq FROM sqlite_sequence WHERE name = {db.param}"


def insert(table: type[Model], columns: Columns) -> int:
    """Insert one row, return its id.  Every column must be named: no default is filled in."""
    sql, fields = _insert(table, tuple(columns))
    return int(db.execute_sql(sql, _values(fields, columns)).lastrowid)


def insert_many(table: type[Model], rows: Sequence[Columns]) -> None:
    """Insert rows of the same columns, by one statement."""
    if rows:
        sql, fields = _insert(table, tuple(rows[0]))
        _many(sql, fields, rows)


def next_id(table: type[Model]) -> int:
    """The id that the next row gets, in a transaction that may write: nobody else takes it meanwhile."""
    found = db.execute_sql(_LAST_ID, (table._meta.table_name,)).fetchone()
    return int(found[0]) + 1 if found else 1


def one(table: type[Model], where: Columns) -> Any | None:
    """The row where columns have these values (not NULL), None where there is none; whole, as a model."""
    sql, matched = _one(table, tuple(where))
    found = db.execute_sql(sql, _values(matched, where)).fetchone()
    return read(table, found) if found else None


def read(table: type[Model], values: Sequence[Any]) -> Any:
    """The row that was asked for by `columns_of`."""
    pairs = zip(table._meta.sorted_fields, values, strict=True)
    return row(table, {field.name: field.python_value(value) for field, value in pairs})


def columns_of(table: type[Model], alias: str) -> str:
    """All of a table's columns, for a SELECT whose rows `read` takes."""
    return ", ".join(f'{alias}."{field.column_name}"' for field in table._meta.sorted_fields)


def row(table: type[Model], columns: Columns) -> Any:
    """The row as reading it would give it, for one that is written besides."""
    made = table(__no_default__=True)
    made.__data__.update(columns)
    return made


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


def upsert_many(table: type[Model], rows: Sequence[Columns], key: str, adding: str) -> None:
    """Insert rows; where the `key` of one is there already, replace the columns and add to `adding`."""
    if rows:
        sql, fields = _upsert(table, tuple(rows[0]), key, adding)
        _many(sql, fields, rows)


def _insert_or(otherwise: str, table: type[Model], rows: Sequence[Columns]) -> None:
    if rows:
        sql, fields = _insert(table, tuple(rows[0]))
        sql = sql.replace("INSERT INTO", f"INSERT OR {otherwise} INTO", 1)
        for row in rows:
            db.execute_sql(sql, _values(fields, row))


def _many(sql: str, fields: Sequence[Field], rows: Sequence[Columns]) -> None:
    """Through peewee's names for trouble, as all else is."""
    with __exception_wrapper__:
        db.cursor().executemany(sql, _converted(fields, rows))


def _converted(fields: Sequence[Field], rows: Sequence[Columns]) -> Iterator[list[Any]]:
    """The values of each row; one that is the same object in row after row is converted once."""
    last, values = [_converted] * len(fields), [None] * len(fields)
    numbered = [(place, field, field.name) for place, field in enumerate(fields)]
    for columns in rows:
        for place, field, name in numbered:
            value = columns[name]
            if value is not last[place]:
                last[place], values[place] = value, field.db_value(value)  # type: ignore[no-untyped-call]
        yield values


def _values(fields: Sequence[Field], columns: Columns) -> list[Any]:
    return [field.db_value(columns[field.name]) for field in fields]  # type: ignore[no-untyped-call]


@cache
def _one(table: type[Model], where: tuple[str, ...]) -> tuple[str, tuple[Field, ...]]:
    matched = _fields(table, where)
    conditions = " AND ".join(f't."{field.column_name}" = {db.param}' for field in matched)
    name = table._meta.table_name
    return f'SELECT {columns_of(table, "t")} FROM "{name}" AS t WHERE {conditions} LIMIT 1', matched


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
