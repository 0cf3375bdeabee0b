"""Who may what: the least role for every page and every form of the page, in one table.

Where that is not enough, a word asks for more: "contact_pages.record given" is that form with `given` in
its address, "settings.choose lift" with its field `lift` filled in, "attention.decide others" about
messages of somebody else.  What stands in no table is for administrators.  What the door shows to everybody
(`sign_in.PUBLIC_ENDPOINTS`) and what the API answers, by a key's scopes, needs no role.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from flask import Flask, request
from werkzeug.exceptions import Forbidden

from gateway.access.roles import ADMINISTERS, LOOKS, ROLES, reaches
from gateway.errors import NotFound
from gateway.messages import lookup
from web import sign_in
from web.role_table import LEAST, OTHERS, OWN

WORDED = frozenset(name.partition(" ")[0] for name in LEAST if " " in name)

# form → the messages that it is about
ABOUT: dict[str, Callable[[], Iterable[str]]] = {
    "attention.decide": lambda: request.form.getlist("uid"),
    "message_pages.cancel": lambda: [(request.view_args or {})["uid"]],
    "message_pages.reschedule": lambda: [(request.view_args or {})["uid"]],
    "several.ask": lambda: request.form.getlist("uid"),
}


class NotAllowed(Forbidden):
    """Something was asked for that needs at least the role `least`."""

    def __init__(self, least: str) -> None:
        super().__init__()
        self.least = least


def register(app: Flask) -> None:
    app.before_request(_ask)
    app.jinja_env.globals.update(may=may, whose=whose)


def least(endpoint: str, words: Iterable[str] = ()) -> str:
    """The role that is needed: the endpoint's, or a higher one that one of the words asks for."""
    named = [LEAST.get(endpoint, ADMINISTERS), *(LEAST.get(f"{endpoint} {word}", LOOKS) for word in words)]
    return max(named, key=ROLES.index)


def may(endpoint: str, *words: str) -> bool:
    """Whether whoever reads this page may do that."""
    someone = sign_in.person()
    return someone is not None and reaches(someone.role, least(endpoint, words))


def whose(source: str) -> str:
    """The word for a message of that source."""
    return OWN if source == sign_in.caller().source else OTHERS


def _ask() -> None:
    """Refuse, before anything of the form is believed, what the reader's role does not reach."""
    endpoint, someone = request.endpoint or "", sign_in.person()
    if not someone or not endpoint or sign_in.is_open():
        return
    if not may(endpoint, *(words := _words(endpoint))):
        raise NotAllowed(least(endpoint, words))


def _words(endpoint: str) -> list[str]:
    """What the address and the form say, where the table asks for it."""
    if endpoint not in WORDED:
        return []
    filled = [name for name, value in request.form.items() if value.strip()]
    told = [str(value) for value in (request.view_args or {}).values()]
    about = [whose(source) for source in _sources(ABOUT.get(endpoint, list)())]
    return [*told, *filled, *about]


def _sources(uids: Iterable[str]) -> Iterator[str]:
    """Who wrote these messages; the page itself says which of them are not there."""
    for uid in uids:
        with suppress(NotFound):
            yield lookup.message(uid).source
