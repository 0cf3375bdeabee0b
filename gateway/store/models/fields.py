"""What the tables are made of: instants as numbers, small objects as text."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from peewee import BigIntegerField, Model, TextField

from gateway.store.database import db

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class InstantField(BigIntegerField):
    """An aware datetime, kept as whole microseconds since 1970 UTC: compared and indexed as a number."""

    def db_value(self, value: datetime | None) -> int | None:
        return None if value is None else (value - EPOCH) // timedelta(microseconds=1)

    def python_value(self, value: int | None) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


class JsonField(TextField):
    """A small JSON object, kept as text."""

    def db_value(self, value: dict[str, Any] | None) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else "{}"

    def python_value(self, value: str | None) -> dict[str, Any]:
        return json.loads(value) if value else {}


class Row(Model):
    class Meta:
        database = db
        legacy_table_names = False
