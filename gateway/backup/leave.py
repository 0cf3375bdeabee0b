"""Everything in open formats, for whoever goes elsewhere: one ZIP archive, each table as CSV and as JSON.

It is written a little at a time, into anything that takes octets: a file, or the answer of the page.
"""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast
from zoneinfo import ZoneInfo

from gateway import audit
from gateway.config import Appliance
from gateway.errors import Unusable
from gateway.privacy.sheets import cell
from gateway.store import database, leaving
from gateway.store.models import Row

README = "README.txt"
TOLD = """\
{name}: everything that was kept on {at}.

Each table is here twice: in csv/ for a spreadsheet (UTF-8 with a byte order mark, commas, RFC 4180; a cell
that a spreadsheet would take for a formula stands behind an apostrophe, an international number too), and in
json/ for programs (one array of objects, exactly as kept).  Instants are RFC 3339 in {zone}.
Not here: passwords, keys of programs, sessions, PINs, codes; a backup has what is needed to go on.
It holds people's data: keep it under lock, and delete it in time.
"""
OCTETS = 64 * 1024  # written at a time


def everything(site: Appliance, target: IO[bytes], by: str, now: datetime) -> Iterator[str]:
    """Write it, in steps; each says the table that it was at.

    Rows that are written meanwhile may be in it or not.  That it left is noted in the audit log first.
    """
    with database.transaction():
        audit.write(by, "everything_exported", now)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        told = TOLD.format(name=site.name, at=now.isoformat(), zone=site.timezone.key)
        archive.writestr(_entry(README, now), told)
        for model in leaving.tables():
            name = leaving.name_of(model)
            with archive.open(_entry(f"csv/{name}.csv", now), "w", force_zip64=True) as file:
                for octets in _gathered(_csv(model, site.timezone)):
                    file.write(octets)
                    yield name
            with archive.open(_entry(f"json/{name}.json", now), "w", force_zip64=True) as file:
                for octets in _gathered(_json(model, site.timezone)):
                    file.write(octets)
                    yield name


def _entry(name: str, now: datetime) -> zipfile.ZipInfo:
    """A member; the format knows no year before 1980."""
    entry = zipfile.ZipInfo(name, (max(now.year, 1980), *now.timetuple()[1:6]))
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    return entry


def into(site: Appliance, path: Path, by: str, now: datetime) -> None:
    """All of it into a new file, for its owner alone; raises Unusable, and then there is none."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Unusable("file_there", path=str(path)) from error
    except OSError as error:
        raise Unusable("file_unwritable", path=str(path), detail=error.strerror or str(error)) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            for _ in everything(site, file, by, now):
                pass
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise Unusable("file_unwritable", path=str(path), detail=str(error.strerror)) from error
        raise


class Tray:
    """Octets on their way out: what was written since they were last taken away."""

    def __init__(self) -> None:
        self._octets = bytearray()

    def write(self, octets: Any) -> int:
        self._octets += octets
        return len(octets)

    def flush(self) -> None:
        """There is nothing behind it."""

    def take(self) -> bytes:
        taken = bytes(self._octets)
        self._octets.clear()
        return taken


def pieces(site: Appliance, by: str, now: datetime) -> Iterator[bytes]:
    """All of it as octets, a little at a time; "" where a step had none ready."""
    tray = Tray()
    for _ in everything(site, cast("IO[bytes]", tray), by, now):
        yield tray.take()
    yield tray.take()


def _csv(model: type[Row], zone: ZoneInfo) -> Iterator[str]:
    yield "\ufeff" + _line(leaving.columns(model))
    for row in leaving.rows(model, zone):
        yield _line([cell(value) for value in row])


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _json(model: type[Row], zone: ZoneInfo) -> Iterator[str]:
    columns, before = leaving.columns(model), "[\n"
    for row in leaving.rows(model, zone):
        yield before + json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False)
        before = ",\n"
    yield "\n]\n" if before != "[\n" else "[]\n"


def _gathered(lines: Iterator[str]) -> Iterator[bytes]:
    """Enough of them at a time: a line of text is short, a picture is not."""
    gathered = bytearray()
    for line in lines:
        gathered += line.encode()
        if len(gathered) >= OCTETS:
            yield bytes(gathered)
            gathered.clear()
    yield bytes(gathered)
