"""A few threads that talk to programs, so that a slow one holds up nobody."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from time import monotonic

from gateway.features.webhooks.posting import Outcome, Post

log = logging.getLogger(__name__)

MOST = 6
FAREWELL = 1.0  # seconds


class Workers:
    """Each thread takes a post and tells its outcome; they are begun as they are needed."""

    def __init__(self, send: Callable[[Post], Outcome], tell: Callable[[Outcome], None]) -> None:
        self.send, self.tell = send, tell
        self.posts: queue.SimpleQueue[Post | None] = queue.SimpleQueue()
        self.threads: list[threading.Thread] = []
        self.busy = 0  # posts that were given and not told of: the loop's thread alone counts

    @property
    def free(self) -> int:
        return MOST - self.busy

    def give(self, post: Post) -> None:
        self.busy += 1
        if self.busy > len(self.threads):
            number = len(self.threads) + 1
            thread = threading.Thread(target=self._work, name=f"webhook-{number}", daemon=True)
            self.threads.append(thread)
            thread.start()
        self.posts.put(post)

    def told(self) -> None:
        """One outcome came back."""
        self.busy -= 1

    def end(self) -> None:
        """No more posts; whoever is still waiting for an answer is left behind, and its row goes again."""
        for _ in self.threads:
            self.posts.put(None)
        until = monotonic() + FAREWELL
        for thread in self.threads:
            thread.join(max(0.0, until - monotonic()))

    def _work(self) -> None:
        while (post := self.posts.get()) is not None:
            try:
                outcome = self.send(post)
            except Exception:
                log.exception("while telling a program")
                outcome = Outcome(post.name, error="answer_garbled")
            self.tell(outcome)
