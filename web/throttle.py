"""Slows down whoever guesses passwords: after five wrong ones in a row, each next try waits longer."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

FREE_TRIES = 5
LONGEST_WAIT = 60.0
REMEMBERED = 1000  # names and addresses; the oldest is forgotten first


class Throttle:
    """Counts wrong tries by whatever identifies who tries.  Instants are monotonic seconds."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()
        self._lock = Lock()

    def wait(self, who: tuple[str, str], now: float) -> float:
        """Seconds until the next try is allowed; 0 when it is."""
        with self._lock:
            count, last = self._wrong.get(who, (0, now))
        if count < FREE_TRIES:
            return 0.0
        pause = min(2.0 ** (count - FREE_TRIES), LONGEST_WAIT)
        return max(0.0, last + pause - now)

    def wrong(self, who: tuple[str, str], now: float) -> None:
        with self._lock:
            count, _ = self._wrong.pop(who, (0, now))
            self._wrong[who] = (count + 1, now)
            while len(self._wrong) > REMEMBERED:
                self._wrong.popitem(last=False)

    def right(self, who: tuple[str, str]) -> None:
        with self._lock:
            self._wrong.pop(who, None)
