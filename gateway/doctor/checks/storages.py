"""The message storages of SIM and modem: a full one receives nothing more."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.doctor.findings import Finding, bad, good, unsure, warn
from gateway.doctor.patient import Patient
from gateway.status import ModemStatus

NEARLY = 0.7


def check(patient: Patient) -> Iterator[Finding]:
    known = [modem for modem in patient.heard if modem.storage_total]
    if not known:
        yield unsure("storages_unknown")
    for modem in known:
        yield _one(modem)


def _one(modem: ModemStatus) -> Finding:
    used, total = modem.storage_used or 0, modem.storage_total or 0
    if used >= total:
        return bad("storage_full", modem=modem.name, used=used, total=total)
    if used >= NEARLY * total:
        return warn("storage_nearly", modem=modem.name, used=used, total=total)
    return good("storage_good", modem=modem.name, used=used, total=total)
