"""One's own account: the role, the password, and where else one is signed in."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from gateway import audit
from gateway.access import people, sessions
from gateway.access.roles import ROLES, reaches
from gateway.errors import Invalid
from gateway.store import database
from gateway.store.models import User
from web import sign_in
from web.language import trouble
from web.office import office
from web.throttle import throttle

pages = Blueprint("account", __name__)

Refused = tuple[str, int]


@pages.get("/account")
def show() -> str:
    return _page({})


@pages.post("/account/password")
def change_password() -> Response | Refused:
    """Every session ends, also this one: it goes on as a new one.  Guessing is slowed down as at the door."""
    me, address, here = _me(), request.remote_addr or "", office()
    if pause := throttle().admit(address, me.name, here.clock.monotonic()):
        seconds = max(1, round(pause))
        return _page({"old": _("Too many tries. Wait %(seconds)s s, then try again.", seconds=seconds)}), 429
    try:
        with database.transaction():
            people.change_password(me, request.form.get("old", ""), request.form.get("password", ""))
            audit.write(sign_in.caller().source, "password_changed", here.clock.now(), shown=me.name)
    except Invalid as error:
        if error.field != "old":
            throttle().right(address, me.name)
        return _page({error.field or "password": trouble(error)}), 422
    throttle().right(address, me.name)
    answer = sign_in.welcome(me, url_for(".show"))
    flash(_("Your password is changed. Everywhere else you sign in anew."), "good")
    return answer


@pages.post("/account/close-others")
def close_others() -> Response:
    """Sign out everywhere but here."""
    me, now = _me(), office().clock.now()
    with database.transaction():
        ended = sessions.close_all(me, but=sign_in.token())
        audit.write(sign_in.caller().source, "user_signed_out", now, shown=me.name)
    flash(
        ngettext("Signed out in %(num)s other place.", "Signed out in %(num)s other places.", ended)
        if ended
        else _("You are signed in nowhere else."),
        "good",
    )
    return redirect(url_for(".show"))


def _me() -> User:
    me = sign_in.person()
    if me is None:
        raise sign_in.SignedOut
    return me


def _page(faults: dict[str, str]) -> str:
    me, now = _me(), office().clock.now()
    return render_template(
        "account.html",
        me=me,
        elsewhere=sessions.standing(now).get(me.id, 1) - 1,
        administrators=people.administrators(),
        roles=[role for role in ROLES if reaches(me.role, role)],
        faults=faults,
    )
