"""The disk on which the ledger lies: an alarm before it is full."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from gateway.config import Appliance
from gateway.modems import alarms

log = logging.getLogger(__name__)

ALARM, SUBJECT = "disk_nearly_full", "disk"
MEGA = 1_000_000
LITTLE, ENOUGH = 300, 400  # megabytes free: raised below the first, over from the second on


def free(folder: Path) -> int:
    """Megabytes."""
    return shutil.disk_usage(folder).free // MEGA


def watch(site: Appliance, now: datetime, look: Callable[[Path], int] = free) -> None:
    try:
        left = look(site.data_dir)
    except OSError as error:
        log.warning("cannot ask the disk for its room: %s", error)
        return
    if left < LITTLE:
        alarms.raise_(ALARM, SUBJECT, now, free=left)
    elif left >= ENOUGH:
        alarms.clear(ALARM, SUBJECT, now)
