"""Groups of contacts, and the fields that the shop keeps of everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway.contacts import fields, groups
from gateway.errors import GatewayError
from web import sign_in
from web.language import trouble
from web.office import office

pages = Blueprint("group_pages", __name__)

Answer = str | tuple[str, int]


@pages.get("/groups")
def listing() -> str:
    return _listing()


@pages.post("/groups")
def add() -> Answer | Response:
    """A new group, of nobody yet."""
    return _done(groups.add, _("The group is there. Put people into it from the list of contacts."))


@pages.post("/groups/<int:group>/rename")
def rename(group: int) -> Answer | Response:
    return _done(lambda name, by, now: groups.rename(group, name, by, now), _("Renamed."), f"group-{group}")


@pages.post("/groups/<int:group>/remove")
def remove(group: int) -> Answer | Response:
    """The group goes; its members stay in the contacts."""
    return _done(
        lambda name, by, now: groups.remove(group, by, now),
        _("The group is gone; its members are still in the contacts."),
        f"group-{group}",
    )


@pages.get("/contacts/fields")
def own() -> str:
    return _own()


@pages.post("/contacts/fields")
def add_field() -> Answer | Response:
    """A new field on every card."""
    kind = request.form.get("kind", "")
    return _done(
        lambda name, by, now: fields.add(name, kind, by, now), _("Every card has it now."), show=_own
    )


@pages.post("/contacts/fields/<int:field>/rename")
def rename_field(field: int) -> Answer | Response:
    return _done(
        lambda name, by, now: fields.rename(field, name, by, now), _("Renamed."), f"field-{field}", _own
    )


@pages.post("/contacts/fields/<int:field>/remove")
def remove_field(field: int) -> Answer | Response:
    """The field goes from every card, with what stood in it."""
    return _done(
        lambda name, by, now: fields.remove(field, by, now),
        _("The field is gone from every card."),
        f"field-{field}",
        _own,
    )


def _done(
    act: Callable[..., Any], said: str, form: str = "new", show: Callable[..., str] | None = None
) -> Answer | Response:
    """Do it and come back to the list; a refusal stands at the name of its form."""
    shown = show or _listing
    try:
        act(request.form.get("name", ""), sign_in.caller().source, office().clock.now())
    except GatewayError as error:
        return shown({f"{form}-name": trouble(error)}, {form: request.form.get("name", "")}), 422
    flash(said, "good")
    return redirect(url_for(".own" if shown is _own else ".listing"))


def _listing(faults: dict[str, str] | None = None, typed: dict[str, str] | None = None) -> str:
    found = groups.everything()
    return render_template(
        "groups.html",
        groups=[(group, groups.size(group.id)) for group in found],
        most=groups.COUNTED,
        faults=faults or {},
        typed=typed or {},
    )


def _own(faults: dict[str, str] | None = None, typed: dict[str, str] | None = None) -> str:
    return render_template(
        "fields.html",
        fields=fields.everything(),
        kinds=fields.KINDS,
        faults=faults or {},
        typed=typed or {},
        kind=request.form.get("kind", "text"),
    )
