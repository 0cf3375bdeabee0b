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
from gateway.modems import alarms, calls, incidents, requests, selftest
from web import sign_in
from web.assets import ENDPOINTS
from web.office import office

routes = Blueprint("live", __name__)


# What a page shows besides messages and the state of the modems.
SHOWS = {"handsets.show": "handsets", "home.show": "alarms", "modem_pages.show": "modems"}


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
    """A word that changes whenever messages, modems or what the page shows besides (`of`) do."""
    seen = [lookup.version(), _modems()]
    besides = {"handsets": _handsets, "alarms": _alarms, "modems": _desk}.get(of)
    if besides:
        seen.append(besides())
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()[:16]


def _modems() -> str:
    here = office()
    known = status.read(here.config.appliance.runtime_dir, here.clock.now())
    return repr((known.alive, known.modems))


def _alarms() -> str:
    return repr([(alarm.id, alarm.facts) for alarm in alarms.standing()])


def _desk() -> str:
    """What was asked of the modems, and what happened to them."""
    seen: list[object] = [_alarms(), [call.id for call in calls.recent(1)]]
    seen += [(each.id, each.tried, each.uncertain, each.ended_at) for each in incidents.recent()]
    for modem in office().config.modem_names:
        asked = [requests.last(modem, kind) for kind in requests.KINDS]
        seen += [(each.id, each.state) for each in asked if each]
        if test := selftest.newest(modem):
            seen.append((test.id, test.result))
    return repr(seen)


def _handsets() -> str:
    control = office().config.demo.simulator
    try:
        return repr(handsets.look(control)) if control else ""
    except GatewayError as error:
        return error.code
