"""Two cards of one person become one, once somebody has read what stays."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway.contacts import book, fields, merging
from gateway.errors import GatewayError
from web import sign_in
from web.language import trouble
from web.office import office

pages = Blueprint("merge_pages", __name__)

MOST = 8  # cards to choose from

Answer = str | tuple[str, int]


@pages.get("/contacts/<number>/merge")
def choose(number: str) -> Answer:
    """Search the other card; then see what one card would say of both."""
    kept = book.get(_kept(number))
    sought, other = request.args.get("q", "").strip(), request.args.get("with", "")
    fault, foreseen = "", None
    if other:
        try:
            foreseen = merging.foresee(kept.number, _kept(other))
        except GatewayError as error:
            fault = trouble(error)
    found = book.page(sought, limit=MOST + 1).items if sought and not foreseen else []
    page = render_template(
        "merge.html",
        kept=kept,
        sought=sought,
        found=[contact for contact in found if contact.number != kept.number][:MOST],
        both=foreseen,
        own={field.id: field.name for field in fields.everything()},
        faults={"q": fault} if fault else {},
    )
    return (page, 422) if fault else page


@pages.post("/contacts/<number>/merge")
def merge(number: str) -> Response:
    gone = _kept(request.form.get("with", ""))
    card = merging.merge(_kept(number), gone, sign_in.caller().source, office().clock.now())
    flash(_("The two cards are one."), "good")
    return redirect(url_for("contact_pages.card", number=card.number))


def _kept(typed: str) -> str:
    return book.parse(typed, office().config.appliance.country)
