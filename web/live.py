"""Says whether what a page shows has changed; the page asks every two seconds and fetches itself anew.

No answer is kept open: twelve threads serve any number of pages.
"""

from __future__ import annotations

import hashlib

from flask import Blueprint, Flask, g, jsonify, request
from werkzeug.wrappers import Response

from gateway import handsets, status
from gateway.errors import GatewayError
from gateway.messages import lookup
from web import sign_in
from web.assets import ENDPOINTS
from web.office import office

routes = Blueprint("live", __name__)


# What a page shows besides messages and modems.
SHOWS = {"handsets.show": "handsets"}


def register(app: Flask) -> None:
    app.register_blueprint(routes)
    app.before_request(_note_version)


def _note_version() -> None:
    """Before the page reads anything: what changes while it is made must count as new."""
    if request.endpoint not in ENDPOINTS and sign_in.person():
        g.shows = SHOWS.get(request.endpoint or "", "")
        g.version = version(g.shows)


@routes.get("/live")
def look() -> Response:
    """{"version", "changed"}: the version now, and whether it differs from the one given."""
    current = version(request.args.get("of", ""))
    answer: Response = jsonify(version=current, changed=current != request.args.get("version"))
    return answer


def version(of: str = "") -> str:
    """A word that changes whenever messages, modems or (for `of="handsets"`) the handsets do."""
    seen = [lookup.version(), _modems()]
    if of == "handsets":
        seen.append(_handsets())
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()[:16]


def _modems() -> str:
    here = office()
    known = status.read(here.config.appliance.runtime_dir, here.clock.now())
    return repr((known.alive, known.modems))


def _handsets() -> str:
    control = office().config.demo.simulator
    try:
        return repr(handsets.look(control)) if control else ""
    except GatewayError as error:
        return error.code
