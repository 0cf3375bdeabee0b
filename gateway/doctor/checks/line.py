"""The gateway itself: does it run, and since when not."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.doctor.findings import Finding, bad, good
from gateway.doctor.patient import Patient


def check(patient: Patient) -> Iterator[Finding]:
    seen = patient.seen
    if seen.alive:
        yield good("gateway_good", modems=len(seen.modems))
    elif seen.seen_at is not None:
        yield bad("gateway_silent", at=patient.local(seen.seen_at))
    else:
        yield bad("gateway_off")
