"""A file goes into the book: a hundred lines a transaction, its place in the file in the same transaction.

A kill at any instant loses nothing and repeats nothing: whoever carries next begins where the row says.
"""

from __future__ import annotations

import fcntl
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BufferedReader
from itertools import islice
from types import TracebackType
from typing import Any

from gateway import audit
from gateway.config import Appliance
from gateway.contacts.imports import files, jobs, weighing
from gateway.contacts.imports.persons import Person, Reader
from gateway.contacts.imports.weighing import DUPLICATE, INVALID, Weighed, weigh
from gateway.errors import Invalid
from gateway.store import database
from gateway.store.models import ImportFault, ImportJob

BATCH = 100
PAUSE = 0.01  # seconds between two: the gateway's own writes get their turn
NAMED = 20  # lines that a report names

Report = dict[str, Any]


class Carrier:
    """The only one who carries this file, as long as the `with` block lasts."""

    def __init__(self, job: ImportJob, site: Appliance, now: datetime) -> None:
        self._job, self._plan = job, jobs.plan(job)
        self._reader = Reader(self._plan, site, now)
        self._path = jobs.path(job)
        self._seen: set[int] = set()
        self._lost = False
        self._held: BufferedReader | None = None
        self._lines: Iterator[tuple[int, list[str]]] = iter(())

    def __enter__(self) -> Carrier:
        """Holds nothing where somebody else carries the file: `batch` does nothing then."""
        try:
            held = self._path.open("rb")
        except FileNotFoundError:
            self._lost = True
            return self
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.close()
            return self
        self._held, self._job = held, jobs.get(self._job.uid)
        self._lines = files.lines(self._path, self._plan.shape)
        for line, cells in islice(self._lines, self._job.done):
            self._is_first(self._reader.read(line, cells).number)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._held:
            self._held.close()

    def batch(self, now: datetime) -> bool:
        """Take in the next lines; False when there is nothing more to do here."""
        if self._lost:
            self._end("failed", now, code="import_file_lost", facts={})
        if self._held is None:
            return False
        try:
            people = [self._reader.read(line, cells) for line, cells in islice(self._lines, BATCH)]
        except Invalid as error:
            self._end("failed", now, code=error.code, facts=error.facts)
            return False
        if not people:
            self._end("done", now)
            return False
        return self._take(people, now)

    def _take(self, people: Sequence[Person], now: datetime) -> bool:
        with database.transaction():
            job = jobs.get(self._job.uid)
            if (job.state, job.done) != ("running", self._job.done):
                return False  # somebody stopped it
            found = weigh(people, self._plan, self._is_first)
            weighing.write(found, self._plan, job.file_name, job.written_by, now)
            note(job, found)
            job.done, job.report = job.done + len(people), told(job.report, found)
            job.save(only=[ImportJob.done, ImportJob.report])
        self._job = job
        return True

    def _end(self, state: str, now: datetime, **more: Any) -> None:
        with database.transaction():
            job = jobs.get(self._job.uid)
            if job.state != "running":
                return
            job.state, job.ended_at, job.report = state, now, {**job.report, **more}
            if state == "done":
                job.total = job.done
            job.save()
            audit.write(job.written_by, f"import_{state}", now, shown=job.file_name[:60], lines=job.done)
        jobs.discard(job)

    def _is_first(self, number: str) -> bool:
        """Remembers numbers, as whole numbers: two hundred thousand of them are 15 MB."""
        mark = int(number.removeprefix("+") or 0)
        if mark in self._seen:
            return False
        self._seen.add(mark)
        return True


def told(report: Report, found: Sequence[Weighed]) -> Report:
    """The report with what became of these lines."""
    counted = Counter(one.outcome for one in found)
    counted.update(f"consent_{one.consent}" for one in found if one.consent)
    counted["mended"] += sum(one.person.mended for one in found if one.outcome not in (INVALID, DUPLICATE))
    counted["left_out"] += sum(
        bool(one.person.faults) for one in found if one.outcome not in (INVALID, DUPLICATE)
    )
    counted["nameless"] += sum(one.outcome == weighing.ADDED and not one.person.name for one in found)
    after = {**report, **{name: report.get(name, 0) + count for name, count in counted.items()}}
    for name, lines in (
        ("mended_lines", [one.person.line for one in found if one.person.mended]),
        ("duplicate_lines", [one.person.line for one in found if one.outcome == DUPLICATE]),
    ):
        after[name] = [*report.get(name, ()), *lines][:NAMED]
    return after


def note(job: ImportJob, found: Sequence[Weighed]) -> None:
    """Keep the lines in which something is wrong, to be mended by a person.  In the caller's transaction."""
    rows = [
        {
            "job": job.id,
            "line": one.person.line,
            "cells": {str(place): cell for place, cell in enumerate(one.person.cells) if cell.strip()},
            "code": one.person.faults[0].code,
            "facts": {
                **one.person.faults[0].facts,
                "column": one.person.faults[0].column,
                "taken": one.outcome != INVALID,
            },
        }
        for one in found
        if one.person.faults and one.outcome != DUPLICATE
    ]
    if rows:
        ImportFault.insert_many(rows).execute()


def rehearse(job: ImportJob, site: Appliance, now: datetime) -> Report:
    """The report that taking it in would give; nothing is written.  Raises Invalid on `file`."""
    plan, report = jobs.plan(job), Report()
    reader, seen = Reader(plan, site, now), set[str]()

    def is_first(number: str) -> bool:
        first = number not in seen
        seen.add(number)
        return first

    lines = files.lines(jobs.path(job), plan.shape)
    while some := list(islice(lines, BATCH)):
        people = [reader.read(line, cells) for line, cells in some]
        report = told(report, weigh(people, plan, is_first))
    return report
