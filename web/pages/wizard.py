"""The set-up of a new appliance: language and name, modem, a message to one's own telephone, a password.

Each step may be left and come back to; the whole may be skipped.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway import letters, setup, wake
from gateway.access import people
from gateway.access.roles import ROLES
from gateway.errors import GatewayError, Invalid, NotFound
from gateway.messages import lookup, outbox
from gateway.messages.outbox import Draft
from gateway.store.models import Message, User
from web import sign_in
from web.language import trouble
from web.office import office
from web.pages import handsets, pins
from web.pages.modem_words import anchor
from web.pages.modems import WELL, known, notices, unnumbered

pages = Blueprint("wizard", __name__)

HANDSET = "+33639980001"  # of the demonstration: it receives at once

LAST = setup.STEPS[-1]

Refused = tuple[str, int]


def leads(user: User | None) -> bool:
    """The set-up goes on, and this is the person who began it: the first one of the appliance."""
    if user is None or user.role != ROLES[-1] or not setup.is_open() or not setup.is_first(user):
        return False
    return user.password_hash is None or setup.read().step != LAST  # chosen elsewhere, it is finished


@pages.app_template_global("setup_is_open")
def is_open() -> bool:
    return leads(sign_in.person())


@pages.get("/setup")
def show() -> Response:
    """Where it was left."""
    here = setup.read()
    return redirect(url_for(".done") if here.ended else url_for(".step", name=here.step))


@pages.get("/setup/<any(shop,modem,test,password):name>")
def step(name: str) -> str | Response:
    if name == LAST and not _wants_password():
        return redirect(url_for(".done"))
    return _page(name)


@pages.post("/setup/shop")
def shop() -> Response | Refused:
    """A name that is left empty can be given later."""
    here, typed = office(), request.form.get("name", "").strip()
    try:
        if typed and typed != letters.chosen_name():
            chosen = letters.Business(typed, letters.business(here.config.appliance).contact)
            letters.choose_business(chosen, sign_in.caller().source, here.clock.now())
    except Invalid as error:
        return _page("shop", {"name": trouble(error)}, {"name": typed}), 422
    return _on("modem")


@pages.post("/setup/modem")
def modem() -> Response:
    return _on("test")


@pages.post("/setup/modem/<path:name>/pin")
def pin(name: str) -> Response | Refused:
    try:
        pins.give(name)
    except GatewayError as error:
        return _page("modem", {f"pin-{anchor(name)}": trouble(error)}), 422
    return redirect(url_for(".step", name="modem"))


@pages.post("/setup/test")
def test() -> Response | Refused:
    """Send the message, or go on without waiting for it."""
    if request.form.get("action") == "on":
        return _on(LAST) if _wants_password() else _finish()
    to = request.form.get("number", "")
    try:
        message = _send(to)
    except GatewayError as error:
        return _page("test", {"number": trouble(error)}, {"number": to}), 422
    setup.tested(message.uid)
    return redirect(url_for(".step", name="test"))


@pages.post("/setup/password")
def password() -> Response | Refused:
    """The first one; who has one already changes it elsewhere."""
    user = sign_in.person()
    if user is None or not _wants_password():
        return redirect(url_for(".done"))
    try:
        people.change_password(user, "", request.form.get("password", ""))
    except Invalid as error:
        return _page(LAST, {"password": trouble(error)}), 422
    _finish()
    return sign_in.welcome(user, url_for(".done"))


@pages.post("/setup/skip")
def skip() -> Response:
    setup.end("skipped", sign_in.caller().source, office().clock.now())
    flash(_("The set-up is skipped. You find it again in the help, under “First steps”."), "good")
    return redirect(url_for("home.show"))


@pages.get("/setup/done")
def done() -> str:
    return render_template("wizard/done.html", message=_message(), status=known())


def _wants_password() -> bool:
    user = sign_in.person()
    return user is not None and user.password_hash is None


def _on(name: str) -> Response:
    setup.reach(name)
    return redirect(url_for(".step", name=name))


def _finish() -> Response:
    setup.end("finished", sign_in.caller().source, office().clock.now())
    return redirect(url_for(".done"))


def _send(to: str) -> Message:
    here = office()
    name = letters.business(here.config.appliance).name
    text = _("%(name)s: this message left through your own modem. It works.", name=name)
    key = request.form.get("key") or None
    draft = Draft(to, text, smart_encoding=True, client_ref=key)
    message = outbox.submit(draft, sign_in.caller(), here.clock.now())
    wake.ring(here.config.appliance.runtime_dir)
    return message


def _message() -> Message | None:
    uid = setup.read().message
    try:
        return lookup.message(uid) if uid else None
    except NotFound:  # deleted after its time
        return None


def _steps() -> list[tuple[str, str]]:
    named = [("shop", _("Your shop")), ("modem", _("Modem")), ("test", _("First message"))]
    return named + ([(LAST, _("Password"))] if _wants_password() else [])


def _page(name: str, faults: dict[str, str] | None = None, typed: dict[str, str] | None = None) -> str:
    here, seen = office(), known()
    return render_template(
        f"wizard/{name}.html",
        steps=_steps(),
        step=name,
        faults=faults or {},
        typed=typed or {},
        status=seen,
        ready=seen.alive and any(modem.state == WELL for modem in seen.modems),
        configured=here.config.modem_names,
        config_path=here.config.path,
        concerned=notices(),
        unnumbered=unnumbered(),
        shop=letters.chosen_name(),
        message=_message(),
        handset=HANDSET if handsets.there() else "",
        key=here.ids.token(),
    )
