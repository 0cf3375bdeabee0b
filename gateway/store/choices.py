"""What people chose and what the house remembers of itself, a row a name (`settings`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.store.models import Setting


def find(name: str) -> dict[str, Any] | None:
    """What is kept under that name; None where nothing is."""
    found = Setting.get_or_none(Setting.name == name)
    return dict(found.value) if found is not None else None


def keep(name: str, value: Mapping[str, Any]) -> None:
    """Keep it in place of what was there."""
    Setting.insert(name=name, value=dict(value)).on_conflict(
        conflict_target=[Setting.name], preserve=[Setting.value]
    ).execute()


def forget(name: str) -> None:
    """Nothing is kept under that name any more."""
    Setting.delete().where(Setting.name == name).execute()
