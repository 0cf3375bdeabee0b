"""Who looked at what is kept about a person: noted in one place, whichever page showed it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request

from gateway import audit
from gateway.messages import lookup
from gateway.store import database
from web import sign_in
from web.office import office

log = logging.getLogger(__name__)

# page → the action, and whose data it shows by the parts of its address
READINGS: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
    "conversations.thread": ("conversation_read", lambda place: place["number"]),
    "contact_pages.card": ("contact_read", lambda place: place["number"]),
    "message_pages.detail": ("message_read", lambda place: lookup.message(place["uid"]).recipient),
}


def register(app: Flask) -> None:
    app.after_request(_note)


def _note(answer: Response) -> Response:
    """A page that was shown; where the database cannot be written, the page is shown all the same."""
    someone, seen = sign_in.person(), READINGS.get(request.endpoint or "")
    if someone and seen and request.method == "GET" and answer.status_code == 200:
        action, whose = seen
        try:
            number = whose(request.view_args or {})
            audit.reading(sign_in.caller().source, action, office().clock.now(), number)
        except database.Trouble as trouble:
            log.warning("cannot note who reads %s: %s", request.path, trouble)
    return answer
