"""Who is at the page: a cookie that holds a random token, and a row that says whose it is.

Every path asks for a sign-in, except those named here.
"""

from __future__ import annotations

from flask import Flask, g, jsonify, redirect, request, session, url_for
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from gateway import status
from gateway.access import sessions
from gateway.messages.outbox import Caller
from gateway.store.models import User
from web.compat import PATHS as DIALECTS
from web.office import office

COOKIE = "chappe_sign_in"

PUBLIC_ENDPOINTS = frozenset(
    {"static", "bootstrap.static", "language.choose", "welcome.sign_in", "welcome.try_password"}
    | {"welcome.look", "welcome.choose", "welcome.enter", "privacy.notice"}
    | {"short.follow", "short.page", "short.picture", "short.colour"}
)
# Answered by the API and the dialects, which ask for a key where one is needed.
PUBLIC_PATHS = ("/api/", "/docs", "/healthz", "/hooks/", "/metrics", "/openapi.json", *DIALECTS)


class SignedOut(Unauthorized):
    """Something was to be done by somebody who is not signed in (any more)."""


def register(app: Flask) -> None:
    app.before_request(_ask)
    app.jinja_env.globals["person"] = person


def person() -> User | None:
    """Who signed in on this browser, if anybody."""
    if "person" not in g:
        g.person = sessions.find(token(), office().clock.now()) if token() else None
    found: User | None = g.person
    return found


def token() -> str:
    """What this browser's cookie says, "" for none."""
    return request.cookies.get(cookie(COOKIE), "")


def cookie(name: str) -> str:
    """What a cookie of ours is called at the address of this request.

    By https it is one that no page read by http – and nobody who pretends to be one – can set or replace.
    """
    return f"__Host-{name}" if request.is_secure else name


def is_open() -> bool:
    """Whether the address of this request asks nobody to sign in."""
    return request.endpoint in PUBLIC_ENDPOINTS or request.path.startswith(PUBLIC_PATHS)


def caller() -> Caller:
    """Who writes the messages of this request."""
    here, someone = office(), person()
    site, source = here.config.appliance, f"page:{someone.name if someone else ''}"
    trusted = status.read(site.runtime_dir, here.clock.now()).trusted
    return Caller(source, site, here.config.modem_names, here.ids, trusted)


def welcome(user: User, destination: str) -> Response:
    """Sign in on this browser and go on to `destination`."""
    now, ids = office().clock.now(), office().ids
    answer = redirect(local(destination))
    session.clear()  # a form opened by somebody else before is worth nothing any more
    answer.set_cookie(
        cookie(COOKIE),
        sessions.open(user, now, ids, instead=token()),
        max_age=sessions.LIFE,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return answer


def farewell() -> Response:
    """Sign out on this browser; the token opens nothing any more."""
    sessions.close(token())
    session.clear()
    answer = redirect(url_for("welcome.sign_in"))
    answer.delete_cookie(cookie(COOKIE), secure=request.is_secure, httponly=True, samesite="Lax")
    return answer


def local(address: str) -> str:
    """The address when it is a page of ours, else the home page: never a way out to elsewhere."""
    ours = address.startswith("/") and not address.startswith("//")
    plain = "\\" not in address and address.isprintable()
    return address if ours and plain else "/"


def _ask() -> Response | None:
    if is_open() or person():
        return None
    if request.blueprint == "live":
        answer: Response = jsonify(code="signed_out")
        answer.status_code = 401
        return answer
    if request.method != "GET":
        raise SignedOut
    wanted = request.full_path.rstrip("?")
    return redirect(url_for("welcome.sign_in", next=wanted if wanted != "/" else None))
