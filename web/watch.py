"""One thread looks for all pages that are open, and tells each that has something new to show.

    page ── listen ─▶ Ear ◀── every half second ── Watch ◀── look: versions, sessions that stand

While nobody listens there is no thread, and nothing is looked at.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

log = logging.getLogger(__name__)

MOST = 6  # each listener keeps one of the server's twelve threads
EVERY = 0.5  # seconds between two looks
FAREWELL = 5.0  # seconds


@dataclass(eq=False, slots=True)
class Ear:
    """One open page: what it shows besides messages, whose session it is, and the version it shows."""

    of: str
    token: str
    version: str
    gone: Callable[[], bool]  # the browser went away
    over: bool = False  # it need not be told any more: the session ended, or the browser went away


@dataclass(frozen=True, slots=True)
class Seen:
    """The version of each thing that is shown, and the sessions that stand."""

    versions: Mapping[str, str]
    standing: AbstractSet[str]


class Watch:
    """`look` is asked with the ears that listen; `close` lets all of them go, for good."""

    def __init__(self, look: Callable[[Sequence[Ear]], Seen], most: int = MOST, every: float = EVERY) -> None:
        self._look, self._most, self._every = look, most, every
        self._news = threading.Condition()
        self._ears: list[Ear] = []
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def listen(self, ear: Ear) -> bool:
        """Give it a place; False when all are taken."""
        with self._news:
            if len(self._ears) >= self._most:
                self._let_go_of_the_gone()
            if self._closing.is_set() or len(self._ears) >= self._most:
                return False
            self._ears.append(ear)
            if self._thread is None:
                self._thread = threading.Thread(target=self._live, name="watch", daemon=True)
                self._thread.start()
        return True

    def leave(self, ear: Ear) -> None:
        """Give its place up; harmless when it has none."""
        with self._news:
            if ear in self._ears:
                self._ears.remove(ear)

    def hear(self, ear: Ear, known: str, patience: float) -> str | None:
        """The version as soon as it differs from `known`, `known` itself after `patience` seconds, None when
        there will be no more."""
        with self._news:
            self._news.wait_for(lambda: self._ended(ear) or ear.version != known, patience)
            return None if self._ended(ear) else ear.version

    def close(self) -> None:
        """When this returns, nobody looks any more, or only for a moment that is already too long."""
        self._closing.set()
        with self._news:
            self._news.notify_all()
            looking = self._thread
        if looking is not None:
            looking.join(FAREWELL)

    @property
    def listeners(self) -> int:
        return len(self._ears)

    @property
    def is_looking(self) -> bool:
        return self._thread is not None

    def _ended(self, ear: Ear) -> bool:
        return ear.over or self._closing.is_set()

    def _let_go_of_the_gone(self) -> None:
        for ear in self._ears:
            ear.over = ear.over or ear.gone()
        self._ears = [ear for ear in self._ears if not ear.over]
        self._news.notify_all()

    def _live(self) -> None:
        while ears := self._still_there():
            try:
                self._tell(ears, self._look(ears))
            except Exception:
                log.exception("cannot see what changed")  # the next look may; the pages show what they have
            self._closing.wait(self._every)

    def _still_there(self) -> list[Ear]:
        """Who listens; with the last one the thread ends."""
        with self._news:
            if not self._ears or self._closing.is_set():
                self._thread = None
                return []
            return list(self._ears)

    def _tell(self, ears: Sequence[Ear], seen: Seen) -> None:
        with self._news:
            for ear in ears:
                ear.version = seen.versions[ear.of]
                ear.over = ear.token not in seen.standing or ear.gone()
            self._news.notify_all()
