"""Threads for what may take long: a program, a mail relay, a calendar.  The loop waits for none of them."""

from __future__ import annotations

import logging
import queue
import threading
import traceback
from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

FAREWELL = 1.0  # seconds

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")


class Workers(Generic[Task, Outcome]):
    """At most `most` tasks at once, each done by `work`; every one comes back.

    Threads are begun as they are needed.  What `work` raises becomes the outcome that `failed` makes of the
    task.  All but the work itself is for the loop's thread alone.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[Task], Outcome],
        failed: Callable[[Task], Outcome],
        most: int = 1,
    ) -> None:
        self.name, self.work, self.failed, self.most = name, work, failed, most
        self.tasks: queue.SimpleQueue[tuple[Task, Callable[[Outcome], None]] | None] = queue.SimpleQueue()
        self.threads: list[threading.Thread] = []
        self.busy = 0  # tasks that were given and not told of

    @property
    def free(self) -> int:
        return self.most - self.busy

    def give(self, task: Task, tell: Callable[[Outcome], None]) -> None:
        """`tell` brings the outcome back to the loop, from the thread that has it."""
        self.busy += 1
        if self.busy > len(self.threads):
            number = len(self.threads) + 1
            thread = threading.Thread(target=self._run, name=f"{self.name}-{number}", daemon=True)
            self.threads.append(thread)
            thread.start()
        self.tasks.put((task, tell))

    def told(self) -> None:
        """One outcome came back."""
        self.busy -= 1

    def end(self) -> None:
        """No more tasks; one that is still on its way is left behind, and its row goes again."""
        for _ in self.threads:
            self.tasks.put(None)
        until = monotonic() + FAREWELL
        for thread in self.threads:
            thread.join(max(0.0, until - monotonic()))

    def _run(self) -> None:
        while (given := self.tasks.get()) is not None:
            task, tell = given
            tell(self._do(task))

    def _do(self, task: Task) -> Outcome:
        try:
            return self.work(task)
        except Exception as error:
            where = "".join(traceback.format_tb(error.__traceback__))  # its text may hold a secret address
            log.error("%s: %s\n%s", self.name, type(error).__name__, where)
            return self.failed(task)
