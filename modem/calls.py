"""Ringing becomes one call: its number, told once (sans-I/O).

Modems say RING every few seconds, and the number in a line of its own, where they say it at all.
"""

from __future__ import annotations

NUMBER_WAIT = 1.0  # after RING, for the line with the number
OVER = 10.0  # without RING for so long: the next one is another call


class Calls:
    """The call that rings, if one does.  `now` never goes back."""

    def __init__(self) -> None:
        self._rang = float("-inf")
        self._told = False
        self._tell_at = float("inf")

    def ring(self, number: str, now: float) -> str | None:
        """It rings, with a number or without: what is to be told of it now."""
        if now - self._rang > OVER:
            self._told, self._tell_at = False, now + NUMBER_WAIT
        self._rang = now
        return self._once(number) if number else self.nameless(now)

    def nameless(self, now: float) -> str | None:
        """An empty number, once it is clear that none follows."""
        return self._once("") if now >= self._tell_at else None

    @property
    def waits_until(self) -> float:
        """The instant at which `nameless` has something to tell."""
        return self._tell_at

    def _once(self, number: str) -> str | None:
        self._tell_at = float("inf")
        told, self._told = self._told, True
        return None if told else number
