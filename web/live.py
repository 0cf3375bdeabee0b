"""Says when what a page shows has changed; the page fetches itself anew.

A page that is looked at listens to `/live/events` (server-sent events); at most six at a time, since each
keeps a thread.  The others, and browsers without such events, ask `/live` every two seconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from flask import Blueprint, Flask, g, jsonify, request
from werkzeug.wrappers import Response

from gateway import handsets, status
from gateway.access import sessions
from gateway.backup import nightly, shelf
from gateway.contacts.imports import jobs
from gateway.errors import GatewayError
from gateway.features.automations import verbs as automations
from gateway.features.campaigns import verbs as campaigns
from gateway.features.reminders import appointments
from gateway.features.surveys import verbs as surveys
from gateway.messages import conversations, lookup
from gateway.modems import alarms, calls, incidents, requests, selftest
from gateway.store import database
from web import sign_in
from web.assets import ENDPOINTS
from web.memory import Kept
from web.office import office
from web.watch import Ear, Seen, Watch

routes = Blueprint("live", __name__)

HEARTBEAT = 12.0  # seconds: a line that says nothing, so that nobody in between takes the stream for dead
RETRY = 2000  # milliseconds after which a browser comes back
STREAM = {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}

# What a page shows besides messages and the state of the modems.
SHOWS = {
    "alarm_pages.listing": "alarms",
    "appointment_pages.detail": "appointments",
    "appointment_pages.show": "appointments",
    "automation_pages.listing": "automations",
    "automation_pages.runs": "automations",
    "automation_pages.show": "automations",
    "backup_pages.show": "backups",
    "calendar_source_pages.listing": "appointments",
    "calendar_source_pages.show": "appointments",
    "campaign_pages.listing": "campaigns",
    "campaign_pages.show": "campaigns",
    "conversations.listing": "colleagues",
    "conversations.thread": "colleagues",
    "handsets.show": "handsets",
    "home.show": "alarms",
    "import_pages.show": "imports",
    "incident_pages.listing": "modems",
    "modem_pages.show": "modems",
    "survey_pages.listing": "surveys",
    "survey_pages.show": "surveys",
}


def register(app: Flask) -> None:
    app.register_blueprint(routes)
    app.before_request(_note_version)


def close(app: Flask) -> None:
    """Let every stream end at once: the server leaves."""
    watching.of(app).close()


def _note_version() -> None:
    """Before the page reads anything: what changes while it is made must count as new."""
    if request.endpoint not in ENDPOINTS and request.blueprint != routes.name and sign_in.person():
        g.shows = SHOWS.get(request.endpoint or "", "")
        g.version = version(g.shows)


@routes.get("/live")
def look() -> Response:
    """{"version", "changed"}: the version now, and whether it differs from the one given."""
    current = version(request.args.get("of", ""))
    answer: Response = jsonify(version=current, changed=current != request.args.get("version"))
    return answer


@routes.get("/live/events")
def follow() -> Response:
    """The versions as they come; 503 where no place is free."""
    of, known = request.args.get("of", ""), request.args.get("version", "")
    known = request.headers.get("Last-Event-ID") or known  # the same browser, back again
    token = sign_in.token()
    gone = request.environ.get("waitress.client_disconnected", bool)  # another server tells at the next line
    ear, watch = Ear(of if of in BESIDES else "", token, known, gone), watching()
    if not watch.listen(ear):
        return Response(status=503, headers={"Retry-After": "60"})
    answer = Response(_stream(watch, ear, known), headers=STREAM)
    answer.call_on_close(lambda: watch.leave(ear))
    return answer


def version(of: str = "") -> str:
    """A word that changes whenever messages, modems or what the page shows besides (`of`) do."""
    seen = [lookup.version(), _modems()]
    if of in BESIDES:
        seen.append(BESIDES[of]())
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()[:16]


def _stream(watch: Watch, ear: Ear, known: str) -> Iterator[str]:
    """Knows nothing of the request, which is over: its place is given up by whoever ends the answer."""
    yield f"retry: {RETRY}\n\n"
    while (heard := watch.hear(ear, known, HEARTBEAT)) is not None:
        yield ":\n\n" if heard == known else f"id: {heard}\ndata: {heard}\n\n"
        known = heard
    if ear.over:
        yield "event: over\ndata: signed out\n\n"


def _look(app: Flask, ears: Sequence[Ear]) -> Seen:
    with app.app_context(), database.connection():
        now = office().clock.now()
        tokens = {ear.token for ear in ears}
        return Seen(
            versions={of: version(of) for of in {ear.of for ear in ears}},
            standing={token for token in tokens if sessions.find(token, now)},
        )


watching = Kept(lambda app: Watch(lambda ears: _look(app, ears)))


def _modems() -> str:
    here = office()
    known = status.read(here.config.appliance.runtime_dir, here.clock.now())
    clock = known.clock
    return repr((known.alive, known.modems, clock.trusted, clock.source, clock.doubt))


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
    here = office()
    control = here.config.demo.simulator
    lamps = status.read(here.config.appliance.runtime_dir, here.clock.now()).panel
    try:
        return repr((handsets.look(control), lamps)) if control else ""
    except GatewayError as error:
        return error.code


def _backups() -> str:
    site = office().config.appliance
    return repr((shelf.names(site), shelf.progress(site), nightly.remembered()))


def _campaigns() -> str:
    """Who was gathered, and where each campaign stands."""
    return repr([(each.id, each.state, each.people, each.split) for each in campaigns.everything()])


BESIDES = {
    "alarms": _alarms,
    "appointments": appointments.version,
    "automations": automations.version,
    "backups": _backups,
    "campaigns": _campaigns,
    "colleagues": conversations.version,
    "handsets": _handsets,
    "imports": jobs.newest,
    "modems": _desk,
    "surveys": surveys.version,
}
