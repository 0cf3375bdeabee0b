"""The appointments: a week as a picture, one of them with its reminders, and those written down here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from gateway import wake
from gateway.errors import GatewayError, Invalid
from gateway.features.reminders import appointments, calendars, sheet
from gateway.features.reminders.appointments import Wish
from gateway.features.reminders.sheet import Report
from gateway.store.models import Appointment
from web import formats, sign_in
from web.language import current, say, trouble
from web.office import office
from web.pages import names, sieve, uploads
from web.tones import Look

pages = Blueprint("appointment_pages", __name__)

WEEK = 7
LOOKS = {
    "planned": Look("going", "clock"),
    "confirmed": Look("good", "check"),
    "declined": Look("bad", "cross"),
    "canceled": Look("quiet", "barred"),
    "waiting": Look("wait", "clock"),
    "sent": Look("good", "check"),
    "skipped": Look("quiet", "dot"),
    "refused": Look("bad", "barred"),
}
Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    appointments: Sequence[Appointment]


@pages.get("/appointments")
def show() -> str:
    return _page({}, {})


@pages.post("/appointments")
def add() -> Answer:
    here, given = office(), request.form
    site = here.config.appliance
    try:
        starts_at = sheet.instant(given.get("day", ""), given.get("time", ""), site)
        name, title, place = (given.get(word, "") for word in ("name", "title", "place"))
        wish = Wish(given.get("to", ""), starts_at, "", name, title, place)
        kept = appointments.put(wish, sign_in.caller().source, site, here.ids, here.clock.now())
    except Invalid as error:
        return _page(given, {FIELDS.get(error.code, error.field or "to"): trouble(error)}), 422
    wake.ring(site.runtime_dir)
    flash(_("Written down. Its reminders are below."), "good")
    return redirect(url_for(".detail", uid=kept.appointment.uid))


FIELDS = {"appointment_time": "time", "appointment_day": "day", "appointment_hour": "day"}


@pages.post("/appointments/list")
def upload() -> Answer:
    """A CSV file: each line is taken, or named with what is wrong with it."""
    if (file := uploads.given("file")) is None:
        return _page({}, {"file": _("Choose a file first.")}), 422
    try:
        report = _taken(file)
    except GatewayError as error:
        return _page({}, {"file": trouble(error)}), 422
    wake.ring(office().config.appliance.runtime_dir)
    return _page({}, {}, report)


@pages.get("/appointments/<uid>")
def detail(uid: str) -> str:
    of = appointments.get(uid)
    names.load([of.number] if of.number else [])
    return render_template(
        "appointment.html", of=of, reminders=appointments.reminders(of), looks=LOOKS, over=_is_over(of)
    )


@pages.post("/appointments/<uid>/<any(planned,confirmed,declined):state>")
def mark(uid: str, state: str) -> Response:
    """What somebody was told, by telephone perhaps."""
    here = office()
    try:
        appointments.mark(uid, state, sign_in.caller().source, here.config.appliance, here.clock.now())
    except GatewayError as error:
        flash(trouble(error), "bad")
    else:
        flash(_("Remembered."), "good")
    return redirect(url_for(".detail", uid=uid))


@pages.post("/appointments/<uid>/cancel")
def cancel(uid: str) -> Response:
    here = office()
    site = here.config.appliance
    try:
        appointments.cancel(uid, sign_in.caller().source, site, here.clock.now())
    except GatewayError as error:
        flash(trouble(error), "bad")
    else:
        wake.ring(site.runtime_dir)
        flash(_("The appointment is canceled: nobody is reminded of it any more."), "good")
    return redirect(url_for(".detail", uid=uid))


def _taken(file: FileStorage) -> Report:
    here = office()
    with uploads.on_disk(file) as path:
        by, site = sign_in.caller().source, here.config.appliance
        return sheet.take(path, by, site, here.ids, here.clock.now())


def _page(given: Mapping[str, str], faults: Mapping[str, str], report: Report | None = None) -> str:
    today = formats.local(office().clock.now()).date()
    on, fault = sieve.on(request.args.get("on", ""), today)
    first = on - timedelta(days=on.weekday())
    days = _days(first)
    found = [of for each in days for of in each.appointments]
    names.load(of.number for of in found if of.number)
    week = timedelta(days=WEEK)
    return render_template(
        "appointments.html",
        title=_("Week of %(day)s", day=format_date(first, "d MMMM y", locale=current())),
        days=days,
        following=None if found else appointments.first_after(sieve.midnight(first + week)),
        today=today,
        before=first - week,
        after=first + week,
        looks=LOOKS,
        known=calendars.everything(),
        unanswered=[of for of in found if of.state == "declined" and not _is_over(of)],
        given=given,
        faults=faults,
        report=report,
        fault_words=fault,
        most=sheet.MOST_LINES,
    )


def _days(first: date) -> list[Day]:
    found = appointments.between(sieve.midnight(first), sieve.midnight(first + timedelta(days=WEEK)))
    by_day: dict[date, list[Appointment]] = {first + timedelta(days=place): [] for place in range(WEEK)}
    for of in found:
        by_day[formats.local(of.starts_at).date()].append(of)
    return [Day(day, listed) for day, listed in by_day.items()]


def _is_over(of: Appointment) -> bool:
    return bool(of.starts_at <= office().clock.now())


@pages.app_template_filter("local_day")
def local_day(at: datetime) -> str:
    """2026-12-31, where the appliance stands."""
    return formats.local(at).date().isoformat()


@pages.app_template_global("reminder_reason")
def reminder_reason(reason: str | None) -> str:
    """Why a reminder did not leave: one of ours, or why the message was refused."""
    for table in ("reminder_why", "reason", "error"):
        code = f"{table}.{reason}"
        if reason and (said := say(code)) != code:
            return said
    return ""
