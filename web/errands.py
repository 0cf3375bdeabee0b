"""What takes longer than a page may: done behind it, one errand after the other.

The thread lives as long as there is something to do.  An errand whose end matters is a row besides, and is
taken up again when the process starts.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

log = logging.getLogger(__name__)

Errand = Callable[[], None]


class Errands:
    """`add` hands one over; `closing` tells the one that is being done to leave the rest."""

    def __init__(self, name: str) -> None:
        self.closing = threading.Event()
        self._name = name
        self._waiting: deque[Errand] = deque()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, errand: Errand) -> None:
        with self._lock:
            self._waiting.append(errand)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
                self._thread.start()

    def rest(self, patience: float) -> bool:
        """Wait until nothing is left to do; False where that took longer."""
        thread = self._thread
        if thread is not None:
            thread.join(patience)
        return thread is None or not thread.is_alive()

    def close(self) -> None:
        """Nothing more is begun."""
        self.closing.set()

    def _work(self) -> None:
        while (errand := self._next()) is not None:
            try:
                errand()
            except Exception:
                log.exception("an errand failed")

    def _next(self) -> Errand | None:
        with self._lock:
            if not self._waiting or self.closing.is_set():
                self._thread = None
                return None
            return self._waiting.popleft()
