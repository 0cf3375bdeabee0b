"""The modems: one card each, what may be asked of them, and what happened to them.

The page asks nothing of a modem itself: it writes a request down and rings; the gateway answers in the row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway import settings, status, wake
from gateway.errors import Invalid, NotFound
from gateway.messages import lookup, numbers
from gateway.modems import alarms, calls, incidents, requests, selftest
from gateway.settings import SelfTestSetting
from gateway.status import ModemStatus
from gateway.store import database
from gateway.store.models import Alarm, ModemRequest, SelfTest
from web import sign_in
from web.language import trouble
from web.office import office
from web.pages.modem_words import anchor, words

pages = Blueprint("modem_pages", __name__)
pages.register_blueprint(words)

WELL = "ready"
TOLD = ("nothing_leaves", "self_test_failed", "resets_over")  # alarms that the link's state does not tell
NEWS = timedelta(hours=1)  # what was asked longer ago and is over is no news any more
SHOWN = 20
HOURS = [str(hour) for hour in range(24)]

Refused = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A form that was refused: whose it was, its sentences and what was typed, by the field's name."""

    modem: str = ""
    faults: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Card:
    """All that one modem's card shows."""

    modem: ModemStatus
    anchor: str
    alarms: dict[str, Alarm]  # those that stand, by kind
    asked: dict[str, ModemRequest]  # what is still news, by kind
    test: SelfTest | None
    choice: SelfTestSetting
    faults: dict[str, str]
    typed: dict[str, str]

    @property
    def told(self) -> list[Alarm]:
        """What is wrong besides the link's own trouble."""
        kinds = [kind for kind in TOLD if kind != self.modem.error]
        return [self.alarms[kind] for kind in kinds if kind in self.alarms]


@pages.get("/modems")
def show() -> str:
    return _page(Mistake())


@pages.post("/modems/<path:modem>/ussd")
def ussd(modem: str) -> Response | Refused:
    code = request.form.get("code", "").strip()
    try:
        _ask(modem, "ussd", code)
    except Invalid as error:
        return _page(Mistake(modem, {"code": trouble(error)}, {"code": code})), 422
    return _back(modem)


@pages.post("/modems/<path:modem>/<any(reset,confirm,resume,selftest):kind>")
def ask(modem: str, kind: str) -> Response:
    """What needs no more than the word."""
    _ask(modem, kind)
    said = {
        "reset": _("The modem is asked to restart."),
        "confirm": _("The SIM card is confirmed: what waits for it leaves in a moment."),
        "resume": _("The pause is over: what waits leaves in a moment."),
        "selftest": _("The test message leaves in a moment."),
    }
    flash(said[kind], "good")
    return _back(modem)


@pages.post("/modems/<path:modem>/daily-test")
def choose(modem: str) -> Response | Refused:
    """Remember whether and when the SIM writes to itself."""
    if modem not in (known := office().config.modem_names):
        raise NotFound("modem_unknown", value=modem, known=", ".join(known))
    try:
        choice = _choice(modem)
    except Invalid as error:
        name = "hour" if error.field == "hour" else "number"
        return _page(Mistake(modem, {name: trouble(error)}, {**request.form.to_dict(), "daily": "1"})), 422
    with database.transaction():
        settings.choose_self_test(modem, choice)
    if choice.hour is None:
        flash(_("There is no daily test message."), "good")
    else:
        flash(_("The test message leaves every day from %(hour)s on.", hour=f"{choice.hour:02}:00"), "good")
    return _back(modem)


def known() -> status.Status:
    """What the gateway last said of itself and of its modems."""
    return status.read(office().config.appliance.runtime_dir, office().clock.now())


def _ask(modem: str, kind: str, argument: str = "") -> None:
    here = office()
    by, names, now = sign_in.caller().source, here.config.modem_names, here.clock.now()
    requests.ask(modem, kind, argument, by, names, now, here.ids)
    wake.ring(here.config.appliance.runtime_dir)


def _back(modem: str) -> Response:
    return redirect(url_for(".show", _anchor=anchor(modem)))


def _choice(modem: str) -> SelfTestSetting:
    """The form's; raises Invalid for the hour, or for a number that is wrong or missing."""
    typed = request.form.get("number", "").strip()
    number = numbers.parse(typed, office().config.appliance.country) if typed else ""
    if not request.form.get("on"):
        return SelfTestSetting(None, number)
    if not number and not any(seen.number for seen in known().modems if seen.name == modem):
        raise Invalid("number_missing", field="number")
    hour = request.form.get("hour", "")
    if hour not in HOURS:
        raise Invalid("out_of_range", field="hour", least=0, most=23)
    return SelfTestSetting(int(hour), number)


def _page(mistake: Mistake) -> str:
    seen, standing = known(), alarms.standing()
    return render_template(
        "modems.html",
        status=seen,
        configured=office().config.modem_names,
        cards=[_card(modem, standing, mistake) for modem in seen.modems],
        incidents=incidents.recent(limit=SHOWN),
        calls=calls.recent(SHOWN),
        quarantine=lookup.quarantine(SHOWN),
    )


def _card(modem: ModemStatus, standing: list[Alarm], mistake: Mistake) -> Card:
    mine = mistake.modem == modem.name
    return Card(
        modem=modem,
        anchor=anchor(modem.name),
        alarms={alarm.kind: alarm for alarm in standing if alarm.subject == modem.name},
        asked=_news(modem.name),
        test=selftest.newest(modem.name),
        choice=settings.self_test(modem.name),
        faults=mistake.faults if mine else {},
        typed=mistake.typed if mine else {},
    )


def _news(modem: str) -> dict[str, ModemRequest]:
    """The newest request of each kind: a USSD code's for ever, the others' until they are old."""
    since = office().clock.now() - NEWS
    found = {kind: requests.last(modem, kind) for kind in requests.KINDS}
    return {
        kind: asked for kind, asked in found.items() if asked and (kind == "ussd" or asked.asked_at > since)
    }
