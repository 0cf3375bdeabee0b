"""Who may come to the page, and what each may do: invited by a link, given a role, shut out and let in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway import audit
from gateway.access import people, sessions
from gateway.access.roles import ROLES, WRITES
from gateway.errors import Conflict, Invalid
from gateway.store import database
from gateway.store.models import User
from web import doorplate, sign_in
from web.language import NAMES, say, trouble
from web.office import office

pages = Blueprint("people_pages", __name__)

NEW = ""  # the form of somebody who has no name yet

Refused = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Person:
    """One row: an account, until when its link opens, and in how many places it is signed in."""

    user: User
    invited_until: datetime | None
    places: int
    is_me: bool


@dataclass(frozen=True, slots=True)
class Mistake:
    """A form that was refused: whose it was, its sentence by field, and what was typed."""

    whose: str | None = None
    faults: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


@pages.get("/people")
def listing() -> str:
    return _page(Mistake())


@pages.post("/people")
def invite() -> str | Refused:
    """Add somebody; the link is in the answer, and nowhere else ever again."""
    here, form = office(), request.form
    name, role, language = (form.get(field, "").strip() for field in ("name", "role", "language"))
    spoken = language if language in NAMES else here.config.appliance.language
    try:
        with database.transaction():
            token = people.add(name, spoken, here.clock.now(), here.ids, role)
            _note("user_added", name, role=role)
    except (Invalid, Conflict) as error:
        return _page(Mistake(NEW, {error.field or "name": trouble(error)}, form)), 422
    return _link_page(name, token)


@pages.post("/people/<name>/link")
def invite_again(name: str) -> str | Refused:
    """A new link for somebody who lost theirs, or their password; the older one is void."""
    here = office()
    try:
        with database.transaction():
            token = people.link(name, here.clock.now(), here.ids)
            _note("user_invited", name)
    except Conflict as error:
        return _refused(name, error)
    return _link_page(name, token)


@pages.post("/people/<name>/role")
def change_role(name: str) -> Response | Refused:
    """Who loses or gains a right signs in anew; whoever changes the own one stays, by a new session."""
    role, me = request.form.get("role", ""), sign_in.person()
    try:
        with database.transaction():
            if changed := people.change_role(name, role):
                _note("user_role", name, role=role)
    except (Invalid, Conflict) as error:
        return _refused(name, error)
    answer = redirect(url_for(".listing"))
    if changed and me is not None and me.name == name:
        answer = sign_in.welcome(me, url_for("account.show"))
    flash(_("%(name)s: %(role)s.", name=name, role=say(f"role.{role}")), "good")
    return answer


@pages.post("/people/<name>/sign-out")
def sign_out(name: str) -> Response:
    user, me = people.named(name), sign_in.person()
    with database.transaction():
        sessions.close_all(user, but=sign_in.token() if me is not None and me.name == name else "")
        _note("user_signed_out", name)
    flash(_("%(name)s is signed out everywhere.", name=name), "good")
    return redirect(url_for(".listing"))


@pages.post("/people/<name>/shut-out")
def shut_out(name: str) -> Response | Refused:
    try:
        with database.transaction():
            if people.disable(name, office().clock.now()):
                _note("user_disabled", name)
    except Conflict as error:
        return _refused(name, error)
    flash(_("%(name)s is shut out. What they wrote stays, and they can be let in again.", name=name), "good")
    return redirect(url_for(".listing"))


@pages.post("/people/<name>/let-in")
def let_in(name: str) -> Response:
    with database.transaction():
        if people.enable(name):
            _note("user_enabled", name)
    flash(_("%(name)s may sign in again.", name=name), "good")
    return redirect(url_for(".listing"))


@pages.app_template_global()
def role_words(role: str) -> str:
    """What somebody with this role may do, after what the role before may."""
    return {
        "viewer": _("Reads messages, conversations and results."),
        "writer": _("Also writes, answers, keeps the contacts, and takes back what is their own."),
        "manager": _(
            "Also answers for the offers: who agreed to them, the shop’s texts and hours, messages of others."
        ),
        "administrator": _(
            "Everything: team, keys, modems, SIM cards, the log, erasing, and what the law leaves to you."
        ),
    }.get(role, "")


def _note(action: str, name: str, **facts: str) -> None:
    audit.write(sign_in.caller().source, action, office().clock.now(), shown=name, **facts)


def _refused(name: str, error: Invalid | Conflict) -> Refused:
    return _page(Mistake(name, {"role": trouble(error)}, request.form)), 422


def _link_page(name: str, token: str) -> str:
    root = doorplate.root()
    address = root + url_for("welcome.look", token=token)
    until = office().clock.now() + people.LINK_LIFE
    return render_template("people_link.html", name=name, link=address, until=until)


def _page(mistake: Mistake) -> str:
    now, me = office().clock.now(), sign_in.person()
    links, places = people.invitations(now), sessions.standing(now)
    return render_template(
        "people.html",
        people=[
            Person(user, links.get(user.id), places.get(user.id, 0), bool(user == me))
            for user in people.everybody()
        ],
        roles=ROLES,
        first_choice=WRITES,
        spoken_here=office().config.appliance.language,
        mistake=mistake,
    )
