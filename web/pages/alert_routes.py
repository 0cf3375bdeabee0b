"""Where alerts of other programs go: the routes, one route with its address and what was told, a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from gateway import wake
from gateway.errors import Conflict, GatewayError, Invalid
from gateway.features.alerts import routes, telling, wording
from gateway.features.alerts.routes import PER_HOUR, REPEAT, Wish
from gateway.store.models import AlertRoute
from web import doorplate, sign_in
from web.language import trouble
from web.office import office
from web.pages import sections

pages = Blueprint("alert_route_pages", __name__)

MINUTE = 60
Refused = tuple[str, int]
Typed = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A form that was refused: its sentences by field, and what was typed."""

    faults: Mapping[str, str] = field(default_factory=dict)
    typed: Typed | None = None


@pages.get("/alert-routes")
def listing() -> str:
    return _listing(Mistake())


@pages.post("/alert-routes")
def add() -> Response | Refused:
    here = office()
    try:
        made = routes.add(_wish(), here.config.appliance, sign_in.caller().source, here.clock.now())
    except (Invalid, Conflict) as error:
        return _listing(_mistake(error)), 422
    flash(_("Written down. Now tell the other program about it."), "good")
    return redirect(url_for(".show", name=made.name))


@pages.get("/alert-routes/<name>")
def show(name: str) -> str:
    return _page(routes.get(name), Mistake())


@pages.post("/alert-routes/<name>")
def keep(name: str) -> Response | Refused:
    here, known = office(), routes.get(name)
    try:
        kept = routes.change(name, _wish(), here.config.appliance, sign_in.caller().source, here.clock.now())
    except (Invalid, Conflict) as error:
        return _page(known, _mistake(error)), 422
    flash(_("Remembered. It holds from now on."), "good")
    return redirect(url_for(".show", name=kept.name))


@pages.post("/alert-routes/<name>/test")
def test(name: str) -> Response:
    """Send a test to everybody on it."""
    here = office()
    try:
        sent = telling.test(name, sign_in.caller(), here.clock.now())
    except Conflict as error:
        flash(trouble(error), "bad")
    else:
        wake.ring(here.config.appliance.runtime_dir)
        words = ngettext(
            "The test is on its way to %(num)s person.", "The test is on its way to %(num)s people.", sent
        )
        flash(words, "good")
    return redirect(url_for(".show", name=name))


@pages.post("/alert-routes/<name>/<any(pause,resume):what>")
def pause(name: str, what: str) -> Response:
    change = routes.pause if what == "pause" else routes.resume
    change(name, sign_in.caller().source, office().clock.now())
    return redirect(url_for(".show", name=name))


@pages.post("/alert-routes/<name>/remove")
def remove(name: str) -> Response:
    routes.remove(name, sign_in.caller().source, office().clock.now())
    flash(_("The route %(name)s is removed. What was sent stays as it is.", name=name), "good")
    return redirect(url_for(".listing"))


def _wish() -> Wish:
    given = request.form
    return Wish(
        name=given.get("name", "").strip(),
        to=given.get("to", ""),
        template=given.get("template", ""),
        repeat_s=MINUTE * sections.within(given, "repeat", REPEAT[0] // MINUTE, REPEAT[1] // MINUTE),
        resolved=bool(given.get("resolved")),
        per_hour=sections.within(given, "per_hour", *PER_HOUR),
    )


def _mistake(error: GatewayError) -> Mistake:
    return Mistake({error.field or "name": trouble(error)}, request.form)


def _typed(route: AlertRoute | None) -> Typed:
    """The form as it stands, before somebody changes it."""
    wish = Wish("", "") if route is None else None
    source = route or wish
    assert source is not None
    return {
        "name": source.name,
        "to": routes.typed(route) if route else "",
        "template": source.template or wording.told("template", office().config.appliance.language),
        "repeat": str(source.repeat_s // MINUTE),
        "resolved": "on" if source.resolved else "",
        "per_hour": str(source.per_hour),
    }


def _listing(mistake: Mistake) -> str:
    return render_template(
        "alert_routes.html",
        routes=[
            (route, len(routes.numbers(route)), routes.lately(route, 1)) for route in routes.everything()
        ],
        typed=mistake.typed or _typed(None),
        faults=mistake.faults,
    )


def _page(route: AlertRoute, mistake: Mistake) -> str:
    root = doorplate.root()
    return render_template(
        "alert_route.html",
        route=route,
        people=len(routes.numbers(route)),
        lately=routes.lately(route),
        addresses={each: f"{root}/hooks/{each}/{route.name}" for each in ("alertmanager", "grafana")},
        typed=mistake.typed or _typed(route),
        faults=mistake.faults,
    )
