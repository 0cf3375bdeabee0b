"""What imports hold of people who are to be forgotten: lines at fault, and files that wait."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from gateway import audit
from gateway.contacts.imports import files, jobs
from gateway.errors import Conflict, Invalid
from gateway.store import database
from gateway.store.models import ImportFault, ImportJob

WINDOW = 1000  # rows looked at a step
BATCH = 200
ORPHAN = timedelta(days=1)  # age at which a file nobody owns is not just being written


def refuse_running(tail: str) -> None:
    """Raises Conflict `erase_import_runs` while a file that names this number is being taken in."""
    if tail and any(_names(job, tail) for job in jobs.running()):
        raise Conflict("erase_import_runs")


def forget(tail: str, by: str, now: datetime) -> Iterator[None]:
    """Lines at fault that end in these digits go, and files that name them and that nobody began to take in.
    Each step is one short transaction."""
    if not tail:
        return
    last = 0
    while rows := list(
        ImportFault.select().where(ImportFault.id > last).order_by(ImportFault.id).limit(WINDOW)
    ):
        last = rows[-1].id
        theirs = [row.id for row in rows if any(tail in _digits(cell) for cell in row.cells.values())]
        if theirs:
            with database.transaction():
                ImportFault.delete().where(ImportFault.id.in_(theirs)).execute()
        yield
    for job in list(ImportJob.select().where(ImportJob.state == "mapping")):
        if _names(job, tail):
            jobs.cancel(job.uid, by, now)
            yield


def purge(now: datetime) -> Iterator[None]:
    """Lines at fault go thirty days after their import's end; so do files that nobody began to take in."""
    old = now - jobs.KEPT
    ended = ImportJob.select(ImportJob.id).where(ImportJob.ended_at < old)
    while ids := [row.id for row in ImportFault.select().where(ImportFault.job.in_(ended)).limit(BATCH)]:
        with database.transaction():
            ImportFault.delete().where(ImportFault.id.in_(ids)).execute()
        yield
    waiting = ImportJob.select().where(ImportJob.state == "mapping", ImportJob.created_at < old)
    for job in list(waiting):
        with database.transaction():
            audit.write("gateway:retention", "import_canceled", now, shown=job.file_name[:60], lines=0)
            ImportJob.update(state="canceled", ended_at=now).where(ImportJob.id == job.id).execute()
        jobs.discard(job)
        yield
    _sweep(now)


def _sweep(now: datetime) -> None:
    """Files that no open import owns: a kill fell between the row and the file."""
    old = (now - ORPHAN).timestamp()
    owned = {job.uid for job in ImportJob.select().where(ImportJob.state.in_(jobs.OPEN))}
    for file in jobs.folder().iterdir():
        if file.stem not in owned and file.stat().st_mtime < old:
            file.unlink(missing_ok=True)


def _names(job: ImportJob, tail: str) -> bool:
    """Whether the file still holds those digits in one of its cells."""
    try:
        lines = files.lines(jobs.path(job), jobs.plan(job).shape)
        return any(tail in _digits(cell) for _, cells in lines for cell in cells)
    except FileNotFoundError:
        return False
    except Invalid:
        return True  # unreadable from some line on: nobody can say that they are not in it


def _digits(cell: str) -> str:
    return re.sub(r"[^0-9]", "", cell)


def kept(tail: str) -> list[ImportFault]:
    """The lines at fault that hold a number of these last digits."""
    if not tail:
        return []
    rows = ImportFault.select().order_by(ImportFault.id)
    return [row for row in rows.iterator() if any(tail in _digits(cell) for cell in row.cells.values())]
