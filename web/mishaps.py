"""What a person reads when a page cannot be given: what happened, and what to do next."""

from __future__ import annotations

import logging

from flask import Flask, flash, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from gateway.access import people
from gateway.errors import GatewayError, NotFound
from gateway.store import database
from web import sign_in
from web.language import say, trouble
from web.pages import form
from web.pages.form import Faults
from web.pages.letter import Letter
from web.roles import NotAllowed
from web.security import ROOMY
from web.sign_in import SignedOut

log = logging.getLogger(__name__)

LETTER = "write.given"

Answer = tuple[str, int]


def register(app: Flask) -> None:
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(SignedOut, _signed_out)
    app.register_error_handler(NotAllowed, _not_allowed)
    app.register_error_handler(GatewayError, _not_done)
    app.register_error_handler(database.Trouble, _no_database)
    app.register_error_handler(413, _too_large)
    for status in (400, 403, 404, 405):
        app.register_error_handler(status, _no_such_page)
    app.register_error_handler(500, _our_fault)


def _form_too_old(_error: CSRFError) -> Answer:
    """Kept calm: what was typed comes back in the page, to be copied or sent once more."""
    if request.endpoint == LETTER and sign_in.person():
        flash(
            _("This form was opened before you signed in. Look it over and send it: nothing was sent."),
            "wait",
        )
        return form.show(Letter.of(request.form), Faults()), 400
    advice = _("It was opened before you signed in or out, or in another window. Open it again and send it.")
    return _page(_("This form is too old"), advice, 400, typed=request.form.get("text", ""))


def _signed_out(_error: SignedOut) -> Answer:
    advice = _("Nothing was sent. Sign in, then write it again; what you had typed is below.")
    letter = Letter.of(request.form) if request.endpoint == LETTER else None
    return _page(_("You are signed out"), advice, 401, typed=request.form.get("text", ""), letter=letter)


def _not_allowed(error: NotAllowed) -> Answer:
    """Who may, and whom to ask: a door without a word on it helps nobody."""
    someone = sign_in.person()
    advice = _(
        "It needs the role “%(least)s” or more; yours is “%(role)s”. Who may change that: %(names)s.",
        least=say(f"role.{error.least}"),
        role=say(f"role.{someone.role}") if someone else "",
        names=", ".join(people.administrators()),
    )
    return _page(_("Your role does not allow this"), advice, 403, typed=request.form.get("text", ""))


def _not_done(error: GatewayError) -> Answer:
    status = 404 if isinstance(error, NotFound) else 409
    advice = _("It may have been removed, or the address was copied in part.") if status == 404 else ""
    return _page(trouble(error), advice, status)


def _no_database(error: Exception) -> Answer:
    log.error("%s %s: %s", request.method, _place(), error)
    return _page(say(f"error.{database.trouble_code(error)}"), "", 503, typed=request.form.get("text", ""))


def _too_large(_error: HTTPException) -> Answer:
    if request.endpoint in ROOMY:
        most = ROOMY[request.endpoint] // 1024 // 1024
        return _page(say("error.import_too_large", most=most), _("Nothing was taken in."), 413)
    return _page(_("This is too long"), _("Send it to fewer recipients at a time."), 413)


def _no_such_page(error: HTTPException) -> Answer:
    advice = _("Check the address, or begin again from the home page.")
    return _page(_("There is no such page"), advice, error.code or 404)


def _our_fault(error: Exception) -> Answer:
    log.error("%s %s failed", request.method, _place(), exc_info=getattr(error, "original_exception", error))
    advice = _("Nothing was lost. Try again; if it happens once more, the log of “chappe web” says why.")
    return _page(_("The page failed"), advice, 500)


def _place() -> str:
    """The address for the log: never with the secret of a one-time link."""
    return str(request.url_rule) if "token" in (request.view_args or {}) else request.path


def _page(title: str, advice: str, status: int, typed: str = "", letter: Letter | None = None) -> Answer:
    """`letter`: the whole of a message that can be gone on with after signing in."""
    return render_template("mishap.html", title=title, advice=advice, typed=typed, letter=letter), status
