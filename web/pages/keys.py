"""The keys of local programs: made here and shown once, seen when last used, made useless for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway import audit
from gateway.access import keys
from gateway.errors import Conflict, Invalid
from gateway.secret import appliance_secret
from gateway.store import database
from web import sign_in
from web.language import trouble
from web.office import office

pages = Blueprint("key_pages", __name__)

FIRST_CHOICE = ("send", "read")


@dataclass(frozen=True, slots=True)
class Mistake:
    """A form that was refused: its sentences by field, and what was typed."""

    faults: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    scopes: tuple[str, ...] = FIRST_CHOICE


@pages.get("/keys")
def show() -> str:
    return _page(Mistake())


@pages.post("/keys")
def create() -> str | tuple[str, int]:
    """Make a key; it is in the answer, and nowhere else ever again."""
    here, name = office(), request.form.get("name", "").strip()
    scopes = tuple(request.form.getlist("scope"))
    secret = appliance_secret(here.config.appliance.data_dir, here.ids)
    try:
        if not scopes:
            raise Invalid("scope_none", field="scope")
        with database.transaction():
            new = keys.create(name, scopes, here.clock.now(), here.ids, secret)
            _note("key_created", name, scopes=" ".join(scopes))
    except (Invalid, Conflict) as error:
        return _page(Mistake({error.field or "name": trouble(error)}, name, scopes)), 422
    root = here.config.web.public_url or request.url_root.rstrip("/")
    return render_template("key_made.html", new=new, root=root)


@pages.post("/keys/<path:name>/revoke")
def revoke(name: str) -> Response:
    with database.transaction():
        keys.revoke(name, office().clock.now())
        _note("key_revoked", name)
    flash(_("%(name)s opens nothing any more.", name=name), "good")
    return redirect(url_for(".show"))


@pages.app_template_global()
def scope_words(scope: str) -> str:
    """What a program with this scope may do."""
    return {
        "send": _("Sends messages, takes them back, asks what they cost, and keeps the contacts."),
        "read": _("Sees messages, what came in, contacts with their consents, and modems."),
        "admin": _("Everything, and alone: records who agreed to offers, and who said no."),
    }.get(scope, "")


def _note(action: str, name: str, **facts: str) -> None:
    audit.write(sign_in.caller().source, action, office().clock.now(), shown=name, **facts)


def _page(mistake: Mistake) -> str:
    known = keys.everything()
    return render_template(
        "keys.html",
        living=[key for key in known if key.revoked_at is None],
        revoked=[key for key in known if key.revoked_at is not None],
        scopes=keys.SCOPES,
        mistake=mistake,
    )
