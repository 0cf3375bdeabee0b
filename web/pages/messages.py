"""What was said to people: the list, and one message with all its steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway import wake
from gateway.errors import Conflict, Invalid
from gateway.messages import decisions, lookup, numbers, outbox
from gateway.messages.why import explain
from gateway.store.models import History, Message
from web import formats, sign_in
from web.language import because, say, trouble
from web.office import office
from web.pages.modems import known
from web.tones import CANCELABLE, FILTERS

pages = Blueprint("message_pages", __name__)

A_PAGE = 40


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a message's life, ready to be read."""

    at: datetime
    state: str
    words: str
    part: int | None
    why: str


@pages.get("/messages")
def listing() -> str:
    chosen = request.args.get("state", "all")
    chosen = chosen if chosen in FILTERS else "all"
    typed = request.args.get("to", "").strip()
    page = lookup.messages(
        states=FILTERS[chosen], to=_number(typed), cursor=request.args.get("cursor"), limit=A_PAGE
    )
    days = [
        (title, list(messages))
        for title, messages in groupby(page.items, lambda message: formats.day(message.created_at))
    ]
    return render_template(
        "messages.html", days=days, next=page.next, filters=FILTERS, chosen=chosen, typed=typed
    )


@pages.get("/messages/<uid>")
def detail(uid: str) -> str:
    here, message = office(), lookup.message(uid)
    waits = message.state in CANCELABLE
    return render_template(
        "message.html",
        message=message,
        parts=lookup.parts(message),
        steps=[_step(row, message) for row in lookup.history(message)],
        answers=explain(message, known(), here.config.appliance.timezone, here.clock.now()) if waits else [],
        cancelable=waits,
        decidable=message.state in ("uncertain", *decisions.REPEATABLE),
        new="new" in request.args,
    )


@pages.post("/messages/<uid>/cancel")
def cancel(uid: str) -> Response:
    here = office()
    try:
        outbox.cancel(uid, by=sign_in.caller().source, now=here.clock.now())
    except Conflict as error:
        flash(trouble(error), "bad")
    else:
        wake.ring(here.config.appliance.runtime_dir)
        flash(_("The message is canceled: nothing will be sent."), "good")
    return redirect(url_for(".detail", uid=uid))


def _number(typed: str) -> str | None:
    """The number as the ledger keeps it; what is none is looked for as it was typed."""
    if not typed:
        return None
    try:
        return numbers.parse(typed, office().config.appliance.country)
    except Invalid:
        return typed


def _step(row: History, message: Message) -> Step:
    why = because(row.reason, row.facts) if row.reason else ""
    several = message.part_count > 1
    return Step(row.at, row.state, say(f"event.{row.event}"), row.seq if several else None, why)
