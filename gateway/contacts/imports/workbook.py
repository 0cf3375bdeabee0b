"""A workbook becomes a file of lines, in a process of its own: what it took goes back at once.

python -m gateway.contacts.imports.workbook BOOK LINES
"""

from __future__ import annotations

import csv
import datetime as calendar
import resource
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gateway.errors import Invalid

ZIP, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # .xlsx and .ods; .xls
SWOLLEN = 100 * 1024 * 1024  # octets, unpacked: 100,000 contacts take half of it
MEMORY = 512 * 1024 * 1024  # octets of addresses for the other process
PATIENCE = 300.0  # seconds
BLOCK = 256 * 1024


def is_one(path: Path) -> bool:
    """Whether the file is a workbook, whatever it is called."""
    with path.open("rb") as file:
        return file.read(4) in (ZIP, OLD)


def unpack(path: Path, into: Path) -> None:
    """Write the first sheet that holds something as lines; raises Invalid on `file`."""
    refuse_swollen(path)
    command = [sys.executable, "-m", __name__, str(path), str(into)]
    try:
        ended = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired as error:
        raise Invalid("workbook_unreadable", field="file") from error
    if ended.returncode != 0:
        raise Invalid("workbook_unreadable", field="file")


def refuse_swollen(path: Path) -> None:
    """Raises Invalid for an archive that would unpack to more than anybody's contacts, or lies about it."""
    with path.open("rb") as file:
        if file.read(4) != ZIP:
            return
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > SWOLLEN:
                raise Invalid("workbook_swollen", field="file", most=SWOLLEN // 1024 // 1024)
            for part in archive.infolist():
                with archive.open(part) as unpacked:
                    while unpacked.read(BLOCK):  # its length and its sum are checked
                        pass
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Invalid("workbook_unreadable", field="file") from error


def cell(value: Any) -> str:
    """A cell as a person reads it: whole numbers without a fraction, days as 2026-12-31."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, calendar.datetime):
        return value.date().isoformat() if value.time() == calendar.time() else value.isoformat(" ")
    return "" if value is None else str(value)


def _write(rows: Iterable[Iterable[Any]], into: Path) -> None:
    with into.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([cell(value) for value in row] for row in rows)


def main(path: str, into: str) -> int:
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        with CalamineWorkbook.from_path(path) as book:
            shown = [
                sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible
            ]
            sheets = (book.get_sheet_by_name(name) for name in shown)
            sheet = next((sheet for sheet in sheets if sheet.total_height), None)
            _write(sheet.iter_rows() if sheet else (), Path(into))
    except (CalamineError, OSError, ValueError, MemoryError):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
