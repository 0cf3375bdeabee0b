"""What a person may ask of the shop: the notice for all, a copy of their data, that it goes; and the log."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway import audit, letters, words
from gateway.access import people
from gateway.backup import nightly
from gateway.errors import Conflict, Invalid
from gateway.features.verify import watch
from gateway.privacy import erase, holdings, retention, sheets, spellings
from gateway.privacy import notice as public
from gateway.privacy.export import everything
from gateway.privacy.retention import Retention
from gateway.store.models import Audit
from web import sign_in
from web.language import current, say, trouble
from web.office import office
from web.pages import pager

pages = Blueprint("privacy", __name__)

A_PAGE = 50
# how a doer is written down → what stands beside the name
DOERS = {"page": "", "key": "API", "cli": ">_", "gateway": "Chappe"}
TYPES = {"json": "application/json", "zip": "application/zip"}


@pages.get("/privacy")
def notice() -> str:
    """For the people who are written to; anybody may read it."""
    here = office()
    site = here.config.appliance
    return render_template(
        f"privacy/{current()}.html",
        business=letters.business(site),
        addition=public.read(),
        days=retention.read(),
        code_days=watch.KEPT.days,
        held=holdings.held(),
        elsewhere=holdings.elsewhere(here.clock.now()),
        backup=here.config.backup if nightly.remembered().made_at else None,
        country=site.country,
    )


@pages.get("/people/<number>/export.<any(json,zip):kind>")
def export(number: str, kind: str) -> Response:
    """Everything that is kept about one number, to be handed to that person."""
    here, known = office(), _number(number)
    given = everything(known, here.config.appliance, sign_in.caller().source, here.clock.now())
    answer = make_response(
        sheets.archive(given) if kind == "zip" else json.dumps(given, ensure_ascii=False, indent=2)
    )
    answer.mimetype = TYPES[kind]
    name = "".join(char for char in known if char.isalnum() and char.isascii())
    answer.headers["Content-Disposition"] = f'attachment; filename="chappe-{name}.{kind}"'
    return answer


@pages.get("/people/<number>/erase")
def confirm(number: str) -> str:
    return _confirm(_number(number))


@pages.post("/people/<number>/erase")
def forget(number: str) -> str | Response | tuple[str, int]:
    """Erase, once somebody has read what goes and what stays."""
    here, known = office(), _number(number)
    if "sure" not in request.form:
        return _confirm(known)
    country, by = here.config.appliance.country, sign_in.caller().source
    try:
        erased = erase.erase(known, country, by, here.clock.now(), sleep=here.clock.sleep)
    except Conflict as error:
        return _confirm(known, trouble(error)), 409
    flash(_("Everything about this person is erased."), "good")
    if erased.pending:
        flash(_("The database's log still holds it: the night's work clears it."), "wait")
    return redirect(url_for("contact_pages.listing"))


@pages.get("/audit")
def log() -> str:
    """Who looked at or changed what."""
    typed, action, by = (request.args.get(name, "").strip() for name in ("number", "action", "by"))
    fault = ""
    try:
        number = _number(typed) if typed else ""
    except Invalid as error:
        number, fault = "", trouble(error)
    rows = [] if fault else audit.recent(number, action, by, pager.before(), A_PAGE + 1)
    return render_template(
        "audit.html",
        rows=rows[:A_PAGE],
        older=rows[A_PAGE - 1].id if len(rows) > A_PAGE else None,
        actions=sorted(words.words(current())["action"].items(), key=lambda action: action[1].lower()),
        doers=[f"page:{user.name}" for user in people.everybody()],
        typed={"number": typed, "action": action, "by": by},
        faults={"number": fault} if fault else {},
    )


@pages.app_template_filter()
def about(row: Audit) -> str:
    """Whom or what it was about: a masked number, a modem, a key, or a setting by its words."""
    if row.action != "settings_changed":
        return str(row.shown)
    kind, _dot, which = row.shown.partition(".")
    for code, rest in ((row.shown, ""), (kind, which)):
        if (said := say(f"setting.{code}")) != f"setting.{code}":
            return f"{said} {rest}".strip()
    return str(row.shown)


@pages.app_template_filter()
def told(row: Audit) -> list[str]:
    """What its facts say to a person; the others are for programs (`chappe audit --json`)."""
    codes = {name: f"fact.{name}" for name in row.facts}
    said = {name: say(code, **{**row.facts, "value": row.facts[name]}) for name, code in codes.items()}
    return [sentence for name, sentence in said.items() if sentence != codes[name]]


@pages.app_template_filter()
def doer(by: str) -> tuple[str, str]:
    """Who did it, and by which way: ("ana", "") at the page, ("shop", "API") with a key."""
    way, _colon, name = by.partition(":")
    return (name or way, DOERS.get(way, "") if name else "")


@pages.app_template_global()
def no_text(at: datetime) -> str:
    """What stands in the place of a text that is not there (any more)."""
    days = _retention().texts_days
    if at <= office().clock.now() - timedelta(days=days):
        return _("Text removed: texts are kept for %(days)s days.", days=days)
    return _("Without text.")


def _retention() -> Retention:
    """As it is chosen now; read once for all the rows of a page."""
    if "retention" not in g:
        g.retention = retention.read()
    chosen: Retention = g.retention
    return chosen


def _number(typed: str) -> str:
    return spellings.subject(typed, office().config.appliance.country)


def _confirm(number: str, fault: str = "") -> str:
    kept = erase.kept(number, office().config.appliance.country)
    return render_template("erase.html", number=number, kept=kept, fault_words=fault)
