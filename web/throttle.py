"""Slows down whoever guesses passwords, by the account, by the address, and by the two together.

Five wrong tries in a row from one address at one account are free, twenty in all at one account, twenty in
all from one address; after them each next try waits longer, up to a minute.  A try counts as wrong from
its beginning, so that many at the same moment are no way around; the right password clears all three.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from web.memory import Kept

FREE_TRIES = 5
FREE_IN_ALL = 20  # a family behind one address, a name that several get wrong
LONGEST_WAIT = 60.0  # seconds
REMEMBERED = 1000  # of each kind; the oldest is forgotten first
LONGEST_NAME = 40  # nobody has a longer one, and memory is short

Key = tuple[str, str]


class Throttle:
    """Counts tries by whatever identifies who tries.  Instants are monotonic seconds."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kinds: tuple[tuple[int, OrderedDict[Key, tuple[int, float]]], ...] = (
            (FREE_TRIES, OrderedDict()),
            (FREE_IN_ALL, OrderedDict()),
            (FREE_IN_ALL, OrderedDict()),
        )

    def admit(self, address: str, name: str, now: float) -> float:
        """Seconds to wait, and nothing else happens; or 0: the try may be made and counts as wrong."""
        who = _keys(address, name)
        with self._lock:
            pause = max(
                _pause(free, *tries.get(key, (0, now)), now)
                for (free, tries), key in zip(self._kinds, who, strict=True)
            )
            if not pause:
                self._count(who, now)
        return pause

    def right(self, address: str, name: str) -> None:
        """The password was right: whoever it was begins anew."""
        with self._lock:
            for (_, tries), key in zip(self._kinds, _keys(address, name), strict=True):
                tries.pop(key, None)

    def _count(self, who: tuple[Key, ...], now: float) -> None:
        for (_, tries), key in zip(self._kinds, who, strict=True):
            count, _last = tries.pop(key, (0, now))
            tries[key] = (count + 1, now)
            while len(tries) > REMEMBERED:
                tries.popitem(last=False)


def _keys(address: str, name: str) -> tuple[Key, ...]:
    account = name.casefold()[:LONGEST_NAME]
    return ((address, account), ("", account), (address, ""))


def _pause(free: int, count: int, last: float, now: float) -> float:
    """What is left of the wait after that many wrong tries, the last of them then."""
    if count < free:
        return 0.0
    return max(0.0, last + min(2.0 ** min(count - free, 10), LONGEST_WAIT) - now)


throttle = Kept(lambda _: Throttle())
