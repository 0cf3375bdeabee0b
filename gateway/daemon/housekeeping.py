"""The nightly work: what is over is removed, and the database keeps its figure."""

from __future__ import annotations

from datetime import datetime

from gateway.store import database
from gateway.store.models import OneTimeLink, SignIn


def tidy(now: datetime) -> None:
    with database.transaction():
        SignIn.delete().where(SignIn.expires_at <= now).execute()
        OneTimeLink.delete().where(OneTimeLink.expires_at <= now).execute()
    database.maintain()
