"""People found by rules: the saved ones, and the page on which one is made, with a count that follows."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway import digits
from gateway.contacts import condition_values, segments
from gateway.contacts.segments import Rules
from gateway.errors import GatewayError
from gateway.store.models import Segment
from web import sign_in
from web.language import trouble
from web.office import office
from web.pages import segment_words

pages = Blueprint("segment_pages", __name__)

Answer = str | tuple[str, int]
LINES = 3  # to begin with


@dataclass
class Form:
    """The page as it is filled in: (test, value) a line."""

    name: str = ""
    some: bool = False
    lines: list[tuple[str, str]] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)


@pages.get("/segments")
def listing() -> str:
    found = [
        (segment, segments.stored(segment.rules), segment_words.sentences(segments.stored(segment.rules)))
        for segment in segments.everything()
    ]
    return render_template("segments.html", segments=found)


@pages.get("/segments/new")
def blank() -> str:
    return _edit(None, Form())


@pages.get("/segments/<int:segment>")
def edit(segment: int) -> str:
    known = segments.get(segment)
    return _edit(known, _form_of(known))


@pages.post("/segments/new")
def add() -> Answer | Response:
    return _save(None)


@pages.post("/segments/<int:segment>")
def change(segment: int) -> Answer | Response:
    return _save(segments.get(segment))


@pages.post("/segments/<int:segment>/remove")
def remove(segment: int) -> Response:
    removed = segments.remove(segment, sign_in.caller().source, office().clock.now())
    flash(_("The segment “%(name)s” is gone; the people stay in the contacts.", name=removed.name), "good")
    return redirect(url_for(".listing"))


@pages.post("/segments/count")
def count() -> Response:
    """{"found", "next"}: how many of the next ten thousand contacts the form finds; {"fault"} where it cannot
    be asked yet."""
    after = digits.number(request.args.get("after", "")) or 0
    try:
        rules = segments.typed(_typed_lines(), request.form.get("match") == "any")
        counted = segments.count(rules, office().clock.now(), after)
    except GatewayError as error:
        return _json(fault=trouble(error))
    return _json(found=counted.found, next=counted.next)


def _json(**told: object) -> Response:
    answer: Response = jsonify(**told)
    return answer


def _save(known: Segment | None) -> Answer | Response:
    form = Form(request.form.get("name", ""), request.form.get("match") == "any", _typed_lines())
    try:
        rules = segments.typed(form.lines, form.some)
        if "save" in request.form:
            by, now = sign_in.caller().source, office().clock.now()
            saved = segments.save(form.name, rules, by, now, known.id if known else None)
            flash(_("Kept. Whoever fits from now on is in it too."), "good")
            return redirect(url_for(".edit", segment=saved.id))
    except GatewayError as error:
        unfinished = "more" in request.form and error.code in ("rules_missing", "value_missing")
        if not unfinished:
            form.faults = {error.field or "form": trouble(error)}
            return _edit(known, form), 422
    if "more" in request.form:
        form.lines.append(("", ""))
    return _edit(known, form)


def _edit(known: Segment | None, form: Form) -> str:
    lines = [*form.lines, *[("", "")] * max(0, LINES - len(form.lines))]
    offered = segment_words.offered([test for test, _value in lines])
    return render_template(
        "segment.html",
        segment=known,
        form=form,
        lines=lines,
        offered=offered,
        takes={one.code: one.takes for _heading, tests in offered for one in tests},
        names=condition_values.names(),
        counted=_counted(form),
    )


def _counted(form: Form) -> segments.Counted | None:
    """Nothing where the form cannot be asked yet."""
    try:
        rules: Rules = segments.typed(form.lines, form.some)
        return segments.count(rules, office().clock.now())
    except GatewayError:
        return None


def _form_of(segment: Segment) -> Form:
    rules = segments.stored(segment.rules)
    lines = [(rule.test, segment_words.typed_value(rule)) for rule in rules.rules]
    return Form(segment.name, rules.some, lines)


def _typed_lines() -> list[tuple[str, str]]:
    tests, values = request.form.getlist("test"), request.form.getlist("value")
    return list(zip(tests, values, strict=False))[: segments.MOST + 1]
