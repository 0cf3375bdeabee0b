"""What others ask of a link, from any thread, until its own thread comes to it."""

from __future__ import annotations

import threading
from collections import deque

from modem.api import OutboundPart, PartRefused, Place, UssdFailed
from modem.error_table import own_error

Job = tuple[int, OutboundPart | str]  # its number, and a part to send or a USSD code to dial


class Requests:
    """Jobs are taken only while the door is open; the rest at any time."""

    def __init__(self) -> None:
        self.places: deque[Place] = deque()
        self.sweep = threading.Event()
        self.reset = threading.Event()
        self.stop = threading.Event()
        self._jobs: deque[Job] = deque()
        self._door = threading.Lock()
        self._open = False

    def put(self, job: Job) -> bool:
        """It waits for its turn; False when the door is closed."""
        with self._door:
            if self._open:
                self._jobs.append(job)
            return self._open

    def open(self) -> None:
        with self._door:
            self._open = True

    def shut(self) -> list[Job]:
        """Nothing is let in from now on; the jobs that waited."""
        with self._door:
            self._open = False
            jobs = list(self._jobs)
            self._jobs.clear()
        return jobs

    def next_job(self) -> Job | None:
        """Called by the one thread that also shuts the door."""
        return self._jobs.popleft() if self._jobs else None

    @property
    def waiting(self) -> bool:
        """Something is to be done."""
        asked = any(event.is_set() for event in (self.stop, self.sweep, self.reset))
        return bool(asked or self._jobs or self.places)


def turned_away(modem: str, job: Job, why: str) -> PartRefused | UssdFailed:
    """The answer to a job that nobody can do now; nothing was done."""
    number, what = job
    refusal = UssdFailed if isinstance(what, str) else PartRefused
    return refusal(modem, number, own_error("not_ready", why))
