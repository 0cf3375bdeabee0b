"""A list that leaves as CSV: into a file, or to standard output."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from gateway.cli.desk import Desk
from gateway.privacy import sheets


def write(
    lines: Iterator[Sequence[str]],
    columns: Sequence[str],
    output: Path | None,
    desk: Desk,
    worded: Mapping[str, str] = {},
) -> int:
    """The first line is the headings, of which the `columns` are codes; `worded` says of which table the
    codes in a column are.  Gives how many lines followed; no cell is one that a spreadsheet would act on."""
    headings = next(lines)
    own = map(sheets.cell, headings[len(columns) :])
    tables = [worded.get(name, "") for name in headings]
    written = 0
    with _opened(output) as out:
        writer = csv.writer(out)
        writer.writerow([*(desk.say(f"column.{name}") for name in columns), *own])
        for line in lines:
            said = (
                desk.say(f"{table}.{cell}") if table and cell else cell
                for table, cell in zip(tables, line, strict=True)
            )
            writer.writerow(map(sheets.cell, said))
            written += 1
    return written


@contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    with output.open("w", encoding="utf-8-sig", newline="") as file:
        yield file
