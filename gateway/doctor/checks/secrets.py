"""What only the appliance's own users may read: its secret, the PINs, the database."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from gateway import secret
from gateway.doctor.findings import Finding, bad, good
from gateway.doctor.patient import Patient
from gateway.modems import pin_files


def check(patient: Patient) -> Iterator[Finding]:
    opened = [path for path in _files(patient) if _is_open(path)]
    for path in opened:
        yield bad("secret_open", path=str(path))
    if not opened:
        yield good("secret_good")


def _files(patient: Patient) -> Iterator[Path]:
    yield patient.site.data_dir / secret.NAME
    yield from (pin_files.place(modem, patient.site) for modem in patient.config.modems)


def _is_open(path: Path) -> bool:
    """Any user of the machine may read or write it."""
    try:
        return bool(path.stat().st_mode & stat.S_IRWXO)
    except OSError:
        return False
