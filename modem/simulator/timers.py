"""What is due when: a heap on monotonic time, which is always passed in."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

Action = Callable[[], None]


class Timers:
    """`now` is the instant being lived through; what is due at one instant runs in the order it was set."""

    def __init__(self) -> None:
        self.now = 0.0
        self._heap: list[tuple[float, int, Action]] = []
        self._order = itertools.count()

    def after(self, seconds: float, action: Action) -> None:
        """Run `action` `seconds` from now; with 0 or less, within the next `run`."""
        heapq.heappush(self._heap, (self.now + max(seconds, 0.0), next(self._order), action))

    def run(self, now: float) -> None:
        """Run everything due at `now`, each at its own instant, including what becomes due meanwhile."""
        while self._heap and self._heap[0][0] <= now:
            due, _order, action = heapq.heappop(self._heap)
            self.now = max(self.now, due)
            action()
        self.now = max(self.now, now)

    def next_due(self) -> float | None:
        """The instant at which `run` has something to do; None: never."""
        return self._heap[0][0] if self._heap else None
