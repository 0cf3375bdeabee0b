"""Makes a backup while everything runs: one instant of the ledger, checked before it counts."""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from pathlib import Path

from gateway.backup import archive
from gateway.backup.archive import Manifest
from gateway.config import Appliance
from gateway.errors import Unusable
from gateway.store import copies, database

SUFFIX = ".chappe"
UNDER_WAY = ".backup-"  # begins the name of the folder in which one is made


def make(site: Appliance, target: Path, now: datetime) -> Manifest:
    """Write a backup to `target`, which is whole or is not there; raises Unusable.

    The copy is one reading of the database: what is written meanwhile is not in it, and nobody waits.
    """
    if target.exists():
        raise Unusable("file_there", path=str(target))
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=UNDER_WAY) as folder:
            copy = Path(folder) / archive.DATABASE
            copies.copy(site.database_path, copy)
            members = {archive.DATABASE: copy}
            if (secret := site.data_dir / archive.SECRET).exists():
                members[archive.SECRET] = secret
            manifest = Manifest(
                made_at=now.isoformat(timespec="seconds"),
                migrations=tuple(database.applied_versions(copy)),
                rows=copies.rows_of(copy),
                digests={name: archive.digest_of(path) for name, path in members.items()},
            )
            _write(target, Path(folder) / "whole", members, manifest)
    except OSError as error:
        raise Unusable("file_unwritable", path=str(target), detail=error.strerror or str(error)) from error
    return manifest


def _write(target: Path, whole: Path, members: dict[str, Path], manifest: Manifest) -> None:
    """On the disk before it gets its name."""
    with whole.open("wb") as file:
        whole.chmod(0o600)
        archive.write(file, members, manifest)
        file.flush()
        os.fsync(file.fileno())
    os.link(whole, target)  # never over another file
