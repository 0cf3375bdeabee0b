"""Small writes of several requests share one commit: the disk is waited for once.

Of this process one request at a time asks for SQLite's lock – whoever finds it taken sleeps, and would be
overtaken again and again –; whoever has its turn does the work of all that came meanwhile, each in a
savepoint of its own, and commits it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from gateway.store import database

T = TypeVar("T")

MOST = 20  # works of one commit: the gateway's own writes must get their turn in between


class Turn:
    """One request's work, and what came of it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.work = work
        self.value: Any = None
        self.error: BaseException | None = None
        self.done = False

    def run(self) -> None:
        """What goes wrong in it concerns no other, unless it is the database itself."""
        try:
            with database.transaction():
                self.value = self.work()
        except database.Trouble:
            raise
        except Exception as error:
            self.error = error


class Turns:
    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: deque[Turn] = deque()

    def take(self, work: Callable[[], T]) -> T:
        """Do the work in a transaction; committed when this returns.  Raises what the work raised."""
        turn = Turn(work)
        self._waiting.append(turn)
        with self._lock:
            while not turn.done:
                self._serve([self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))])
        if turn.error is not None:
            raise turn.error
        value: T = turn.value
        return value

    def _serve(self, turns: list[Turn]) -> None:
        try:
            with database.transaction():
                for turn in turns:
                    turn.run()
        except BaseException as error:
            for turn in turns:
                turn.error = turn.error or error  # its own says more
            if not isinstance(error, Exception):
                raise
        finally:
            for turn in turns:
                turn.done = True
