"""Where appointments come from: the addresses, when people are reminded, and in which words."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from gateway import digits, wake
from gateway.errors import GatewayError, Invalid
from gateway.features.reminders import calendars, wording
from gateway.features.reminders.calendars import Wish
from gateway.features.reminders.hours import When
from gateway.store.models import Calendar, ReminderRule
from web import formats, sign_in
from web.language import current, trouble
from web.office import office
from web.pages import sections

pages = Blueprint("calendar_source_pages", __name__)

Answer = str | Response | tuple[str, int]
Faults = Mapping[str, str]
OFFERED = {
    "fr": ("prénom", "quand", "date", "heure", "lieu", "motif", "boutique"),
    "en": ("first name", "when", "date", "hour", "place", "subject", "shop"),
}
NEW = "new"  # the form of a reminder more; the others are known by their rule
USUAL = ("reminder", "moved", "canceled", "confirmed", "declined")  # the texts that there are
TIMES = ("night_from", "night_to", "evening_at")
HOUR = 60


@pages.get("/appointments/calendars")
def listing() -> str:
    return _listing({}, {})


@pages.post("/appointments/calendars")
def add() -> Answer:
    here, given = office(), request.form
    try:
        wish = Wish(given.get("name", ""), given.get("url", ""))
        made = calendars.add(wish, sign_in.caller().source, here.clock.now(), here.ids)
    except GatewayError as error:
        return _listing({error.field or "name": trouble(error)}, given), 422
    _ring()
    flash(_("Written down. It is read now; people are reminded the day before at 18:00."), "good")
    return redirect(url_for(".show", uid=made.uid))


@pages.get("/appointments/calendars/<uid>")
def show(uid: str) -> str:
    return _page(calendars.get(uid), {})


@pages.post("/appointments/calendars/<uid>")
def keep(uid: str) -> Answer:
    here = office()
    try:
        site, now = here.config.appliance, here.clock.now()
        calendars.change(uid, _wish(request.form), sign_in.caller().source, site, now)
    except GatewayError as error:
        return _page(calendars.get(uid), {error.field or "name": trouble(error)}), 422
    return _done(uid, _("Remembered. It holds from now on."))


@pages.post("/appointments/calendars/<uid>/rules")
def save_rule(uid: str) -> Answer:
    here, given = office(), request.form
    rule = digits.number(given.get("rule", ""))
    try:
        text = given.get("text", "")
        calendars.save_rule(uid, _when(given), text, here.config.appliance, here.clock.now(), rule)
    except GatewayError as error:
        place = str(rule or NEW)
        faults = {f"{error.field or 'kind'}-{place}": trouble(error)}
        return _page(calendars.get(uid), faults, place), 422
    return _done(uid, _("Remembered. What waits follows it."))


@pages.post("/appointments/calendars/<uid>/rules/<int:rule>/remove")
def remove_rule(uid: str, rule: int) -> Response:
    here = office()
    calendars.remove_rule(uid, rule, here.config.appliance, here.clock.now())
    return _done(uid, _("Removed. What waited by it does not leave."))


@pages.post("/appointments/calendars/<uid>/fetch")
def fetch(uid: str) -> Response:
    calendars.fetch_now(uid, office().clock.now())
    return _done(uid, _("It is read now; come back in a moment."))


@pages.post("/appointments/calendars/<uid>/<any(canceled,standing):what>")
def decide(uid: str, what: str) -> Response:
    """What many that vanished at once are."""
    here = office()
    by, site, now = sign_in.caller().source, here.config.appliance, here.clock.now()
    count = calendars.decide(uid, what == "canceled", by, site, now)
    if what == "canceled":
        words = ngettext("%(num)s appointment is canceled.", "%(num)s appointments are canceled.", count)
    else:
        words = ngettext("%(num)s appointment stands.", "%(num)s appointments stand.", count)
    return _done(uid, words)


@pages.post("/appointments/calendars/<uid>/remove")
def remove(uid: str) -> Response:
    gone = calendars.remove(uid, sign_in.caller().source, office().clock.now())
    flash(_("%(name)s is removed, and what waited for its appointments.", name=gone.name), "good")
    return redirect(url_for(".listing"))


# ---- what was typed --------------------------------------------------------------------------------


def _wish(given: Mapping[str, str]) -> Wish:
    return Wish(
        name=given.get("name", ""),
        url=given.get("url", "").strip() or None,
        every_min=sections.within(given, "every_min", *calendars.EVERY),
        say_moved=bool(given.get("say_moved")),
        moved_text=_own(given, "moved_text", "moved"),
        say_canceled=bool(given.get("say_canceled")),
        canceled_text=_own(given, "canceled_text", "canceled"),
        confirmed_text=_own(given, "confirmed_text", "confirmed"),
        declined_text=_own(given, "declined_text", "declined"),
        **{name: _minute(given, name) for name in TIMES},
    )


def _when(given: Mapping[str, str]) -> When:
    if given.get("kind") == "hours":
        return When(None, 0, HOUR * sections.within(given, "hours", 1, calendars.BEFORE[1] // HOUR))
    return When(sections.within(given, "days", 0, 30), _minute(given, "at_min"))


def _own(given: Mapping[str, str], name: str, key: str) -> str:
    """The text, or "" for the usual one."""
    typed = given.get(name, "").strip()
    return "" if typed == wording.usual(key, office().config.appliance.language) else typed


def _minute(given: Mapping[str, str], name: str) -> int:
    """The minute of the day of a field of time."""
    typed = given.get(name, "").strip()
    before, _sign, after = typed.partition(":")
    hour, minute = digits.number(before, 2), digits.number(after[:2])
    if hour is None or minute is None or hour >= 24 or minute >= 60:
        raise Invalid("appointment_time", field=name, value=typed)
    return hour * HOUR + minute


# ---- what is shown -----------------------------------------------------------------------------------


def _done(uid: str, words: str) -> Response:
    _ring()
    flash(words, "good")
    return redirect(url_for(".show", uid=uid))


def _ring() -> None:
    wake.ring(office().config.appliance.runtime_dir)


def _listing(faults: Faults, given: Mapping[str, str]) -> str:
    known = calendars.everything()
    return render_template("appointment_calendars.html", known=known, faults=faults, given=given)


def _page(calendar: Calendar, faults: Faults, place: str = "") -> str:
    """`place`: the form of a reminder that is at fault, "" for that of the calendar."""
    language = office().config.appliance.language
    return render_template(
        "appointment_calendar.html",
        calendar=calendar,
        rules=list(calendar.rules.order_by(ReminderRule.id)),
        missing=calendars.missing(calendar, office().clock.now()) if calendar.doubtful else [],
        usual={key: wording.usual(key, language) for key in USUAL},
        offered=OFFERED[current()],
        faults=faults,
        place=place,
        new=NEW,
        given=request.form if faults else {},
    )


@pages.app_template_global("rule_words")
def rule_words(rule: ReminderRule) -> str:
    """When it leaves, in words."""
    if rule.days is None:
        hours = (rule.minutes or 0) // HOUR
        return ngettext("%(num)s hour before", "%(num)s hours before", hours)
    at = formats.minute_of_day(rule.at_min or 0)
    if rule.days == 0:
        return _("The same day at %(at)s", at=at)
    return ngettext("%(num)s day before, at %(at)s", "%(num)s days before, at %(at)s", rule.days, at=at)


@pages.app_template_filter("address_hint")
def address_hint(url: str) -> str:
    """Whose address it is, without its secret."""
    return calendars.masked(url)
