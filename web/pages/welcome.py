"""The door: the one-time link on which a person chooses a password, signing in, signing out."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway.access import people
from gateway.errors import Invalid
from gateway.store.models import User
from web import sign_in as door
from web.language import trouble
from web.office import office
from web.pages import wizard
from web.throttle import throttle

pages = Blueprint("welcome", __name__)


@pages.get("/sign-in")
def sign_in() -> str | Response:
    if door.person():
        return redirect("/")
    return _sign_in_page()


@pages.post("/sign-in")
def try_password() -> str | Response | tuple[str, int]:
    name, address = request.form.get("name", "").strip(), request.remote_addr or ""
    now = office().clock.monotonic()
    if pause := throttle().admit(address, name, now):
        seconds = max(1, round(pause))
        wait = _("Too many tries. Wait %(seconds)s s, then try again.", seconds=seconds)
        return _sign_in_page(name, wait), 429
    user = people.check(name, request.form.get("password", ""))
    if user is None:
        return _sign_in_page(name, _("This name and this password do not go together.")), 422
    throttle().right(address, name)
    return door.welcome(user, request.args.get("next", "/"))


@pages.post("/sign-out")
def sign_out() -> Response:
    return door.farewell()


@pages.get("/welcome/<token>")
def look(token: str) -> str | tuple[str, int]:
    user = people.open_link(token, office().clock.now())
    if user is None:
        return _link_is_over()
    return _welcome_page(user, token)


@pages.post("/welcome/<token>")
def choose(token: str) -> str | Response | tuple[str, int]:
    now = office().clock.now()
    if (user := people.open_link(token, now)) is None:
        return _link_is_over()
    try:
        user = people.choose_password(token, request.form.get("password", ""), now)
    except Invalid as error:
        return _welcome_page(user, token, trouble(error)), 422
    return door.welcome(user, _first_page(user))


@pages.post("/welcome/<token>/enter")
def enter(token: str) -> Response | tuple[str, int]:
    """Come in this once, without choosing a password; the set-up asks for one at its end."""
    try:
        user = people.enter(token, office().clock.now())
    except Invalid:
        return _link_is_over()
    return door.welcome(user, _first_page(user))


def _first_page(user: User) -> str:
    return url_for("wizard.show") if wizard.leads(user) else url_for("home.show")


def _welcome_page(user: User, token: str, error: str | None = None) -> str:
    first = wizard.leads(user) and user.password_hash is None
    return render_template("welcome.html", user=user, link=token, error=error, first=first)


def _sign_in_page(name: str = "", error: str | None = None) -> str:
    return render_template("sign_in.html", name=name, error=error, anybody=people.any_user())


def _link_is_over() -> tuple[str, int]:
    return render_template("link_is_over.html"), 410
