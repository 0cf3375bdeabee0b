"""A file of contacts as lines of cells: its characters, its separator, whether it begins with a heading.

A workbook was made such a file before (`workbook`); nothing here holds more than a line in memory.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from gateway.errors import Invalid

SEPARATORS = (";", ",", "\t", "|")
LOOKED_AT = 50  # lines, for the separator
BLOCK = 64 * 1024  # octets
MOST_LINES = 200_000
MOST_COLUMNS = 60
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
TELLING = re.compile(r"(?:\d[\s.\-]*){6,}")  # what no heading holds: a number, a date


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is to be read; `lines` does not count the heading."""

    encoding: str
    separator: str
    heading: bool
    columns: int
    lines: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def stored(kept: Mapping[str, Any]) -> Shape:
    return Shape(**kept)


def look(path: Path) -> Shape:
    """Find out how to read the file, and how long it is; raises Invalid on `file`."""
    if path.stat().st_size == 0:
        raise Invalid("import_empty", field="file")
    encoding = _encoding(path)
    separator = _separator(path, encoding)
    total = columns = 0
    for _, cells in _cells(path, encoding, separator):
        total, columns = total + 1, max(columns, len(cells))
        if total > MOST_LINES + 1:
            raise Invalid("import_too_long", field="file", most=MOST_LINES)
    if columns > MOST_COLUMNS:
        raise Invalid("import_too_wide", field="file", most=MOST_COLUMNS)
    if not total:
        raise Invalid("import_empty", field="file")
    heading = _is_heading(next(_cells(path, encoding, separator))[1]) and total > 1
    return Shape(encoding, separator, heading, columns, total - heading)


def headings(path: Path, shape: Shape) -> list[str]:
    """What stands above each column; "" where nothing does."""
    first = next(_cells(path, shape.encoding, shape.separator), (0, []))[1] if shape.heading else []
    return [cell.strip() for cell in first] + [""] * (shape.columns - len(first))


def lines(path: Path, shape: Shape, after: int = 0) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every line that holds something, without the heading and the first `after` of them.

    A line is counted as a person sees it in the file.  Raises Invalid on `file` where it cannot be read.
    """
    rows = _cells(path, shape.encoding, shape.separator)
    return islice(rows, after + shape.heading, None)


def _cells(path: Path, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding=encoding, errors="strict", newline="") as file:
        reader = csv.reader((line.replace("\0", "") for line in file), delimiter=separator)
        begins = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield begins, cells
                begins = reader.line_num + 1
        except (csv.Error, UnicodeError) as error:
            raise Invalid("import_unreadable", field="file", line=begins) from error


def _encoding(path: Path) -> str:
    """UTF-8 where it is; else what old spreadsheets of western Europe write."""
    with path.open("rb") as file:
        begins = file.read(4)
        for mark, encoding in MARKS:
            if begins.startswith(mark):
                return encoding
        file.seek(0)
        octets = iter(lambda: file.read(BLOCK), b"")
        if _fits("utf-8", octets):
            return "utf-8"
        file.seek(0)
        return "cp1252" if _fits("cp1252", iter(lambda: file.read(BLOCK), b"")) else "latin-1"


def _fits(encoding: str, blocks: Iterator[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in blocks:
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _separator(path: Path, encoding: str) -> str:
    """The one that cuts most lines into the same number of cells, and into the most."""
    return max(SEPARATORS, key=lambda one: _agreement([cells for _, cells in _few(path, encoding, one)]))


def _few(path: Path, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    try:
        yield from islice(_cells(path, encoding, separator), LOOKED_AT)
    except Invalid:
        return


def _agreement(rows: Sequence[Sequence[str]]) -> tuple[float, int]:
    widths = [len(cells) for cells in rows]
    usual = max(set(widths), key=lambda width: (widths.count(width), width)) if widths else 0
    return (widths.count(usual) / len(widths), usual) if usual > 1 else (0.0, 0)


def _is_heading(cells: Sequence[str]) -> bool:
    return not any(TELLING.search(cell) or "@" in cell for cell in cells)
