"""Texts to use again: the list, one to write or change, and how it is used."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway.contacts import library, templates
from gateway.contacts.templates import KINDS, Wording
from gateway.errors import Conflict, GatewayError
from gateway.messages.texts import preview
from web import sign_in
from web.language import NAMES, current, trouble
from web.office import office
from web.pages import form
from web.pages.letter import CATEGORIES

pages = Blueprint("template_pages", __name__)

Answer = str | tuple[str, int]


@pages.get("/templates")
def listing() -> str:
    return render_template("templates.html", kinds=[(kind, templates.everything(kind)) for kind in KINDS])


@pages.get("/templates/new")
def blank() -> str:
    kind = request.args.get("kind", "")
    return _form(Wording("", request.args.get("text", ""), kind if kind in KINDS else KINDS[0]))


@pages.get("/templates/library")
def shelf() -> str:
    """The texts that come along, by trade."""
    asked = request.args.get("language", "")
    language, site = asked if asked in NAMES else current(), office().config.appliance
    trades = library.trades(language)
    wanted = request.args.get("trade", "")
    trade = next((each for each in trades if each.code == wanted), trades[0])
    return render_template(
        "library.html",
        languages=NAMES,
        chosen=language,
        trades=trades,
        trade=trade,
        texts=[(text, library.reads(text, site)) for text in trade.texts],
        known={each.name.casefold() for each in templates.everything()},
    )


@pages.post("/templates/library")
def take() -> Response:
    """One of them becomes the shop's own, and is shown to be filled in."""
    here, given = office(), request.form
    key, language = given.get("key", ""), given.get("language", "")
    try:
        made = library.add(key, language, here.config.appliance, sign_in.caller().source, here.clock.now())
    except Conflict as error:
        flash(trouble(error), "bad")
        return redirect(url_for(".shelf", trade=key.partition(".")[0], language=language))
    flash(_("It is yours now. Where ___ stands, fill in what fits before you send it."), "good")
    return redirect(url_for(".show", template=made.id))


@pages.get("/templates/<int:template>")
def show(template: int) -> str:
    known = templates.get(template)
    return _form(Wording(known.name, known.text, known.kind, known.category), template)


@pages.post("/templates/new")
def add() -> Answer | Response:
    return _keep(None)


@pages.post("/templates/<int:template>")
def keep(template: int) -> Answer | Response:
    return _keep(template)


@pages.post("/templates/<int:template>/remove")
def remove(template: int) -> Response:
    """The way back is on the page that follows: the text is offered once more."""
    removed = templates.remove(template, sign_in.caller().source, office().clock.now())
    flash(_("“%(name)s” is removed. What was sent with it stays as it is.", name=removed.name), "good")
    return redirect(url_for(".listing"))


def _keep(template: int | None) -> Answer | Response:
    given = request.form
    wording = Wording(*(given.get(name, "") for name in ("name", "text", "kind", "category")))
    try:
        templates.save(wording, sign_in.caller().source, office().clock.now(), template)
    except GatewayError as error:
        return _form(wording, template, {error.field or "form": trouble(error)}), 422
    flash(_("Written down."), "good")
    return redirect(url_for(".listing"))


def _form(wording: Wording, template: int | None = None, faults: dict[str, str] | None = None) -> str:
    try:
        seen = preview(wording.text)
    except GatewayError:
        seen = preview("")
    return render_template(
        "template.html",
        wording=wording,
        template=template,
        faults=faults or {},
        kinds=KINDS,
        categories=CATEGORIES,
        offered=form.offered(),
        preview=seen,
    )
