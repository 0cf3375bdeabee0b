"""The modems: one card each, what may be asked of them, and what happened to them.

The page asks nothing of a modem itself: it writes a request down and rings; the gateway answers in the row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway import audit, settings, status, wake
from gateway.errors import Conflict, Invalid, NotFound
from gateway.figures import signals
from gateway.messages import lookup, numbers
from gateway.modems import alarms, budgets, calls, incidents, requests, selftest
from gateway.modems.budgets import Notice
from gateway.settings import RouteSetting, SelfTestSetting
from gateway.status import ModemStatus
from gateway.store import database
from gateway.store.models import Alarm, ModemRequest, SelfTest
from web import charts, sign_in
from web.charts import Strengths
from web.language import trouble
from web.office import office
from web.pages import balances, pins
from web.pages import budgets as budget_forms
from web.pages.budgets import BudgetCard
from web.pages.modem_words import anchor, words

pages = Blueprint("modem_pages", __name__)
pages.register_blueprint(words)
pages.register_blueprint(pins.pages)
pages.register_blueprint(balances.pages)

WELL = "ready"
# Alarms that the link's state does not tell.
TOLD = ("nothing_leaves", "self_test_failed", "resets_over", "budget_over", "budget_near")
NEWS = timedelta(hours=1)  # what was asked longer ago and is over is no news any more
SHOWN = 20
NEWEST = 5  # incidents: all of them have a page
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
    prefixes: str  # the beginnings of the numbers that its SIM is for
    budget: BudgetCard
    strength: Strengths
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


@pages.post("/modems/<path:modem>/pin")
def pin(modem: str) -> Response | Refused:
    """Keep the PIN for which the SIM asks; the link takes it at its next try."""
    try:
        pins.give(modem)
    except (Invalid, Conflict) as error:
        return _page(Mistake(modem, {"pin": trouble(error)})), 422
    return _back(modem)


@pages.post("/modems/<path:modem>/balance")
def balance(modem: str) -> Response:
    """Dial the operator's code for the balance: nobody but a person ever does."""
    try:
        _ask(modem, "ussd", balances.code_for(_seen(modem)))
    except Conflict as error:
        flash(trouble(error), "bad")
    return _back(modem)


@pages.post("/modems/<path:modem>/balance-code")
def balance_code(modem: str) -> Response | Refused:
    """Remember the code for the balance."""
    _must_be_known(modem)
    try:
        balances.remember(_seen(modem))
    except Invalid as error:
        typed = {"balance_code": request.form.get("balance_code", "")}
        return _page(Mistake(modem, {"balance_code": trouble(error)}, typed)), 422
    except Conflict as error:
        flash(trouble(error), "bad")
    return _back(modem)


@pages.post("/modems/<path:modem>/daily-test")
def choose(modem: str) -> Response | Refused:
    """Remember whether and when the SIM writes to itself."""
    _must_be_known(modem)
    try:
        choice = _choice(modem)
    except Invalid as error:
        name = "hour" if error.field == "hour" else "number"
        return _page(Mistake(modem, {name: trouble(error)}, {**request.form.to_dict(), "daily": "1"})), 422
    with database.transaction():
        settings.choose_self_test(modem, choice)
        _note(f"self_test.{modem}")
    if choice.hour is None:
        flash(_("There is no daily test message."), "good")
    else:
        flash(_("The test message leaves every day from %(hour)s on.", hour=f"{choice.hour:02}:00"), "good")
    return _back(modem)


@pages.post("/modems/<path:modem>/route")
def route(modem: str) -> Response | Refused:
    """Remember which numbers the SIM is for."""
    _must_be_known(modem)
    typed = request.form.get("prefixes", "")
    try:
        choice = RouteSetting(numbers.prefixes(typed))
    except Invalid as error:
        return _page(Mistake(modem, {"prefixes": trouble(error)}, {"prefixes": typed})), 422
    with database.transaction():
        settings.choose_route(modem, choice)
        _note(f"route.{modem}")
    if choice.prefixes:
        prefixes = ", ".join(choice.prefixes)
        flash(_("This SIM card is for numbers that begin with %(prefixes)s.", prefixes=prefixes), "good")
    else:
        flash(_("This SIM card is for every number."), "good")
    return _back(modem)


@pages.post("/modems/<path:modem>/budget")
def budget(modem: str) -> Response | Refused:
    """Remember how much the SIM may send."""
    _must_be_known(modem)
    try:
        limits = budget_forms.chosen(request.form)
        with database.transaction():
            budgets.choose(modem, limits, sign_in.caller().source, office().clock.now())
    except Invalid as error:
        typed = {**request.form.to_dict(), "budget": "1"}
        return _page(Mistake(modem, {f"budget_{error.field}": trouble(error)}, typed)), 422
    wake.ring(office().config.appliance.runtime_dir)
    flash(_("The budget of this SIM card is chosen."), "good")
    return _back(modem)


@pages.post("/modems/<path:modem>/notice")
def notice(modem: str) -> Response:
    """Remember who has read what a number in 06 or 07 may send."""
    _must_be_known(modem)
    concerned = notices().get(modem)
    if concerned is not None:
        with database.transaction():
            by, now = sign_in.caller().source, office().clock.now()
            budgets.accept_notice(modem, concerned.number, by, now)
    return _back(modem)


def notices() -> dict[str, Notice]:
    """The modems whose SIM shows a number in 06 or 07, and how each stands."""
    now, seen = office().clock.now(), known().modems
    found = {one.name: budgets.notice(one.name, _own_number(one.name, one.number), now) for one in seen}
    return {modem: concerned for modem, concerned in found.items() if concerned is not None}


def unnumbered() -> set[str]:
    """The modems of a French appliance whose SIM's own number nobody knows: it may be one in 06 or 07."""
    if office().config.appliance.country != "FR":
        return set()
    return {one.name for one in known().modems if not _own_number(one.name, one.number)}


def known() -> status.Status:
    """What the gateway last said of itself and of its modems."""
    return status.read(office().config.appliance.runtime_dir, office().clock.now())


def _seen(modem: str) -> ModemStatus | None:
    """What the gateway last said of this one."""
    return next((one for one in known().modems if one.name == modem), None)


def _ask(modem: str, kind: str, argument: str = "") -> None:
    here = office()
    by, names, now = sign_in.caller().source, here.config.modem_names, here.clock.now()
    requests.ask(modem, kind, argument, by, names, now, here.ids)
    wake.ring(here.config.appliance.runtime_dir)


def _note(setting: str) -> None:
    audit.write(sign_in.caller().source, "settings_changed", office().clock.now(), shown=setting)


def _must_be_known(modem: str) -> None:
    if modem not in (configured := office().config.modem_names):
        raise NotFound("modem_unknown", value=modem, known=", ".join(configured))


def _own_number(modem: str, told: str) -> str:
    """The SIM's own number, as it says or as somebody typed it."""
    return told or settings.self_test(modem).number


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
        incidents=incidents.recent(limit=NEWEST),
        calls=calls.recent(SHOWN),
        quarantine=lookup.quarantine(SHOWN),
        figures="days" if _by_day() else "hours",
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
        prefixes=", ".join(settings.route(modem.name).prefixes),
        budget=_budget(modem),
        strength=_strength(modem.name),
        faults=mistake.faults if mine else {},
        typed=mistake.typed if mine else {},
    )


def _budget(modem: ModemStatus) -> BudgetCard:
    zone, now = office().config.appliance.timezone, office().clock.now()
    return budget_forms.card(modem.name, _own_number(modem.name, modem.number), zone, now)


def _strength(modem: str) -> Strengths:
    begins = charts.reach(_by_day(), office().clock.now())
    return charts.strengths(begins, signals.over(modem, begins), _by_day())


def _by_day() -> bool:
    return request.args.get("figures") == "days"


def _news(modem: str) -> dict[str, ModemRequest]:
    """The newest request of each kind: a USSD code's for ever, the others' until they are old."""
    since = office().clock.now() - NEWS
    found = {kind: requests.last(modem, kind) for kind in requests.KINDS}
    return {
        kind: asked for kind, asked in found.items() if asked and (kind == "ussd" or asked.asked_at > since)
    }
