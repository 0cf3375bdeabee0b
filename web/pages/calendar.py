"""What is going to leave and when: a month, a week by its hours, or the messages of one day; and the
occasions of these days, each with the way to a campaign about it."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from babel.dates import format_date, format_skeleton, get_day_names
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway.errors import GatewayError, Invalid
from gateway.features.campaigns import occasions
from gateway.features.campaigns.occasions import Marked
from gateway.messages import planning
from gateway.messages.planning import Day, Hour
from gateway.policy.categories import CATEGORIES
from web import formats, sign_in
from web.language import current, say, trouble
from web.office import office
from web.pages import names, sieve

pages = Blueprint("calendar_pages", __name__)

VIEWS = ("month", "week", "day")
WEEK = 7
A_PAGE = 60
MORNING = time(10)  # of the day that is offered for a campaign


@dataclass(frozen=True, slots=True)
class Span:
    """What is shown: `first` and so many days, its name, and a day of the span before and after it."""

    view: str
    on: date
    first: date
    days: int
    title: str
    before: date
    after: date


@dataclass(frozen=True, slots=True)
class Occasion:
    """One of the days shown, in words; `leave`: where a campaign about it begins, "" once it is over."""

    marked: Marked
    words: str
    leave: str


@pages.get("/calendar")
def show() -> str:
    return _show({})


@pages.post("/calendar/dates")
def add_date() -> tuple[str, int] | Response:
    given = request.form
    try:
        day = sieve.day(given.get("day", ""))
        by, now = sign_in.caller().source, office().clock.now()
        added = occasions.add(given.get("name", ""), day, "yearly" in given, by, now)
    except GatewayError as error:
        return _show({error.field or "form": trouble(error)}), 422
    flash(_("“%(name)s” is in the calendar.", name=added.name), "good")
    return redirect(calendar_address("month", day))


@pages.post("/calendar/dates/<int:own>/remove")
def remove_date(own: int) -> Response:
    gone = occasions.remove(own, sign_in.caller().source, office().clock.now())
    flash(_("“%(name)s” is out of the calendar.", name=gone.name), "good")
    return redirect(url_for(".show"))


def _show(faults: dict[str, str]) -> str:
    site, today = office().config.appliance, formats.local(office().clock.now()).date()
    on, fault = sieve.on(request.args.get("on", ""), today)
    view = request.args.get("view", "")
    span = SPANS[view if view in VIEWS else "month"](on)
    days = planning.days(span.first, span.days, site)
    return render_template(
        "calendar.html",
        span=span,
        days=days,
        today=today,
        hours=_hours(days) if span.view == "week" else {},
        views=VIEWS,
        weekdays=_weekdays(),
        fault_words=fault,
        occasions=_occasions(span, today),
        faults=faults,
        **(_agenda(on) if span.view == "day" else {}),
    )


def _agenda(day: date) -> dict[str, object]:
    """The messages of that day, of the category in the address or of all."""
    chosen, cursor = request.args.get("category", ""), request.args.get("cursor")
    categories = (chosen,) if chosen in CATEGORIES else ()
    site = office().config.appliance
    try:
        agenda = planning.agenda(day, site, categories, cursor, A_PAGE)
    except Invalid:
        agenda = planning.agenda(day, site, categories, None, A_PAGE)
    names.load(message.recipient for message in agenda.items)
    return {"agenda": agenda, "chosen": chosen if categories else "", "categories": CATEGORIES}


def _occasions(span: Span, today: date) -> list[Occasion]:
    """Those of the days shown; of a month, only of its own days."""
    first, last = span.first, span.first + timedelta(days=span.days - 1)
    if span.view == "month":
        first, last = span.before + timedelta(days=1), span.after - timedelta(days=1)
    found = occasions.within(first, last, office().config.appliance)
    return [_occasion(one, today) for one in found]


def _occasion(one: Marked, today: date) -> Occasion:
    words = say(f"occasion.{one.code}") if one.code else one.name
    if one.last <= today:
        return Occasion(one, words, "")
    best = occasions.best_day(one, today, office().config.appliance)
    at = datetime.combine(best, MORNING).isoformat(timespec="minutes")
    name = f"{words} {one.first.year}"
    return Occasion(one, words, url_for("campaign_pages.blank", name=name, at=at))


def _hours(days: list[Day]) -> dict[date, list[Hour]]:
    site = office().config.appliance
    return {each.day: planning.hours(each.day, site) for each in days if each.counts}


# ---- what is shown -------------------------------------------------------------------------------


def _month(on: date) -> Span:
    """Whole weeks, from the Monday on or before the first of the month."""
    begin = on.replace(day=1)
    end = begin + timedelta(days=monthrange(on.year, on.month)[1])
    first = begin - timedelta(days=begin.weekday())
    weeks = -(-(end - first).days // WEEK)
    title = str(format_skeleton("yMMMM", begin, locale=current()))
    return Span("month", on, first, weeks * WEEK, title, begin - timedelta(days=1), end)


def _week(on: date) -> Span:
    first = on - timedelta(days=on.weekday())
    week = timedelta(days=WEEK)
    title = _("Week of %(day)s", day=format_date(first, "d MMMM y", locale=current()))
    return Span("week", on, first, WEEK, title, first - week, first + week)


def _day(on: date) -> Span:
    one = timedelta(days=1)
    title = str(format_date(on, _("EEEE d MMMM y"), locale=current()))
    return Span("day", on, on, 1, title, on - one, on + one)


SPANS = {"month": _month, "week": _week, "day": _day}


def _weekdays() -> list[str]:
    short = get_day_names("abbreviated", locale=current())
    return [str(short[day]) for day in range(WEEK)]


@pages.app_template_filter()
def full_day(day: date) -> str:
    """Monday 23 November 2026."""
    return str(format_date(day, _("EEEE d MMMM y"), locale=current()))


@pages.app_template_filter()
def hour_of(instant: datetime) -> str:
    """08:30, where the appliance stands."""
    return f"{formats.local(instant):%H:%M}"


@pages.app_template_global()
def calendar_address(view: str, on: date, **more: str) -> str:
    """Where the calendar shows that day in that way."""
    chosen: dict[str, Any] = {name: value or None for name, value in more.items()}
    return url_for("calendar_pages.show", view=view, on=on.isoformat(), **chosen)
