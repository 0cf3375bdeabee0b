"""Puts a backup back: checked first, upgraded if it is older, and the present database kept aside."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.backup import archive
from gateway.backup.archive import Manifest
from gateway.config import Appliance
from gateway.errors import Unusable
from gateway.store import copies, database
from gateway.store.upgrade import upgrade

MODES = {archive.DATABASE: 0o660, archive.SECRET: 0o640}


@dataclass(frozen=True, slots=True)
class Restored:
    """`aside` is where the database that was there lies now; `applied` what brought the copy up to date."""

    manifest: Manifest
    aside: Path | None
    applied: tuple[str, ...]


def restore(site: Appliance, source: Path, now: datetime) -> Restored:
    """Raises Unusable while gateway or web run, and for a backup that is damaged or of a newer version."""
    site.data_dir.mkdir(parents=True, exist_ok=True)
    with _alone(site), tempfile.TemporaryDirectory(dir=site.data_dir, prefix=".restore-") as folder:
        manifest = archive.unpack(source, Path(folder))
        if set(manifest.migrations) - set(database.known_versions()):
            raise Unusable("database_newer", path=str(source))
        applied = upgrade(Path(folder) / archive.DATABASE, now).applied
        aside = _put_aside(site.database_path, now)
        for name in (archive.SECRET, archive.DATABASE):  # the database last: with it, the appliance is whole
            if (Path(folder) / name).exists():
                _hand_over(Path(folder) / name, site.data_dir)
                os.replace(Path(folder) / name, site.data_dir / name)
    return Restored(manifest, aside, applied)


def _hand_over(path: Path, folder: Path) -> None:
    """Gateway and page are two users of the group that has the folder; whoever restores may be root."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
    path.chmod(MODES[path.name])


@contextmanager
def _alone(site: Appliance) -> Iterator[None]:
    """Neither the gateway nor the web has the database open."""
    if site.database_path.exists() and copies.is_open(site.database_path):
        raise Unusable("restore_running", path=str(site.database_path))
    site.runtime_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(site.runtime_dir / "gateway.lock", os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise Unusable("restore_running", path=str(site.database_path)) from error
    finally:
        os.close(descriptor)


def _put_aside(path: Path, now: datetime) -> Path | None:
    """The database that was there, with what its log still held."""
    if not path.exists():
        return None
    aside = path.with_name(f"{path.stem}-before-restore-{now:%Y%m%dT%H%M%S}.sqlite")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            os.replace(part, aside.with_name(aside.name + suffix))
    return aside
