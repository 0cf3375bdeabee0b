"""An import as a row: a file that was given, then what its columns mean, then how far it has come.

    mapping ── start ─▶ running ─▶ done, failed          (both of the first two: cancel ─▶ canceled)

The file itself lies beside the database, for this user alone, and goes as soon as nobody needs it.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import IO

from gateway import audit
from gateway.config import Appliance
from gateway.contacts.imports import columns, files, plans
from gateway.contacts.imports.plans import Plan
from gateway.errors import Conflict, Invalid, NotFound, Unusable
from gateway.ids import Ids
from gateway.store import database
from gateway.store.models import ImportFault, ImportJob

MOST_OCTETS = 20 * 1024 * 1024
LONGEST_NAME = 120
BLOCK = 256 * 1024
SAMPLE = 50  # lines from which columns are guessed
KEPT = timedelta(days=30)  # faults after the end, and files that nobody began to take in
OPEN = ("mapping", "running")


def take_in(file: IO[bytes], name: str, by: str, site: Appliance, now: datetime, ids: Ids) -> ImportJob:
    """Keep a copy of the file and find out how to read it; raises Invalid on `file`, or Unusable
    `disk_full`."""
    from gateway.contacts.imports import workbook  # the gateway, which forgets imports, opens none

    uid = ids.uid(now)
    place = folder() / uid
    try:
        _copy(file, place)
        if workbook.is_one(place):
            workbook.unpack(place, lines := place.with_suffix(".lines"))
            lines.replace(place)
        plan = _first_plan(place, site)
    except OSError as error:
        _unlink(place)
        raise Unusable("disk_full") from error
    except Invalid:
        _unlink(place)
        raise
    row = {"file_name": Path(name).name[-LONGEST_NAME:] or "?", "state": "mapping", "written_by": by}
    with database.transaction():
        job: ImportJob = ImportJob.create(
            uid=uid, mapping=plan.as_json(), total=plan.shape.lines, created_at=now, **row
        )
    return job


def get(uid: str) -> ImportJob:
    """Raises NotFound `import_unknown`."""
    found: ImportJob | None = ImportJob.get_or_none(ImportJob.uid == uid)
    if found is None:
        raise NotFound("import_unknown")
    return found


def recent(limit: int = 20) -> Sequence[ImportJob]:
    """The newest first."""
    return list(ImportJob.select().order_by(ImportJob.id.desc()).limit(limit))


def running() -> Sequence[ImportJob]:
    """Those that are to go on, the oldest first."""
    return list(ImportJob.select().where(ImportJob.state == "running").order_by(ImportJob.id))


def plan(job: ImportJob) -> Plan:
    return plans.stored(job.mapping)


def folder() -> Path:
    """Beside the database."""
    place = Path(str(database.db.database)).parent / "imports"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def path(job: ImportJob) -> Path:
    return folder() / job.uid


def start(uid: str, chosen: Plan, by: str, now: datetime) -> ImportJob:
    """Let it be taken in by this plan; raises Invalid naming what is wrong in the plan, NotFound, or Conflict
    `import_begun`."""
    checked = plans.check(chosen)
    with database.transaction():
        job = get(uid)
        if job.state != "mapping":
            raise Conflict("import_begun", field="form")
        headings = files.headings(path(job), checked.shape)
        job.mapping = plans.settle(checked, headings, by, now).as_json()
        job.total, job.state, job.report = checked.shape.lines, "running", {"begun": now.isoformat()}
        job.save()
        audit.write(by, "import_started", now, shown=job.file_name[:60], lines=job.total)
    return job


def cancel(uid: str, by: str, now: datetime) -> ImportJob:
    """Stop it where it stands: what is in the book stays.  Raises NotFound, or Conflict `import_over`."""
    with database.transaction():
        job = get(uid)
        if job.state not in OPEN:
            raise Conflict("import_over", field="form")
        job.state, job.ended_at = "canceled", now
        job.save(only=[ImportJob.state, ImportJob.ended_at])
        audit.write(by, "import_canceled", now, shown=job.file_name[:60], lines=job.done)
    discard(job)
    return job


def forget(job: ImportJob) -> None:
    """An import that never began, with its file."""
    with database.transaction():
        ImportJob.delete().where(ImportJob.id == job.id, ImportJob.state == "mapping").execute()
    discard(job)


def discard(job: ImportJob) -> None:
    """The file goes; whoever reads it at this moment may read on."""
    _unlink(path(job))


def faults(job: ImportJob, after: int = 0, limit: int = 40) -> Sequence[ImportFault]:
    """What could not be taken in, in the file's order, after the fault of that id."""
    query = ImportFault.select().where(ImportFault.job == job.id, ImportFault.id > after)
    return list(query.order_by(ImportFault.id).limit(limit))


def newest() -> str:
    """A word that changes whenever an import that is open has come further."""
    rows = ImportJob.select(ImportJob.id, ImportJob.state, ImportJob.done).order_by(ImportJob.id.desc())
    return repr(list(rows.limit(5).tuples()))


def _first_plan(place: Path, site: Appliance) -> Plan:
    shape = files.look(place)
    headings = files.headings(place, shape)
    sample = [cells for _, cells in islice(files.lines(place, shape), SAMPLE)]
    targets = tuple(columns.guess(headings, sample, site.country))
    return Plan(shape, targets, consent="column" if "consent" in targets else "")


def _cells(place: Path, shape: files.Shape) -> Sequence[list[str]]:
    return [cells for _, (_, cells) in zip(range(SAMPLE), files.lines(place, shape), strict=False)]


def _copy(file: IO[bytes], place: Path) -> None:
    place.touch(mode=0o600)
    with place.open("wb") as copy:
        shutil.copyfileobj(file, copy, BLOCK)
    if place.stat().st_size > MOST_OCTETS:
        raise Invalid("import_too_large", field="file", most=MOST_OCTETS // 1024 // 1024)


def _unlink(place: Path) -> None:
    place.unlink(missing_ok=True)
    place.with_suffix(".lines").unlink(missing_ok=True)
