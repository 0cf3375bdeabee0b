"""A backup is one tar file: a manifest, the database as it was at one instant, and the appliance's secret.

The manifest says what the rest must be: a copy that was cut short or altered is refused.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from gateway.errors import Unusable
from gateway.store import copies

MANIFEST, DATABASE, SECRET = "manifest.json", "chappe.sqlite", "secret"
FORMAT = 1
OCTETS = 1024 * 1024  # read at once


@dataclass(frozen=True, slots=True)
class Manifest:
    made_at: str  # RFC 3339
    migrations: tuple[str, ...]
    rows: Mapping[str, int]  # of each table
    digests: Mapping[str, str]  # SHA-256 of each other member
    format: int = FORMAT

    @property
    def messages(self) -> int:
        return self.rows.get("messages", 0)


def write(target: IO[bytes], members: Mapping[str, Path], manifest: Manifest) -> None:
    """The archive, the manifest first."""
    with tarfile.open(fileobj=target, mode="w") as archive:
        content = json.dumps(asdict(manifest), indent=1).encode()
        told = tarfile.TarInfo(MANIFEST)
        told.size, told.mode = len(content), 0o600
        told.mtime = int(datetime.fromisoformat(manifest.made_at).timestamp())
        archive.addfile(told, io.BytesIO(content))
        for name, path in members.items():
            archive.add(path, arcname=name, filter=_nobody)


def read(path: Path) -> Manifest:
    """What a backup says of itself; raises Unusable for what is no backup, or a newer kind of it."""
    try:
        with tarfile.open(path, "r:") as archive:
            told = archive.extractfile(MANIFEST)
            content: dict[str, Any] = json.loads(told.read(OCTETS)) if told else {}
        if content["format"] != FORMAT:
            raise Unusable("backup_newer", path=str(path))
        return Manifest(**{**content, "migrations": tuple(content["migrations"])})
    except FileNotFoundError as error:
        raise Unusable("file_missing", path=str(path)) from error
    except (tarfile.TarError, KeyError, ValueError, TypeError, EOFError) as error:
        raise Unusable("backup_damaged", path=str(path), detail=type(error).__name__) from error


def unpack(path: Path, folder: Path) -> Manifest:
    """Put the members into a folder, each as the manifest says it must be; raises Unusable.

    Only the known names are taken out, whatever else the file holds: no path in it leads anywhere.
    """
    manifest = read(path)
    try:
        with tarfile.open(path, "r:") as archive:
            for name in (DATABASE, SECRET):
                if name in manifest.digests:
                    _take_out(archive, name, folder / name, manifest.digests[name])
    except (tarfile.TarError, KeyError, EOFError, OSError) as error:
        raise Unusable("backup_damaged", path=str(path), detail=str(error)) from error
    if DATABASE not in manifest.digests or copies.rows_of(folder / DATABASE) != dict(manifest.rows):
        raise Unusable("backup_damaged", path=str(path), detail="rows")
    return manifest


def check(path: Path) -> Manifest:
    """Read every member and hold it against the manifest; raises Unusable."""
    manifest = read(path)
    try:
        with tarfile.open(path, "r:") as archive:
            for name, digest in manifest.digests.items():
                _read_through(archive, name, digest)
    except (tarfile.TarError, KeyError, EOFError, OSError) as error:
        raise Unusable("backup_damaged", path=str(path), detail=str(error)) from error
    return manifest


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _take_out(archive: tarfile.TarFile, name: str, target: Path, digest: str) -> None:
    member = archive.extractfile(name)
    if member is None:
        raise KeyError(name)
    with target.open("wb") as file:
        target.chmod(0o600)
        while piece := member.read(OCTETS):
            file.write(piece)
    if digest_of(target) != digest:
        raise Unusable("backup_damaged", path=name, detail="checksum")


def _read_through(archive: tarfile.TarFile, name: str, digest: str) -> None:
    member = archive.extractfile(name)
    if member is None:
        raise KeyError(name)
    found = hashlib.sha256()
    while piece := member.read(OCTETS):
        found.update(piece)
    if found.hexdigest() != digest:
        raise Unusable("backup_damaged", path=name, detail="checksum")


def _nobody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Neither whose the file was nor more rights than its owner needs."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member
