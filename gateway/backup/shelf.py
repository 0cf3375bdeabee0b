"""The folder in which backups lie, newest first, and how many of them are kept."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gateway import audit
from gateway.backup import archive
from gateway.backup.archive import Manifest
from gateway.backup.make import SUFFIX, UNDER_WAY, make
from gateway.config import Appliance
from gateway.errors import NotFound, Unusable

FOLDER = "backups"
KEPT = 14
NAME = re.compile(r"chappe-\d{8}T\d{6}Z\.chappe")


@dataclass(frozen=True, slots=True)
class Kept:
    """One backup; `manifest` is None where the file cannot be read as one."""

    name: str
    size: int
    made_at: datetime
    manifest: Manifest | None


def folder(site: Appliance) -> Path:
    return site.data_dir / FOLDER


def add(site: Appliance, by: str, now: datetime) -> Kept:
    """A backup made now, and of the older ones so many that KEPT are there."""
    place = folder(site)
    place.mkdir(mode=0o700, exist_ok=True)
    for left in place.glob(f"{UNDER_WAY}*"):  # of one that was cut short
        shutil.rmtree(left, ignore_errors=True)
    path = place / f"chappe-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{SUFFIX}"
    manifest = make(site, path, now)
    audit.write(by, "backup_made", now, shown=path.name)
    for old in everything(site)[KEPT:]:
        (place / old.name).unlink(missing_ok=True)
    return Kept(path.name, path.stat().st_size, now, manifest)


def progress(site: Appliance) -> int | None:
    """How much of a backup that is being made now has been copied, in per cent; None: none is."""
    try:
        sizes = [copy.stat().st_size for copy in folder(site).glob(f"{UNDER_WAY}*/{archive.DATABASE}")]
        return min(99, 100 * max(sizes) // max(1, site.database_path.stat().st_size)) if sizes else None
    except OSError:
        return None  # it ended while we looked


def everything(site: Appliance) -> list[Kept]:
    """The newest first."""
    return [_kept(folder(site) / name) for name in names(site)]


def names(site: Appliance) -> list[str]:
    """The newest first."""
    found = (path.name for path in folder(site).glob(f"*{SUFFIX}"))
    return sorted((name for name in found if NAME.fullmatch(name)), reverse=True)


def find(site: Appliance, name: str) -> Path:
    """The file of that name; raises NotFound for any other name, whatever path it spells."""
    path = folder(site) / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise NotFound("backup_unknown", name=name)
    return path


def remove(site: Appliance, name: str, by: str, now: datetime) -> None:
    find(site, name).unlink()
    audit.write(by, "backup_removed", now, shown=name)


def _kept(path: Path) -> Kept:
    try:
        manifest = archive.read(path)
    except Unusable:
        manifest = None
    stamp = datetime.strptime(path.stem.partition("-")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return Kept(path.name, path.stat().st_size, stamp, manifest)
