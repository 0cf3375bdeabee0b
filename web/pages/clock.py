"""A person's word that the clock is right; the first page asks for it where nobody else vouches."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway import trust, wake
from gateway.clock import boot_id
from web import sign_in
from web.office import office
from web.pages.modems import known

pages = Blueprint("clock_pages", __name__)


@pages.post("/clock/confirm")
def confirm() -> Response:
    """Remember it, until the clock is set or the machine starts anew."""
    here = office()
    now, monotonic = here.clock.now(), here.clock.monotonic()
    trust.confirm(sign_in.caller().source, boot_id(), now, monotonic, known().clock)
    wake.ring(here.config.appliance.runtime_dir)
    flash(_("You vouch for the hour: what waited for it goes on in a moment."), "good")
    return redirect(url_for("home.show"))
