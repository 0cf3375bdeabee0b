"""What was said to people: the list, and one message with all its steps."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway import audit, rulebook, wake
from gateway.contacts import book
from gateway.errors import Conflict, Invalid
from gateway.messages import decisions, filtering, lookup, outbox
from gateway.messages.filtering import Filter, Sheet
from gateway.messages.gathering import Judge
from gateway.messages.why import explain
from gateway.policy.categories import CATEGORIES
from gateway.policy.gate import rehearse
from gateway.privacy.sheets import cell
from gateway.store import database
from gateway.store.models import History, Message
from web import formats, rounds, sign_in
from web.language import because, say, trouble
from web.office import office
from web.pages import names, sieve
from web.pages.modems import known
from web.pages.sieve import Sieve, Typed
from web.tones import CANCELABLE, FILTERS

pages = Blueprint("message_pages", __name__)
pages.app_template_test("releasable")(decisions.is_releasable)

A_PAGE = 40
EXPORTED_AT_ONCE = 500  # rows
COLUMNS = ("id", "written", "by", "category", "to", "name", "text", "state", "why", "until", "parts", "modem")
DECIDABLE = ("uncertain", *decisions.REPEATABLE)

Answer = str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a message's life, ready to be read."""

    at: datetime
    state: str
    words: str
    part: int | None
    why: str


# ---- the list ------------------------------------------------------------------------------------


@pages.get("/messages")
def listing() -> str:
    chosen = sieve.read(Typed.of(request.args))
    sheet = _sheet(chosen.wanted)
    names.load(message.recipient for message in sheet.items)
    days = [
        (title, list(messages))
        for title, messages in groupby(sheet.items, lambda message: formats.day(message.created_at))
    ]
    return render_template(
        "messages.html",
        days=days,
        sheet=sheet,
        sieve=chosen,
        typed=chosen.typed,
        faults={name: trouble(error) for name, error in chosen.faults.items()},
        filters=FILTERS,
        categories=CATEGORIES,
        modems=office().config.modem_names,
        sources=filtering.sources(),
        round=rounds.rounds().under_way(),
        ticked="ticked" in request.args,
        back=request.full_path.rstrip("?"),
    )


def _sheet(wanted: Filter) -> Sheet:
    if cursor := request.args.get("newer"):
        return filtering.newer(wanted, cursor, A_PAGE)
    return filtering.older(wanted, request.args.get("cursor"), A_PAGE)


@pages.get("/messages.csv")
def export() -> Response:
    """All that match, as a sheet: UTF-8 with a byte order mark; an apostrophe stands before a formula."""
    chosen, here = sieve.read(Typed.of(request.args)), office()
    with database.transaction():
        facts = {name: value for name, value in chosen.typed.address.items() if name not in ("to", "text")}
        audit.write(sign_in.caller().source, "messages_exported", here.clock.now(), **facts)
    answer = Response(stream_with_context(_lines(chosen)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="chappe-messages.csv"'
    return answer


def _lines(chosen: Sieve) -> Iterator[str]:
    yield "\ufeff" + _line(say(f"column.{name}") for name in COLUMNS)
    with database.connection():  # the request's own is given back before the last line leaves
        cursor: str | None = str(filtering.newest() + 1)
        while cursor is not None:
            sheet = filtering.older(chosen.wanted, cursor, EXPORTED_AT_ONCE)
            called = book.names(message.recipient for message in sheet.items)
            yield "".join(_line(_cells(message, called)) for message in sheet.items)
            cursor = sheet.older


def _line(cells: Iterator[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([cell(value) for value in cells])
    return text.getvalue()


def _cells(message: Message, called: dict[str, str]) -> Iterator[str]:
    yield message.uid
    yield formats.local(message.created_at).isoformat(timespec="seconds")
    yield message.source
    yield say(f"category.{message.category}")
    yield message.recipient
    yield called.get(message.recipient, "")
    yield message.text
    yield say(f"state.{message.state}")
    yield because(message.reason, message.facts) if message.reason else ""
    yield formats.local(message.until).isoformat(timespec="seconds") if message.until else ""
    yield str(message.part_count)
    yield message.modem or ""


# ---- one message ---------------------------------------------------------------------------------


@pages.get("/messages/<uid>")
def detail(uid: str) -> str:
    return _detail(lookup.message(uid))


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


@pages.post("/messages/<uid>/reschedule")
def reschedule(uid: str) -> Answer | Response:
    """Another hour for one that waits."""
    caller, now, typed = sign_in.caller(), office().clock.now(), request.form.get("at", "")
    try:
        send_at = formats.read_local(typed)
        message = decisions.reschedule(uid, send_at, caller.source, now, caller.trusted)
    except ValueError:
        words = _("Choose the day and the hour at which it is to leave.")
        return _detail(lookup.message(uid), typed, words), 422
    except Invalid as error:
        return _detail(lookup.message(uid), typed, trouble(error)), 422
    except Conflict as error:
        flash(trouble(error), "bad")
        return redirect(url_for(".detail", uid=uid))
    wake.ring(caller.site.runtime_dir)
    flash(_moved(message, send_at, caller.trusted), "good")
    return redirect(url_for(".detail", uid=uid))


def _moved(message: Message, send_at: datetime, trusted: bool) -> str:
    """When it leaves now, and what a rule says to that hour already."""
    here, rules = office(), rulebook.read()
    place = Judge(here.config.appliance, trusted).place(message.recipient, rules)
    verdict = rehearse(message.category, place, rules, here.clock.now(), send_at, trusted)
    when = formats.moment(verdict.until or send_at).striptags()
    if verdict.reason and verdict.until != send_at:
        return _("Leaves %(when)s. %(why)s", when=when, why=because(verdict.reason, verdict.facts))
    return _("Leaves %(when)s.", when=when)


def _detail(message: Message, typed: str = "", fault: str = "") -> str:
    here = office()
    now, waits = here.clock.now(), message.state in CANCELABLE
    names.load([message.recipient])
    hour = message.until or message.send_at or now
    return render_template(
        "message.html",
        message=message,
        parts=lookup.parts(message),
        steps=[_step(row, message) for row in lookup.history(message)],
        answers=explain(message, known(), here.config.appliance, now) if waits else [],
        cancelable=waits,
        decidable=bool(message.text) and message.state in DECIDABLE,
        movable=decisions.is_reschedulable(message),
        at=typed or formats.local(max(hour, now)).strftime(formats.FIELD),
        earliest=formats.local(now).strftime(formats.FIELD),
        faults={"at": fault} if fault else {},
        new="new" in request.args,
    )


def _step(row: History, message: Message) -> Step:
    why = because(row.reason, row.facts) if row.reason else ""
    several = message.part_count > 1
    return Step(row.at, row.state, say(f"event.{row.event}"), row.seq if several else None, why)
