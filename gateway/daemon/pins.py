"""Which PIN which SIM refused, across restarts: a wrong PIN is typed once, ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from gateway.store import database
from gateway.store.models import SimPin


class PinMemory:
    """Asked and told by the link threads; a row a refusal.  It is written
    down before it is typed, and taken back when the SIM accepts it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now

    def refused(self, sim: str, digest: str) -> bool:
        with database.connection():
            return SimPin.select().where(SimPin.iccid == sim, SimPin.digest == digest).exists()

    def remember(self, sim: str, digest: str) -> None:
        with database.connection(), database.transaction():
            row = {"iccid": sim, "digest": digest, "refused_at": self.now()}
            SimPin.insert(row).on_conflict_ignore().execute()

    def forget(self, sim: str, digest: str) -> None:
        with database.connection(), database.transaction():
            SimPin.delete().where(SimPin.iccid == sim, SimPin.digest == digest).execute()
