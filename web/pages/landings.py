"""Landing pages: all of them, one to write or change, how it looks, how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from babel.dates import format_datetime
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway.errors import GatewayError, Invalid
from gateway.features.landings import colours, pictures, verbs
from gateway.features.landings.verbs import Paper
from gateway.store.models import Landing
from web import formats, short, sign_in
from web.language import current, trouble
from web.office import office
from web.pages import uploads

pages = Blueprint("landing_pages", __name__)

Answer = str | tuple[str, int]


@pages.get("/landings")
def listing() -> str:
    now = office().clock.now()
    found = [(page, verbs.state(page, now)) for page in verbs.everything()]
    return render_template("landings.html", landings=found)


@pages.get("/landings/new")
def blank() -> str:
    return _form(None, {"colour": colours.USUAL})


@pages.post("/landings/new")
def add() -> Answer | Response:
    given, by, now = request.form, sign_in.caller().source, office().clock.now()
    try:
        made = verbs.add(_paper(given), by, now, given.get("name", ""), _picture())
    except GatewayError as error:
        return _form(None, given, {error.field or "form": trouble(error)}), 422
    flash(
        _("The page is there. Write {page:%(name)s} in a text where its link belongs.", name=made.slug),
        "good",
    )
    return redirect(url_for(".edit", name=made.slug))


@pages.get("/landings/<name>")
def edit(name: str) -> str:
    page = verbs.find(name)
    return _form(page, _given(page))


@pages.post("/landings/<name>")
def keep(name: str) -> Answer | Response:
    given, by, now = request.form, sign_in.caller().source, office().clock.now()
    page = verbs.find(name)
    try:
        verbs.change(name, _paper(given), by, now, _picture(), bool(given.get("without_picture")))
    except GatewayError as error:
        return _form(page, given, {error.field or "form": trouble(error)}), 422
    flash(_("Written down."), "good")
    return redirect(url_for(".edit", name=name))


@pages.get("/landings/<name>/preview")
def preview(name: str) -> str:
    """As whoever comes sees it, whatever its state; nothing is counted."""
    return short.shown(verbs.find(name), look=True)


@pages.post("/landings/<name>/close")
def close(name: str) -> Response:
    verbs.close(name, sign_in.caller().source, office().clock.now())
    flash(_("It is closed: whoever comes reads that the offer is over."), "good")
    return redirect(url_for(".edit", name=name))


@pages.post("/landings/<name>/reopen")
def reopen(name: str) -> Response:
    verbs.reopen(name, sign_in.caller().source, office().clock.now())
    flash(_("It is open again."), "good")
    return redirect(url_for(".edit", name=name))


@pages.post("/landings/<name>/remove")
def remove(name: str) -> Response:
    """Only where no link that was sent leads to it."""
    try:
        removed = verbs.remove(name, sign_in.caller().source, office().clock.now())
    except GatewayError as error:
        flash(trouble(error), "bad")
        return redirect(url_for(".edit", name=name))
    flash(_("The page “%(title)s” is gone.", title=removed.title), "good")
    return redirect(url_for(".listing"))


def _form(page: Landing | None, given: Mapping[str, str], faults: dict[str, str] | None = None) -> str:
    here = office()
    return render_template(
        "landing.html",
        page=page,
        given=given,
        faults=faults or {},
        state=verbs.state(page, here.clock.now()) if page is not None else "",
        public_url=here.config.web.public_url,
        most=pictures.MOST_OCTETS // 1024,
    )


def _given(page: Landing) -> dict[str, str]:
    ends = formats.local(page.ends_at).strftime(formats.FIELD) if page.ends_at is not None else ""
    names = ("title", "text", "button", "button_url", "colour")
    return {**{name: getattr(page, name) for name in names}, "ends_at": ends}


def _paper(given: Mapping[str, str]) -> Paper:
    ends = given.get("ends_at", "").strip()
    try:
        ends_at = formats.read_local(ends) if ends else None
    except ValueError as error:
        raise Invalid("time_unreadable", field="ends_at", value=ends) from error
    names = ("title", "button", "button_url")
    told = {name: given.get(name, "") for name in names}
    text = given.get("text", "").replace("\r\n", "\n")
    return Paper(**told, text=text, ends_at=ends_at, colour=given.get("colour", ""))


def _picture() -> bytes | None:
    """What was chosen on the page; None where nothing was."""
    file = uploads.given("picture")
    return file.stream.read() if file is not None else None


@pages.app_template_global("until")
def until(at: datetime) -> str:
    """The day and the hour at which an offer ends, as this page's readers write them."""
    return str(format_datetime(formats.local(at), _("EEEE d MMMM, HH:mm"), locale=current()))
