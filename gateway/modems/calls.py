"""Incoming calls: noted and shown; nobody answers them."""

from __future__ import annotations

from datetime import datetime

from gateway.store.models import Call


def note(modem: str, number: str, now: datetime) -> None:
    Call.create(modem=modem, number=number[:32], at=now)


def recent(limit: int = 20) -> list[Call]:
    """The newest first."""
    return list(Call.select().order_by(Call.id.desc()).limit(limit))
