"""Every time a modem was not ready, page by page: what happened, what was tried, how long it lasted."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from gateway.modems import incidents
from web.office import office

pages = Blueprint("incident_pages", __name__)

A_PAGE = 40


@pages.get("/incidents")
def listing() -> str:
    """Of all modems, or of `?modem=`."""
    modems = office().config.modem_names
    modem = request.args.get("modem", "")
    page = incidents.page(modem or None, request.args.get("cursor"), A_PAGE)
    return render_template("incidents.html", page=page, modem=modem, modems=modems)
