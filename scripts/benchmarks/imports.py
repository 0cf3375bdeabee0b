"""A list of a hundred thousand contacts, as it comes out of the wild, taken in while messages are submitted.

What is said of it is compared with what the generator knows; while it goes in, somebody writes to the same
database as the gateway does, one commit after the other, and each commit is timed.
"""

from __future__ import annotations

import csv
import random
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path

from gateway import config
from gateway.config import Appliance
from gateway.contacts.imports import carrying, jobs
from gateway.contacts.imports.carrying import Carrier
from gateway.ids import Ids
from gateway.messages import outbox
from gateway.messages.outbox import Caller, Draft
from gateway.store import database
from gateway.store.models import ImportJob
from gateway.store.upgrade import upgrade

TOML = '[appliance]\ndata_dir = "."\nruntime_dir = "run"\n[[modems]]\nname = "sim1"\nport = "none"\n'
HEADINGS = ("Nom", "Prénom", "Tél. portable", "CP", "Ville", "Consentement")
SHAPES = ("0{}", "{}", "+33{}", "0033{}", "(0){}", "+33 (0){}")
WRONG = ("3,36123E+10", "06 12", "", "inconnu")
PAUSE = 0.05  # seconds between two messages of the other writer

Counts = Counter[str]


def measure(lines: int, seed: int) -> dict[str, float]:
    """Figures of one import; raises AssertionError where the report is not the truth."""
    with tempfile.TemporaryDirectory() as folder:
        site, job, known = _prepare(Path(folder), lines, seed)
        waits: list[float] = []
        stop = threading.Event()
        writer = threading.Thread(target=_submit, args=(site, stop, waits))
        writer.start()
        before, started = _resident(), time.perf_counter()
        worst = _carry(site, job)
        took = time.perf_counter() - started
        stop.set()
        writer.join()
        with database.connection():
            report = jobs.get(job.uid).report
        told = {name: report.get(name, 0) for name in known}
        assert told == dict(known), f"the report says {told}, the file holds {dict(known)}"
        database.db.close_all()
    return {
        "lines": lines,
        "took": took,
        "lines a second": lines / took,
        "worst batch": worst * 1000,
        "memory grown": (_resident() - before) / 1024,
        "submit p50": statistics.median(waits) * 1000,
        "submit p99": sorted(waits)[int(len(waits) * 0.99)] * 1000,
        **{name: float(count) for name, count in known.items()},
    }


UNITS = {
    "took": "s", "worst batch": "ms", "memory grown": "MB", "submit p50": "ms", "submit p99": "ms",
}  # fmt: skip


def table(figures: dict[str, float]) -> str:
    return "\n".join(f"{name:24}{figure:>12.1f} {UNITS.get(name, '')}" for name, figure in figures.items())


def _prepare(folder: Path, lines: int, seed: int) -> tuple[Appliance, ImportJob, Counts]:
    (folder / "gateway.toml").write_text(TOML, encoding="utf-8")
    site = config.load(folder / "gateway.toml").appliance
    now = datetime.now(UTC)
    upgrade(site.database_path, now)
    database.open(site.database_path)
    with (folder / "clients.csv").open("w", encoding="latin-1", newline="") as file:
        known = _write(file, lines, random.Random(seed))
    with database.connection(), (folder / "clients.csv").open("rb") as octets:
        job = jobs.take_in(octets, "clients.csv", "bench:me", site, now, Ids())
        plan = replace(jobs.plan(job), ground="opt_in", wording="[x] Oui", tags="import", group="Clients")
        return site, jobs.start(job.uid, plan, "bench:me", now), known


def _write(file: TextIOWrapper, lines: int, dice: random.Random) -> Counts:
    """The list, and what is true of it."""
    writer, known = csv.writer(file, delimiter=";"), Counts(consent_given=0)
    writer.writerow(HEADINGS)
    earlier = ""
    for index in range(lines):
        outcome = dice.choices(("added", "duplicate", "invalid"), (93, 5, 2))[0] if index else "added"
        digits = earlier if outcome == "duplicate" else f"6{dice.randrange(9)}{index:07}"
        shape = dice.choice(SHAPES)
        agreed = dice.choice(("oui", "non", ""))
        number = dice.choice(WRONG) if outcome == "invalid" else shape.format(digits)
        known[outcome] += 1
        if outcome == "added":
            earlier = digits
            known["mended"] += shape == "{}"
            known["consent_given"] += agreed == "oui"
        writer.writerow(
            ["Lefèvre", f"Zoé n° {index}", number, dice.choice(("1000", "67000")), "Évry", agreed]
        )
    return known


def _carry(site: Appliance, job: ImportJob) -> float:
    """As the page's process does; the longest batch in seconds."""
    worst = 0.0
    with database.connection(), Carrier(job, site, datetime.now(UTC)) as carrier:
        for took in _batches(carrier):
            worst = max(worst, took)
            time.sleep(carrying.PAUSE)
    return worst


def _batches(carrier: Carrier) -> Iterator[float]:
    while True:
        started = time.perf_counter()
        if not carrier.batch(datetime.now(UTC)):
            return
        yield time.perf_counter() - started


def _submit(site: Appliance, stop: threading.Event, waits: list[float]) -> None:
    caller = Caller("bench:other", site, ("sim1",), Ids())
    with database.connection():
        while not stop.wait(PAUSE):
            started = time.perf_counter()
            outbox.submit(Draft("+33639980001", "Bonjour"), caller, datetime.now(UTC))
            waits.append(time.perf_counter() - started)


def _resident() -> int:
    """This process, in kB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])
