"""An export as sheets: one CSV file for each kind of row, in one ZIP archive."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

# What a spreadsheet takes for a formula when a cell begins with it.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
NESTED = ("parts", "history", "reports")


def archive(exported: dict[str, Any]) -> bytes:
    """A ZIP archive with `messages.csv`, `parts.csv` …; kinds without a row are left out.

    UTF-8 with a byte order mark, commas, quotes where needed (RFC 4180).  A cell that a spreadsheet would
    take for a formula is written behind an apostrophe, a number too: '+33612345678.
    """
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as file:
        for name, rows in sheets(exported).items():
            file.writestr(f"{name}.csv", sheet(rows))
    return octets.getvalue()


def sheets(exported: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Kind → its rows; what lies within a message stands in a sheet of its own, with the message's id."""
    found: dict[str, list[dict[str, Any]]] = {}
    for kind, rows in exported.items():
        if isinstance(rows, list):
            for name, row in _flat(kind, rows, {}):
                found.setdefault(name, []).append(row)
    return found


def sheet(rows: list[dict[str, Any]]) -> str:
    """One CSV file."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(rows[0])
    writer.writerows([cell(value) for value in row.values()] for row in rows)
    return "\ufeff" + text.getvalue()


def cell(value: Any) -> str:
    """A value as a spreadsheet may read it without acting on it."""
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False) if value else ""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _flat(kind: str, rows: list[dict[str, Any]], of: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for row in rows:
        inner = {name: row[name] for name in NESTED if name in row}
        yield kind, {**of, **{name: value for name, value in row.items() if name not in inner}}
        above = of or {"message": row.get("id")}
        for name, nested in inner.items():
            place = {**above, "part": row["seq"]} if name == "reports" else above
            yield from _flat(name, nested, place)
