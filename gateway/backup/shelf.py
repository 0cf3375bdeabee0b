"""A folder in which backups lie, newest first: those that people made, and those of the nights."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
KEPT = 14  # of those that people made
NIGHTLY = "nightly-"
NAME = re.compile(rf"chappe-({NIGHTLY})?(\d{{8}}T\d{{6}}Z){re.escape(SUFFIX)}")
STAMP = "%Y%m%dT%H%M%SZ"
LOCK = ".lock"
SHARED = 0o660  # gateway and page are two users of one group


@dataclass(frozen=True, slots=True)
class Kept:
    """One backup; `manifest` is None where the file cannot be read as one."""

    name: str
    size: int
    made_at: datetime
    manifest: Manifest | None

    @property
    def nightly(self) -> bool:
        return is_nightly(self.name)


def folder(site: Appliance) -> Path:
    return site.data_dir / FOLDER


def add(site: Appliance, by: str, now: datetime) -> Kept:
    """A backup made now, and of the older ones that people made so many that KEPT are there."""
    made = put(site, folder(site), f"chappe-{_stamp(now)}{SUFFIX}", now)
    audit.write(by, "backup_made", now, shown=made.name)
    mine = [name for name in names(site) if not is_nightly(name)]
    throw_away(folder(site), mine[KEPT:])
    return made


def put(site: Appliance, place: Path, name: str, now: datetime) -> Kept:
    """Make a backup in a folder, alone; raises Unusable, and then nothing is there but what was."""
    try:
        place.mkdir(mode=0o770, exist_ok=True)
        with _alone(place):
            for left in place.glob(f"{UNDER_WAY}*"):  # of one that was cut short
                shutil.rmtree(left, ignore_errors=True)
            manifest = make(site, place / name, now, SHARED)
            return Kept(name, (place / name).stat().st_size, now, manifest)
    except OSError as error:
        raise Unusable("file_unwritable", path=str(place), detail=error.strerror or str(error)) from error


def nightly_name(now: datetime) -> str:
    return f"chappe-{NIGHTLY}{_stamp(now)}{SUFFIX}"


def is_nightly(name: str) -> bool:
    return name.startswith(f"chappe-{NIGHTLY}")


def made_at(name: str) -> datetime:
    """When a backup of that name was made."""
    found = NAME.fullmatch(name)
    assert found is not None  # whoever asks has the name from a shelf
    return datetime.strptime(found[2], STAMP).replace(tzinfo=UTC)


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
    return in_folder(folder(site))


def in_folder(place: Path) -> list[str]:
    """The names of the backups that lie there, the newest first; [] where nobody may look."""
    found = [path.name for path in place.glob(f"*{SUFFIX}") if NAME.fullmatch(path.name)]
    return sorted(found, key=lambda name: (made_at(name), name), reverse=True)


def find(site: Appliance, name: str) -> Path:
    """The file of that name; raises NotFound for any other name, whatever path it spells."""
    path = folder(site) / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise NotFound("backup_unknown", name=name)
    return path


def remove(site: Appliance, name: str, by: str, now: datetime) -> None:
    find(site, name).unlink()
    audit.write(by, "backup_removed", now, shown=name)


def throw_away(place: Path, old: Iterable[str]) -> None:
    for name in old:
        (place / name).unlink(missing_ok=True)


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Two at a time would each take the other's work for what a dead one left."""
    descriptor = os.open(place / LOCK, os.O_RDWR | os.O_CREAT, SHARED)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise Unusable("backup_running", path=str(place)) from error
    finally:
        os.close(descriptor)


def _stamp(now: datetime) -> str:
    return now.astimezone(UTC).strftime(STAMP)


def _kept(path: Path) -> Kept:
    try:
        manifest: Manifest | None = archive.read(path)
    except (Unusable, OSError):
        manifest = None
    return Kept(path.name, _size(path), made_at(path.name), manifest)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # it was thrown away while we looked
