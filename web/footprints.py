"""When people and keys were last here: noted once a minute each at the most."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from threading import Lock

from flask import Flask, Response, g, request

from gateway.access import keys, people
from gateway.store import database
from gateway.store.models import ApiKey, User
from web.memory import Kept
from web.office import office

EVERY = 60.0  # seconds

log = logging.getLogger(__name__)


class Footprints:
    """Whose were noted when, in monotonic seconds: a database that is busy is asked no sooner again."""

    def __init__(self) -> None:
        self._noted: dict[tuple[str, int], float] = {}
        self._lock = Lock()

    def is_due(self, kind: str, row: int, now: float) -> bool:
        """Whether to note it now; then it counts as noted."""
        with self._lock:
            last = self._noted.get((kind, row))
            due = last is None or now - last >= EVERY
            if due:
                self._noted[kind, row] = now
        return due


footprints = Kept(lambda _: Footprints())


def register(app: Flask) -> None:
    app.after_request(_of_person)


def of_key(key: ApiKey) -> None:
    """This key was used."""
    _note("key", key.id, lambda now: keys.note_use(key, now))


def _of_person(answer: Response) -> Response:
    """Whoever is signed in was here; a browser that only asks for news is nobody's sign of life."""
    someone: User | None = g.get("person")
    if someone is not None and request.blueprint != "live":
        _note("person", someone.id, lambda now: people.note_seen(someone, now))
    return answer


def _note(kind: str, row: int, write: Callable[[datetime], None]) -> None:
    """Where the database cannot be written, the request goes on all the same."""
    clock = office().clock
    if not footprints().is_due(kind, row, clock.monotonic()):
        return
    try:
        write(clock.now())
    except database.Trouble as trouble:
        log.warning("cannot note that %s %s was here: %s", kind, row, trouble)
