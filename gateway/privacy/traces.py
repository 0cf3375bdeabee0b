"""The last traces of somebody who was erased, in the unused room of the file: they go in the night."""

from __future__ import annotations

import logging
from datetime import datetime

from gateway.messages import search
from gateway.store import choices, wiping
from gateway.store.models import Part, Setting
from gateway.store.terms import state_in

log = logging.getLogger(__name__)

NAME = "privacy.rewrite"
LARGEST = 64 * 1024 * 1024  # octets: ten seconds on an SD card, and nobody can write meanwhile


def leave(now: datetime) -> None:
    """Somebody was erased: the file is to be written anew.  In the caller's transaction."""
    Setting.insert(name=NAME, value={"since": now.isoformat()}).on_conflict_ignore().execute()


def left() -> bool:
    return choices.find(NAME) is not None


def wipe() -> None:
    """Write the file anew, whatever its size; without need, nothing is done."""
    if left():
        for _ in search.scour():
            pass
        wiping.rewrite()
        choices.forget(NAME)


def wipe_at_night() -> None:
    """The same where it holds nobody up: the file is small enough, and nothing is about to leave."""
    if not left():
        return
    if wiping.size() > LARGEST:
        log.warning("traces of erased people may be left in the file's unused room: run chappe person wipe")
    elif not Part.select().where(state_in("t1", "queued", "sending")).exists():
        wipe()
