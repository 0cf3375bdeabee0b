"""The bundle for whoever helps: one archive of what was found, and of what tells why; of nobody.

What is in it is chosen column by column (`excerpts`), the log by the sentences of the program (`journal`),
the wire by its shape (`wire`); then all of it passes one redactor.
"""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO

from gateway.doctor import excerpts, journal, wire
from gateway.doctor.findings import Examined
from gateway.doctor.patient import Patient
from gateway.doctor.redactor import Redactor
from gateway.errors import Unusable
from gateway.store import soundness

SUFFIX = ".tar.gz"
MODE = 0o600
NAMES = 10_000  # of people, at most, that are looked for

# Short words of people that no column of the bundle holds; where one slipped in, it is taken out.
_PEOPLE = (
    "SELECT name FROM users",
    f"SELECT name FROM contacts WHERE name <> '' LIMIT {NAMES}",
)


def name(patient: Patient) -> str:
    """The name of the file, by its instant."""
    return f"chappe-doctor-{patient.now:%Y%m%dT%H%M%SZ}{SUFFIX}"


def save(patient: Patient, examined: Sequence[Examined], words: str, target: Path) -> None:
    """Write it to `target`, whole or not at all; raises Unusable `file_there`, `file_unwritable`."""
    content = io.BytesIO()
    write(patient, examined, words, content)
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    except FileExistsError as error:
        raise Unusable("file_there", path=str(target)) from error
    except OSError as error:
        raise Unusable("file_unwritable", path=str(target), detail=error.strerror or str(error)) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.getvalue())
    except OSError as error:
        target.unlink(missing_ok=True)
        raise Unusable("file_unwritable", path=str(target), detail=error.strerror or str(error)) from error


def write(patient: Patient, examined: Sequence[Examined], words: str, target: IO[bytes]) -> None:
    """`words` are the findings as a person reads them."""
    redactor = Redactor(_known(patient))
    folder = name(patient).removesuffix(SUFFIX)
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for file, text in _members(patient, examined, words):
            content = redactor.clean(text).encode()
            told = tarfile.TarInfo(f"{folder}/{file}")
            told.size, told.mode, told.mtime = len(content), MODE, int(patient.now.timestamp())
            archive.addfile(told, io.BytesIO(content))


def _members(patient: Patient, examined: Sequence[Examined], words: str) -> Iterator[tuple[str, str]]:
    yield "findings.txt", words
    yield "findings.json", excerpts.as_json([asdict(one) for one in examined])
    for file, content in excerpts.everything(patient).items():
        yield f"{file}.json", excerpts.as_json(content)
    yield "log.txt", "\n".join(journal.shown(journal.read(patient.machine.programs))) + "\n"
    for number, modem in enumerate(patient.config.modems, 1):
        if modem.trace is not None:
            yield f"wire-{number}.txt", "\n".join(wire.end_of(modem.trace)) + "\n"


def _known(patient: Patient) -> Iterator[str]:
    """Words that must not leave, wherever they stand."""
    for modem in patient.seen.modems:
        yield from (modem.imei, modem.iccid, modem.imsi, modem.number, modem.smsc)
    for configured in patient.config.modems:
        yield configured.imei
    for asked in _PEOPLE:
        yield from (str(word) for (word,) in soundness.read(patient.site.database_path, asked))
