"""What happened, in order, with its instant: the log a test or a benchmark reads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

KEPT = 20_000  # events; the oldest go first

Event = dict[str, Any]


class Journal:
    """Events as JSON-simple dicts: `seq` (from 1, never reused), `event`, `at` (monotonic seconds), facts.

    Written by the simulator's thread; any thread may read or wait.
    """

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._seq = 0
        self._grown = threading.Condition()

    def note(self, event: str, at: float, **facts: Any) -> None:
        """Write one event down and wake who waits."""
        with self._grown:
            self._seq += 1
            self._events.append({"seq": self._seq, "event": event, "at": at, **facts})
            if len(self._events) > KEPT:
                del self._events[: KEPT // 10]
            self._grown.notify_all()

    def read(self, after: int = 0) -> list[Event]:
        """The events whose `seq` is above `after`."""
        with self._grown:
            return [event for event in self._events if event["seq"] > after]

    def clear(self) -> None:
        """Forget the events; `seq` goes on."""
        with self._grown:
            self._events.clear()

    def wait(self, wanted: Callable[[list[Event]], bool], seconds: float) -> bool:
        """True as soon as `wanted(events)` is, which must only look; False after `seconds` without."""
        with self._grown:
            return self._grown.wait_for(lambda: wanted(self._events), seconds)
