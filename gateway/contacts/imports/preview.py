"""What the first lines of a file will be in the book, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from gateway.config import Appliance
from gateway.contacts.imports import files, jobs, plans
from gateway.contacts.imports.persons import Reader
from gateway.contacts.imports.plans import Plan
from gateway.contacts.imports.weighing import Weighed, weigh
from gateway.store.models import ImportJob

LINES = 20


def first_lines(job: ImportJob, plan: Plan, site: Appliance, now: datetime) -> Sequence[Weighed]:
    """The first lines by this plan, which need not be a right one.  Raises Invalid on `file`."""
    reader, seen = Reader(plan, site, now), set[str]()

    def is_first(number: str) -> bool:
        first = number not in seen
        seen.add(number)
        return first

    some = islice(files.lines(jobs.path(job), plan.shape), LINES)
    return weigh([reader.read(line, cells) for line, cells in some], plan, is_first)


def checked(job: ImportJob, plan: Plan) -> ImportJob:
    """The import with a plan that could begin, which is not written down; raises Invalid."""
    job.mapping = plans.check(plan).as_json()
    return job


def samples(job: ImportJob, plan: Plan, most: int = 3) -> list[list[str]]:
    """A few things that stand in each column."""
    found: list[list[str]] = [[] for _ in range(plan.shape.columns)]
    for _, cells in islice(files.lines(jobs.path(job), plan.shape), LINES):
        for place, cell in enumerate(cells[: len(found)]):
            text = " ".join(cell.split())
            if text and text not in found[place] and len(found[place]) < most:
                found[place].append(text)
    return found
