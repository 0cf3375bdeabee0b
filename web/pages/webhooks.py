"""Programs that are told what happens: who they are, whether they took it, what they answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from gateway import wake
from gateway.access import keys
from gateway.errors import Conflict, GatewayError, Invalid
from gateway.features.webhooks import hooks, log, permits
from gateway.features.webhooks.deliveries import DONE, STATES, WAITING
from gateway.features.webhooks.events import EVENTS, USUAL
from gateway.features.webhooks.targets import Allowed
from gateway.secret import appliance_secret
from gateway.store.models import Delivery, Webhook
from web import sign_in
from web.language import say, trouble
from web.office import office

pages = Blueprint("webhook_pages", __name__)

A_PAGE = 30
A_FEW = 10
PATIENCE = 6.0  # seconds for the answer to a test
LOOK = 0.1


@dataclass(frozen=True, slots=True)
class Typed:
    """A webhook's form as it is filled in, and its faults by field."""

    name: str = ""
    url: str = ""
    events: Sequence[str] = USUAL
    key: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)


class Tone(NamedTuple):
    """How the state of a delivery looks."""

    tone: str
    icon: str


TONES = {WAITING: Tone("wait", "hourglass"), DONE: Tone("good", "check")}
BAD = Tone("bad", "cross")


@pages.get("/webhooks")
def listing() -> str:
    return _listing(Typed())


@pages.post("/webhooks")
def add() -> Response | tuple[str, int]:
    here, typed = office(), _typed()
    try:
        made = hooks.add(
            typed.name, typed.url, typed.events, _by(), here.clock.now(), here.ids, typed.key or None
        )
    except (Invalid, Conflict) as error:
        return _listing(_at_fault(typed, error)), 422
    flash(_("%(name)s is told what happens from now on.", name=made.name), "good")
    return redirect(url_for(".show", uid=made.uid))


@pages.post("/webhooks/allowed")
def allow() -> Response | tuple[str, int]:
    """Where programs may be told."""
    asked, hosts = request.form, request.form.get("hosts", "")
    choice = Allowed("loopback" in asked, "private" in asked, tuple(hosts.split()))
    try:
        permits.choose(choice, _by(), office().clock.now())
    except Invalid as error:
        return _listing(Typed(), choice, trouble(error)), 422
    flash(_("Remembered."), "good")
    return redirect(url_for(".listing"))


@pages.get("/webhooks/told")
def told() -> str:
    """What all programs were told, the newest first."""
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    return render_template(
        "webhook_log.html",
        page=log.page(state=state, cursor=request.args.get("cursor"), limit=A_PAGE),
        state=state,
        states=STATES,
    )


@pages.post("/webhooks/told/again")
def replay_given_up() -> Response:
    """All that was given up, of one webhook or of everybody."""
    uid = request.form.get("webhook", "")
    try:
        count = log.replay_given_up(hooks.get(uid) if uid else None, _by(), office().clock.now())
    except Conflict as error:
        flash(trouble(error), "bad")
    else:
        _ring()
        flash(
            ngettext("%(num)s event is on its way again.", "%(num)s events are on their way again.", count),
            "good",
        )
    return redirect(url_for(".show", uid=uid) if uid else url_for(".told"))


@pages.post("/webhooks/told/<uid>/again")
def replay(uid: str) -> Response:
    back = log.get(uid)
    try:
        log.replay(uid, _by(), office().clock.now())
    except Conflict as error:
        flash(trouble(error), "bad")
    else:
        _ring()
        flash(_("It is on its way again."), "good")
    return redirect(url_for(".show", uid=back.webhook.uid) if back.webhook else url_for(".told"))


@pages.get("/webhooks/<uid>")
def show(uid: str) -> str:
    webhook = hooks.get(uid)
    key = webhook.key.name if webhook.key else ""
    return _show(webhook, Typed(webhook.name, webhook.url, webhook.events["events"], key))


@pages.post("/webhooks/<uid>")
def change(uid: str) -> Response | tuple[str, int]:
    typed = _typed()
    try:
        now = office().clock.now()
        hooks.change(uid, typed.name, typed.url, typed.events, _by(), now, typed.key or None)
    except (Invalid, Conflict) as error:
        return _show(hooks.get(uid), _at_fault(typed, error)), 422
    flash(_("Remembered."), "good")
    return redirect(url_for(".show", uid=uid))


@pages.post("/webhooks/<uid>/test")
def try_out(uid: str) -> Response:
    """Tell it something that means nothing, and wait a moment for what it says."""
    here = office()
    try:
        sent = hooks.try_out(uid, here.config.appliance, here.clock.now(), here.ids)
    except Conflict as error:
        flash(trouble(error), "bad")
        return redirect(url_for(".show", uid=uid))
    _ring()
    answered = _answered(sent)
    if answered.state == DONE:
        flash(_("It took the test, and answered %(status)s.", status=answered.status), "good")
    elif answered.error:
        flash(_("It did not take the test: %(why)s", why=say(f"untold.{answered.error}")), "bad")
    else:
        flash(_("The test is on its way; its answer will stand below."), "wait")
    return redirect(url_for(".show", uid=uid))


@pages.post("/webhooks/<uid>/secret")
def roll(uid: str) -> Response:
    hooks.roll(uid, _by(), office().clock.now())
    flash(_("It has a new secret: give it to the program."), "good")
    return redirect(url_for(".show", uid=uid))


@pages.post("/webhooks/<uid>/switch")
def switch(uid: str) -> Response:
    """On or off."""
    change = hooks.enable if request.form.get("on") else hooks.disable
    change(uid, _by(), office().clock.now())
    return redirect(url_for(".show", uid=uid))


@pages.post("/webhooks/<uid>/remove")
def remove(uid: str) -> Response:
    gone = hooks.remove(uid, _by(), office().clock.now())
    flash(_("%(name)s is told nothing any more.", name=gone.name), "good")
    return redirect(url_for(".listing"))


@pages.app_template_global()
def told_tone(delivery: Delivery) -> Tone:
    return TONES.get(delivery.state, BAD)


def _listing(typed: Typed, allowed: Allowed | None = None, fault: str = "") -> str:
    return render_template(
        "webhooks.html",
        webhooks=hooks.everything(),
        typed=typed,
        allowed=allowed or permits.read(),
        allowed_fault=fault,
        **_choices(),
    )


def _show(webhook: Webhook, typed: Typed) -> str:
    here = office()
    secret = hooks.secret(webhook, appliance_secret(here.config.appliance.data_dir, here.ids))
    return render_template(
        "webhook.html",
        webhook=webhook,
        typed=typed,
        secret=secret,
        page=log.page(webhook, cursor=request.args.get("cursor"), limit=A_FEW),
        **_choices(),
    )


def _choices() -> dict[str, object]:
    living = [key.name for key in keys.everything() if key.revoked_at is None]
    return {"events": EVENTS, "keys": living}


def _typed() -> Typed:
    name, url = (request.form.get(word, "").strip() for word in ("name", "url"))
    return Typed(name, url, request.form.getlist("events"), request.form.get("key", ""))


def _at_fault(typed: Typed, error: GatewayError) -> Typed:
    faults = {error.field or "name": trouble(error)}
    return Typed(typed.name, typed.url, typed.events, typed.key, faults)


def _answered(sent: Delivery) -> Delivery:
    clock, found = office().clock, log.get(sent.uid)
    until = clock.monotonic() + PATIENCE
    while found.state == WAITING and not found.attempts and clock.monotonic() < until:
        clock.sleep(LOOK)
        found = log.get(sent.uid)
    return found


def _by() -> str:
    return sign_in.caller().source


def _ring() -> None:
    wake.ring(office().config.appliance.runtime_dir)
