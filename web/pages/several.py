"""One answer for many messages of the list: first how many it is and which it does not fit, then it is done.

A few are done at once; for many a page shows how far it is, and can stop it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from babel.numbers import format_decimal
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from gateway import digits, wake
from gateway.messages import bulk, filtering
from gateway.messages.bulk import Outcome
from web import rounds, sign_in
from web.language import current, trouble
from web.office import office
from web.pages import sieve
from web.pages.sieve import Typed

pages = Blueprint("several", __name__)

AT_ONCE = 100  # messages: more are done by a thread

Page = str | Response | tuple[str, int]


@pages.post("/messages/several")
def ask() -> Page:
    """Ask whether it is meant, and once that is `sure`, do it."""
    answer, back = request.form.get("answer", ""), sign_in.local(request.form.get("next", ""))
    if answer not in bulk.ANSWERS:
        abort(404)
    uids = request.form.getlist("uid")
    if not uids and not _is_all():
        flash(_("Nothing was changed: tick a message first."), "bad")
        return redirect(back)
    if "sure" not in request.form:
        return _question(answer, uids, back)
    return _do_all(answer) if _is_all() else _do(answer, uids, back)


@pages.get("/messages/work/<token>")
def progress(token: str) -> str:
    round = rounds.rounds().get(token)
    left = round.seconds_left(office().clock.monotonic())
    return render_template(
        "round.html",
        round=round,
        outcome=round.outcome,
        minutes=None if left is None else int(left / 60 + 0.5),
        told=_told(round.answer, round.outcome),
        refused=_refused(round.outcome),
    )


@pages.post("/messages/work/<token>/stop")
def stop(token: str) -> Response:
    """Leave the rest as it is."""
    rounds.rounds().get(token).stopped.set()
    return redirect(url_for(".progress", token=token))


@pages.app_template_filter()
def grouped(number: int) -> str:
    """A number as this page's readers write it: 12 345."""
    return str(format_decimal(number, locale=current()))


def _is_all() -> bool:
    return bool(request.form.get("all", "").strip())


def _question(answer: str, uids: Sequence[str], back: str) -> str:
    """Counts what it fits; for all that match, those that are there now and no later ones."""
    typed, top = Typed.of(request.form), filtering.newest()
    fitting: list[str] = []
    if is_all := _is_all():
        seen = bulk.forecast(answer, sieve.read(typed).wanted)
    else:
        seen, fitting = bulk.forecast_of(answer, uids)
    return render_template(
        "several.html",
        answer=answer,
        uids=fitting,
        typed=typed if is_all else None,
        top=top,
        seen=seen,
        is_many=seen.fits >= bulk.MOST,
        others_most=bulk.OTHERS,
        back=back,
    )


def _do(answer: str, uids: Sequence[str], back: str) -> Page:
    by, here = sign_in.caller().source, office()
    if len(uids) > AT_ONCE:
        return _start(answer, len(uids), bulk.to_named(answer, uids, by, here.clock.now))
    outcome = Outcome()
    for step in bulk.to_named(answer, uids, by, here.clock.now):
        outcome.add(step)
    if outcome.done:
        wake.ring(here.config.appliance.runtime_dir)
        flash(_told(answer, outcome), "good")
    for words in _refused(outcome):
        flash(words, "bad")
    return redirect(back)


def _do_all(answer: str) -> Page:
    wanted, top = sieve.read(Typed.of(request.form)).wanted, digits.number(request.form.get("top", ""))
    if top is None:
        abort(400)
    total = bulk.forecast(answer, wanted).fits
    clock = office().clock
    return _start(answer, total, bulk.to_all(answer, wanted, top, sign_in.caller().source, clock.now))


def _start(answer: str, total: int, steps: Iterator[Outcome]) -> Page:
    return redirect(url_for(".progress", token=rounds.start(answer, total, steps).token))


def _told(answer: str, outcome: Outcome) -> str:
    """How many were done, in words."""
    number = outcome.done
    if answer == "cancel":
        return ngettext("%(num)s message is canceled.", "%(num)s messages are canceled.", number)
    if answer == "again":
        return ngettext("%(num)s message is sent again.", "%(num)s messages are sent again.", number)
    return ngettext("%(num)s message stands in the queue.", "%(num)s messages stand in the queue.", number)


def _refused(outcome: Outcome) -> list[str]:
    """For each reason how many it kept, and one of them in full."""
    return [
        f"{grouped(number)} × {trouble(outcome.examples[code])}" for code, number in outcome.refused.items()
    ]
