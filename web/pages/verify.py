"""Codes: what left and was typed back, what was refused by which rule, the brake, the limits, the texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import chain
from typing import Any

from babel import Locale
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway.config import LANGUAGES
from gateway.errors import GatewayError, Invalid, NotFound
from gateway.features.verify import figures, letter, rules
from gateway.features.verify.figures import Shares
from gateway.features.verify.rules import LEAST, MOST
from gateway.features.verify.watch import LOOKED_BACK
from gateway.policy.pumping import LIMITS, SEEN, TYPES, Rules
from web import charts, outflow, sign_in
from web.language import current, say, trouble
from web.office import office
from web.pages import sections
from web.pages.sections import Form, Letter, Mistake

pages = Blueprint("code_pages", __name__)

SHOWN = ("sent", "validated")
Refused = tuple[str, int]


@pages.get("/codes")
def show() -> str:
    return _page(Mistake())


@pages.get("/codes/refused.csv")
def refused() -> Response:
    """What was refused, a line an hour, key and rule: for a report to whoever pays, or to the authorities."""
    zone = office().config.appliance.timezone
    headings = [say(f"refusal_column.{name}") for name in figures.REFUSED]
    lines = (
        [
            f"{row.hour.astimezone(zone):%Y-%m-%d %H:%M}",
            row.key,
            row.rule,
            say(f"code_rule.{row.rule}"),
            str(row.count),
        ]
        for row in figures.refused()
    )
    return outflow.sheet(chain([headings], lines), "refused-codes.csv")


@pages.post("/codes/limits")
def limits() -> Response | Refused:
    try:
        rules.choose(_chosen(request.form), sign_in.caller().source, office().clock.now())
    except Invalid as error:
        return _refused("limits", error)
    return sections.remembered("limits")


@pages.post("/codes/texts/<any(fr,en):language>")
def text(language: str) -> Response | Refused:
    """Change one text, or go back to the file's."""
    here = office()
    try:
        written = sections.letter_typed()
        letter.choose(language, written, sign_in.caller().source, here.config.appliance, here.clock.now())
    except Invalid as error:
        return _refused(f"text-{language}", error)
    return sections.remembered("texts")


@pages.post("/codes/brake")
def brake() -> Response | Refused:
    """Put the brake on for a key or a country, or take it off."""
    subject, turn = request.form.get("subject", ""), request.form.get("turn", "")
    act = rules.release if turn == "off" else rules.brake
    try:
        done = act(subject, sign_in.caller().source, office().clock.now())
    except NotFound as error:
        return _refused("brake", error, "subject")
    if done:
        flash(_("The brake is off.") if turn == "off" else _("The brake is on: a tenth may leave."), "good")
    return redirect(url_for(".show", _anchor="brake"))


# ---- the forms -----------------------------------------------------------------------------------


def _chosen(form: Form) -> Rules:
    """The rules as they were typed; raises Invalid with the field at fault."""
    numbers = {name: sections.whole(form, name) for name in (*LIMITS, "least_validated")}
    typed = {name: numbers[name] for name in LIMITS}
    return replace(
        rules.read(),
        limits=rules.limits_of(typed, rules.read().limits),
        countries=rules.parse_countries(form.get("countries", "")),
        types=tuple(one for one in form.getlist("types") if one in TYPES),
        least_validated=numbers["least_validated"],
        barred=rules.parse_barred(form.get("barred", ""), office().config.appliance.country),
    )


def _refused(section: str, error: GatewayError, where: str = "") -> Refused:
    return _page(sections.at_fault(section, error, where)), 422


# ---- the page ------------------------------------------------------------------------------------


def _page(mistake: Mistake) -> str:
    site, now = office().config.appliance, office().clock.now()
    by_day = request.args.get("figures") == "days"
    begins = charts.reach(by_day, now)
    counted = figures.over(begins)
    chosen = rules.read()
    regions, shares = rules.countries(chosen, site.country), figures.shares(now - LOOKED_BACK)
    return render_template(
        "codes.html",
        mistake=mistake,
        figures="days" if by_day else "hours",
        chart=charts.chart(counted, by_day, SHOWN),
        share=_share(counted.counts),
        refusals=figures.refusals(begins[0]),
        brakes=figures.brakes(),
        shares=[share for share in shares if share.seen],
        seen=SEEN,
        choices=_choices(shares, regions),
        limits=_shown(chosen),
        bounds=(LEAST, MOST),
        types=TYPES,
        chosen_types=mistake.typed.getlist("types") if mistake.section == "limits" else chosen.types,
        countries=" ".join(chosen.countries),
        barred=", ".join(chosen.barred),
        own=" ".join(rules.countries(Rules(), site.country)),
        wordings=[_wording(language) for language in LANGUAGES],
    )


@pages.app_template_global("code_place")
def place(subject: str, name: str) -> str:
    """A key by its name, a country by the reader's word for it."""
    if not subject.startswith("region:"):
        return _("the key %(name)s", name=name)
    return str(Locale.parse(current()).territories.get(name, name))


def _share(counts: Mapping[str, Sequence[int]]) -> int | None:
    """How many of a hundred codes were typed back; None where none left."""
    sent, validated = (sum(counts[name]) for name in SHOWN)
    return min(100, 100 * validated // sent) if sent else None


def _choices(shares: Sequence[Shares], regions: Sequence[str]) -> list[tuple[str, str]]:
    """For whom the brake may be put on: the keys, and the countries that get codes."""
    on = {brake.subject for brake in figures.brakes()}
    keys = [(share.subject, share.name) for share in shares]
    places = [(rules.of_region(region), region) for region in regions]
    return [(subject, place(subject, name)) for subject, name in (*keys, *places) if subject not in on]


def _shown(chosen: Rules) -> dict[str, Any]:
    """Every limit as it stands in its field."""
    return {**asdict(chosen.limits), "least_validated": chosen.least_validated}


def _wording(language: str) -> Letter:
    written, site = letter.template(language), office().config.appliance
    try:
        parts, fault = letter.check(written, site), ""
    except Invalid as error:
        parts, fault = None, trouble(error)
    return Letter(language, written, letter.original(language), parts, fault)
