"""Which modem a message is meant for, before anybody is ready to carry it."""

from __future__ import annotations

from collections.abc import Sequence


def choose(wanted: str | None, conversation: str | None, modems: Sequence[str]) -> str:
    """The modem that the caller wants; else the one to whose SIM this person last wrote, so that the
    answer comes from the number they know; else "": whoever is free first."""
    if wanted is not None:
        return wanted
    if conversation is None or conversation not in modems or len(modems) < 2:
        return ""
    return conversation
