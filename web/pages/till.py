"""At the till: a code that comes back, its amount, and the last ones with a way to take them back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from babel.numbers import format_currency
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from gateway import rulebook
from gateway.contacts import book
from gateway.errors import Conflict, GatewayError
from gateway.features.campaigns import plan, states
from gateway.features.conversions import amounts, sheet, verbs
from gateway.features.conversions.sheet import Fault, Report
from gateway.store.models import Campaign
from web import sign_in
from web.language import current, say, trouble
from web.office import office
from web.pages import uploads

pages = Blueprint("till_pages", __name__)

Answer = str | tuple[str, int]
LAST = 10  # that are shown, each with a way back
USUAL_CURRENCY = "EUR"


@pages.get("/till")
def show() -> str:
    return _page({}, {})


@pages.post("/till")
def take() -> Answer | Response:
    """One code; that of one person once more only where somebody says so."""
    here, given = office(), request.form
    now, by = here.clock.now(), sign_in.caller().source
    try:
        amount = amounts.cents(given.get("amount", ""))
        again = bool(given.get("again"))
        typed = given.get("number", "").strip()
        number = book.parse(typed, here.config.appliance.country) if typed else ""
        found = verbs.record(given.get("code", ""), amount, now, "till", by, now, again=again, number=number)
    except Conflict as error:
        return _page(given, {"code": trouble(error)}, asks=True), 409
    except GatewayError as error:
        return _page(given, {error.field or "code": trouble(error)}), 422
    told = {"code": verbs.shown(found), "amount": money(found.amount_cents), "campaign": found.campaign.name}
    flash(_("%(code)s, %(amount)s, counted for “%(campaign)s”.", **told), "good")
    return redirect(url_for(".show"))


@pages.post("/till/<int:conversion>/undo")
def undo(conversion: int) -> Response:
    try:
        gone = verbs.remove(conversion, sign_in.caller().source, office().clock.now())
    except GatewayError as error:
        flash(trouble(error), "bad")
        return redirect(url_for(".show"))
    flash(_("%(code)s is taken back: it counts for nothing.", code=verbs.shown(gone)), "good")
    return redirect(url_for(".show"))


@pages.post("/till/list")
def upload() -> Answer:
    """A list from a till: each line is taken, or named with what is wrong with it."""
    if (file := uploads.given("file")) is None:
        return _page({}, {"file": _("Choose a file first.")}), 422
    try:
        report = _taken(file)
    except GatewayError as error:
        return _page({}, {"file": trouble(error)}), 422
    return _page({}, {}, report=report)


def _taken(file: FileStorage) -> Report:
    here = office()
    with uploads.on_disk(file) as path:
        by, now = sign_in.caller().source, here.clock.now()
        site, again = here.config.appliance, bool(request.form.get("again"))
        return sheet.take(path, by, site.timezone, now, again, site.country)


def _page(
    given: Mapping[str, str], faults: dict[str, str], asks: bool = False, report: Report | None = None
) -> str:
    begun = list(Campaign.select().where(Campaign.state != states.DRAFT))
    return render_template(
        "till.html",
        given=given,
        faults=faults,
        asks=asks,
        report=report,
        coded=any(one.code_kind != "none" for one in begun),
        compares=any(plan.split(one).control for one in begun),
        last=[(one, verbs.shown(one)) for one in verbs.recent(LAST)],
        most=sheet.MOST_LINES,
    )


@pages.app_template_filter("money")
def money(cents: int) -> str:
    """An amount in the shop's currency, as this page's readers write it."""
    price = rulebook.price()
    currency = price.currency if price else USUAL_CURRENCY
    return str(format_currency(Decimal(cents) / 100, currency, locale=current()))


@pages.app_template_global("line_fault")
def line_fault(one: Fault) -> str:
    """What is wrong with one line of a list."""
    return say(f"error.{one.why}", **one.facts)
