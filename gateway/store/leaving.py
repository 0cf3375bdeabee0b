"""Every table of the ledger as rows that may leave, a few at a time: without secrets, and without holding the
database open in between.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from peewee import BlobField, Field, Tuple

from gateway.store.models import TABLES, OneTimeLink, Row, SignIn, SimPin

ROWS = 500  # read at once
PICTURES = 10  # the same of a table that holds some

# Sessions, links and tried PINs open something or are of use to this appliance only.
STAY = (SignIn, OneTimeLink, SimPin)
# Passwords, keys and codes, be they sealed: column names of any table.  The digests of `oppositions` leave:
# they are all that is known of whoever objected.
SECRET = {
    "users": {"password_hash"},
    "api_keys": {"digest"},
    "messages": {"sealed", "content_digest"},
    "verifications": {"digest", "address", "device"},
    "code_sends": {"address", "device"},
}


def tables() -> list[type[Row]]:
    return [model for model in TABLES if model not in STAY]


def name_of(model: type[Row]) -> str:
    return str(model._meta.table_name)


def columns(model: type[Row]) -> list[str]:
    return [field.column_name for field in _fields(model)]


def rows(model: type[Row], zone: ZoneInfo, most: int | None = None) -> Iterator[list[Any]]:
    """All rows in the order of their key, values in the order of `columns`, instants as RFC 3339.

    Each lot of at most so many is one short question: what is written meanwhile may be in it or not.
    """
    fields = _fields(model)
    most = most or (PICTURES if any(isinstance(field, BlobField) for field in fields) else ROWS)
    keys: list[Field] = list(model._meta.get_primary_keys())  # type: ignore[no-untyped-call]
    after: tuple[Any, ...] | None = None
    while lot := _lot(model, keys, after, most):
        for row in lot:
            yield [_plain(row[field.column_name], zone) for field in fields]
        after = tuple(_kept(key, lot[-1]) for key in keys)


def _lot(
    model: type[Row], keys: list[Field], after: tuple[Any, ...] | None, most: int
) -> list[dict[str, Any]]:
    """The next rows behind a key, each as column → value."""
    query = model.select(*[field.alias(field.column_name) for field in model._meta.sorted_fields])
    if after is not None:
        query = query.where(Tuple(*keys) > Tuple(*after))
    found: Any = query.order_by(*keys).limit(most).dicts()
    return list(found)


def _kept(key: Field, row: dict[str, Any]) -> Any:
    """A value as the file has it: within a pair, peewee does not turn it."""
    return key.db_value(row[key.column_name])  # type: ignore[no-untyped-call]


def _fields(model: type[Row]) -> list[Field]:
    hidden = SECRET.get(name_of(model), set())
    return [field for field in model._meta.sorted_fields if field.column_name not in hidden]


def _plain(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    return value
