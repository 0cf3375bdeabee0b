"""What would become of a text to very many people, reckoned behind the page that waits for it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from flask import Flask, current_app

from gateway.contacts import audience, foresight, mailing
from gateway.contacts.foresight import Foresight
from gateway.contacts.mailing import Mail
from gateway.contacts.recipients import Recipients
from gateway.errors import Invalid
from gateway.messages.outbox import Caller, Draft
from gateway.store import database
from gateway.store.models import Message
from web.errands import Errands
from web.office import office
from web.pages import twins
from web.pages.letter import Letter

KEPT = 20  # of all people together; whoever comes back later begins again


@dataclass(slots=True)
class Look:
    """One that is being reckoned, or was: then `answer` or `error` is there."""

    letter: Letter
    source: str
    total: int
    done: int = 0
    same: Sequence[Message] = ()
    answer: Foresight | None = None
    error: Invalid | None = None

    @property
    def is_over(self) -> bool:
        return self.answer is not None or self.error is not None


class Desk:
    def __init__(self) -> None:
        self.errands = Errands("rehearsals")
        self._looks: OrderedDict[str, Look] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, key: str, look: Look) -> None:
        with self._lock:
            self._looks[key] = look
            self._looks.move_to_end(key)
            while len(self._looks) > KEPT:
                self._looks.popitem(last=False)

    def find(self, key: str, source: str) -> Look | None:
        """Only whoever asked for it gets it."""
        look = self._looks.get(key)
        return look if look and look.source == source else None


def register(app: Flask) -> None:
    app.extensions["rehearsals"] = Desk()


def desk() -> Desk:
    found: Desk = current_app.extensions["rehearsals"]
    return found


def begin(letter: Letter, caller: Caller) -> None:
    """Reckon under the letter's key; the same key once more begins anew.  Raises Invalid on `at`."""
    found, draft, mail = letter.people, letter.draft(), letter.mail()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    look = Look(letter, caller.source, found.most)
    desk().put(letter.key, look)
    desk().errands.add(lambda: _reckon(app, look, found, draft, mail, caller))


def _reckon(app: Flask, look: Look, found: Recipients, draft: Draft, mail: Mail, caller: Caller) -> None:
    def note(done: int) -> None:
        look.done = done

    with app.app_context(), database.connection():
        now = office().clock.now()
        try:
            answer = foresight.look(found, draft, caller, now, note)
            first = islice(audience.readers(found, now), twins.LOOKED_AT)
            look.same = twins.of(mailing.drafts(first, mail, look.letter.key, None), caller, now)
            look.answer = answer
        except Invalid as error:
            look.error = error
