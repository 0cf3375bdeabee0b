"""The keys of local programs: made here and shown once, given rules, seen when last used, made useless for
good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway import audit
from gateway.access import allowances, keys
from gateway.access.keys import Rules
from gateway.errors import Conflict, Invalid
from gateway.policy.categories import CATEGORIES
from gateway.secret import appliance_secret
from gateway.store import database
from gateway.store.models import ApiKey
from web import doorplate, sign_in
from web.language import trouble
from web.office import office
from web.pages import key_rules
from web.pages.key_rules import Typed

pages = Blueprint("key_pages", __name__)

FIRST_CHOICE = ("send", "read")


@dataclass(frozen=True, slots=True)
class Mistake:
    """A form that was refused: its sentences by field, and what was typed; `key` is the one it is about, None
    a new one."""

    faults: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    scopes: tuple[str, ...] = FIRST_CHOICE
    rules: Typed | None = None
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A key as the page shows it."""

    row: ApiKey
    rules: Rules
    typed: Typed
    used_today: int
    faults: Mapping[str, str]


@pages.get("/keys")
def show() -> str:
    return _page(Mistake())


@pages.post("/keys")
def create() -> str | tuple[str, int]:
    """Make a key; it is in the answer, and nowhere else ever again."""
    here, name = office(), request.form.get("name", "").strip()
    scopes, typed = tuple(request.form.getlist("scope")), key_rules.typed(request.form)
    secret = appliance_secret(here.config.appliance.data_dir, here.ids)
    try:
        if not scopes:
            raise Invalid("scope_none", field="scope")
        with database.transaction():
            rules = key_rules.meant(typed)
            new = keys.create(name, scopes, here.clock.now(), here.ids, secret, rules)
            _note("key_created", name, scopes=" ".join(scopes))
    except (Invalid, Conflict) as error:
        return _page(Mistake({error.field or "name": trouble(error)}, name, scopes, typed)), 422
    root = doorplate.root()
    return render_template("key_made.html", new=new, root=root)


@pages.post("/keys/<path:name>/rules")
def change(name: str) -> Response | tuple[str, int]:
    """Give a key other rules; they hold from the next call on."""
    typed, key = key_rules.typed(request.form), keys.get(name)
    try:
        with database.transaction():
            if changed := keys.change(name, key_rules.meant(typed)):
                _note("key_changed", name, rules=", ".join(changed))
    except Invalid as error:
        return _page(Mistake({error.field or "category": trouble(error)}, rules=typed, key=key.id)), 422
    flash(_("%(name)s has these rules from now on.", name=name), "good")
    return redirect(url_for(".show"))


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
        living=[_card(key, mistake) for key in known if key.revoked_at is None],
        revoked=[key for key in known if key.revoked_at is not None],
        scopes=keys.SCOPES,
        categories=list(CATEGORIES),
        modems=office().config.modem_names,
        mistake=mistake,
        blank=(mistake.rules if mistake.key is None else None) or key_rules.blank(),
    )


def _card(key: ApiKey, mistake: Mistake) -> Card:
    here, rules = office(), Rules.of(key)
    used = allowances.used_today(key, here.clock.now(), here.config.appliance.timezone)
    if mistake.key == key.id and mistake.rules is not None:
        return Card(key, rules, mistake.rules, used, mistake.faults)
    return Card(key, rules, key_rules.standing(rules), used, {})
