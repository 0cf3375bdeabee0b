"""The clock: who vouches for it, as the gateway believes it, else as the kernel says."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.doctor.findings import Finding, bad, good, warn
from gateway.doctor.patient import Patient

EARLIEST = 2026  # the year of this program


def check(patient: Patient) -> Iterator[Finding]:
    if patient.now.year < EARLIEST:
        yield bad("clock_early", year=patient.now.year)
    elif patient.seen.alive and patient.seen.trusted:
        yield good("clock_good")
    elif patient.machine.synchronised():
        yield good("clock_synchronised")
    else:
        yield warn("clock_unvouched")
