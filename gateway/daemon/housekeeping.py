"""The nightly work: what is over is removed, and the database keeps its figure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from gateway.access import allowances
from gateway.config import Appliance
from gateway.privacy import retention, traces
from gateway.store import database
from gateway.store.models import OneTimeLink, SignIn


def night(site: Appliance, now: datetime, trusted: bool) -> Iterator[None]:
    """All of it, in short steps between which the loop has its turn; nothing is over by a clock that nobody
    vouches for."""
    if not trusted:
        return
    tidy(now)
    yield
    yield from retention.purge(site, now)
    traces.wipe_at_night()
    yield
    yield from database.shrink()
    database.maintain()


def tidy(now: datetime) -> None:
    """Sign-ins and links that open nothing any more; what keys used long ago."""
    with database.transaction():
        SignIn.delete().where(SignIn.expires_at <= now).execute()
        OneTimeLink.delete().where(OneTimeLink.expires_at <= now).execute()
        allowances.tidy(now)
