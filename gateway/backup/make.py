"""Makes a backup while everything runs: one instant of the ledger, checked before it counts."""

from __future__ import annotations

import errno
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


def make(site: Appliance, target: Path, now: datetime, mode: int = 0o600) -> Manifest:
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
            _write(Path(folder) / "whole", members, manifest, mode)
            _name(Path(folder) / "whole", target)
    except OSError as error:
        raise Unusable("file_unwritable", path=str(target), detail=error.strerror or str(error)) from error
    return manifest


def _write(whole: Path, members: dict[str, Path], manifest: Manifest, mode: int) -> None:
    """On the disk, and read again from there, before it gets its name."""
    descriptor = os.open(whole, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w+b") as file:
        archive.write(file, members, manifest)
        file.flush()
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # not what memory remembers of it
    archive.check(whole)


def _name(whole: Path, target: Path) -> None:
    """Never over another file; on a disk that knows no second names (FAT), as nearly as that can be."""
    try:
        os.link(whole, target)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        if target.exists():
            raise Unusable("file_there", path=str(target)) from error
        os.rename(whole, target)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
