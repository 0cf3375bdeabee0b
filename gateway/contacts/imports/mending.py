"""A line in which something is wrong, put right by a person: it is taken in, or left out for good."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from gateway.config import Appliance
from gateway.contacts.imports import carrying, jobs, weighing
from gateway.contacts.imports.persons import Reader
from gateway.contacts.imports.weighing import INVALID, weigh
from gateway.errors import Invalid, NotFound
from gateway.store import database
from gateway.store.models import ImportFault, ImportJob


def get(job: ImportJob, fault: int) -> ImportFault:
    """Raises NotFound `fault_unknown`: somebody else may have mended it."""
    found: ImportFault | None = ImportFault.get_or_none(ImportFault.id == fault, ImportFault.job == job.id)
    if found is None:
        raise NotFound("fault_unknown")
    return found


def mend(uid: str, fault: int, typed: Mapping[int, str], by: str, site: Appliance, now: datetime) -> str:
    """Take the line in with these cells instead; gives what became of it: added, changed, unchanged.

    Raises Invalid on `cell-COLUMN` where something is wrong still, or NotFound; then nothing is changed.
    """
    with database.transaction():
        job = jobs.get(uid)
        row, plan = get(job, fault), jobs.plan(job)
        cells = [row.cells.get(str(place), "") for place in range(plan.shape.columns)]
        for place, text in typed.items():
            if 0 <= place < len(cells):
                cells[place] = text
        person = Reader(plan, site, now).read(row.line, cells)
        if person.faults:
            wrong = person.faults[0]
            raise Invalid(wrong.code, field=f"cell-{wrong.column}", **wrong.facts)
        found = weigh([person], plan, lambda number: True)
        weighing.write(found, plan, job.file_name, by, now)
        was = INVALID if not row.facts.get("taken") else "left_out"
        report = carrying.told(job.report, found) if was == INVALID else job.report
        job.report = {**report, was: report.get(was, 0) - 1}
        job.save(only=[ImportJob.report])
        row.delete_instance()
    return found[0].outcome


def leave_out(uid: str, fault: int) -> None:
    """This line is not to be taken in; the report still counts it.  Raises NotFound."""
    with database.transaction():
        get(jobs.get(uid), fault).delete_instance()
