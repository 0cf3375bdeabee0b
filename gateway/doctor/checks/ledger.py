"""The database: there, of this version, sound, and how large."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.doctor.findings import Finding, bad, good, remark
from gateway.doctor.patient import Patient
from gateway.errors import Unusable
from gateway.store import database, soundness

MEGA = 1_000_000
SECONDS = 2.5  # for looking through the file
LONG_LOG = 64 * MEGA  # octets: it is folded back into the file long before, unless something holds it


def check(patient: Patient) -> Iterator[Finding]:
    path = patient.site.database_path
    if not path.exists():
        yield bad("database_missing", path=str(path))
        return
    found = soundness.look(path, SECONDS)
    if found.trouble:
        yield bad("database_damaged", path=str(path), detail=found.trouble)
    else:
        yield from _version(patient)
        size = round(path.stat().st_size / MEGA, 1)
        if found.whole:
            yield good("database_good", size=size, tables=found.checked)
        else:
            yield remark("database_partly", size=size, tables=found.checked, all=found.tables)
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size > LONG_LOG:
        yield remark("database_log", size=log.stat().st_size // MEGA)


def _version(patient: Patient) -> Iterator[Finding]:
    path = patient.site.database_path
    try:
        database.check_version(path)
    except Unusable as error:
        if error.code == "database_newer":
            yield bad("database_newer", path=str(path))
        else:
            yield bad("database_older", path=str(path))
