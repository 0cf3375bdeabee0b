"""The backup of the night: made where the installation says, thinned out; what became of it is remembered."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path

from gateway import audit
from gateway.backup import shelf
from gateway.backup.rotation import Keep, kept
from gateway.backup.shelf import Kept
from gateway.config import BackupConfig, Config
from gateway.errors import Unusable
from gateway.modems import alarms
from gateway.store import choices, database

AT = time(2, 40)  # by the machine's own zone: as chappe-backup.timer has it
STALE = timedelta(hours=36)  # a timer that has not come for so long does not run
ALARM, SUBJECT = "backup_failed", "backups"
ROW = "backup.nightly"
WHO = "timer:night"

Mounted = Callable[[Path], bool]


@dataclass(frozen=True, slots=True)
class Remembered:
    """The last one that was made, and the last try: `error` is its code, "" where it went well."""

    tried_at: datetime | None = None
    error: str = ""
    detail: str = ""
    made_at: datetime | None = None
    name: str = ""
    size: int = 0  # octets


def place(config: Config) -> Path:
    return config.backup.folder or shelf.folder(config.appliance)


def make(config: Config, now: datetime, is_mounted: Mounted = os.path.ismount) -> Kept:
    """Make it, then throw away what is too old; raises Unusable after the alarm was raised.

    Nothing is thrown away where none was made.
    """
    folder = place(config)
    try:
        _stands(folder, config.backup, is_mounted)
        made = shelf.put(config.appliance, folder, shelf.nightly_name(now), now)
    except Unusable as error:
        _failed(error, folder, now)
        raise
    shelf.throw_away(folder, outlived(folder, made.name, config))
    with database.transaction():
        _remember(Remembered(now, "", "", now, made.name, made.size))
        audit.write(WHO, "backup_made", now, shown=made.name)
        alarms.clear(ALARM, SUBJECT, now)
    return made


def outlived(folder: Path, newest: str, config: Config) -> list[str]:
    """The nightly ones that go; never the one that was just made, whatever year the clock believes in."""
    keep = Keep(config.backup.daily, config.backup.weekly, config.backup.monthly)
    nights = [name for name in shelf.in_folder(folder) if shelf.is_nightly(name)]
    stay = kept(map(shelf.made_at, nights), keep, config.appliance.timezone)
    return [name for name in nights if name != newest and shelf.made_at(name) not in stay]


def remembered() -> Remembered:
    told = choices.find(ROW) or {}
    for name in ("tried_at", "made_at"):
        told[name] = datetime.fromisoformat(told[name]) if told.get(name) else None
    return Remembered(**told)


def due(last: Remembered, now: datetime) -> datetime | None:
    """When the next one is made; None where no timer has come for a day and a half, or ever."""
    if last.tried_at is None or not timedelta(0) <= now - last.tried_at < STALE:
        return None
    return next_night(now)


def next_night(now: datetime) -> datetime:
    """When a timer comes next, if there is one."""
    here = now.astimezone()
    tonight = datetime.combine(here.date(), AT, here.tzinfo)
    return tonight if tonight > now else tonight + timedelta(days=1)


def _stands(folder: Path, chosen: BackupConfig, is_mounted: Mounted) -> None:
    """What must be a stick is one: else the copy would lie on the very card that it is to outlive."""
    if chosen.mount and not is_mounted(folder):
        raise Unusable("backup_not_mounted", path=str(folder))
    if chosen.folder is not None and not folder.is_dir():
        raise Unusable("backup_folder_missing", path=str(folder))


def _failed(error: Unusable, folder: Path, now: datetime) -> None:
    detail = str(error.facts.get("detail", ""))
    with database.transaction():
        _remember(replace(remembered(), tried_at=now, error=error.code, detail=detail))
        alarms.raise_(ALARM, SUBJECT, now, error=error.code, path=str(folder), detail=detail)


def _remember(what: Remembered) -> None:
    told = asdict(what)
    for name in ("tried_at", "made_at"):
        told[name] = told[name].isoformat() if told[name] else None
    choices.keep(ROW, told)
