"""Writing a message: to whom, what it costs, when it leaves; errors keep what was typed.

For several people, for marketing, and where each reads a text of their own, what would become of it is shown
first.  The same text to the same number a moment ago is a question: nothing is sent before it is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from flask import Blueprint, jsonify, render_template, request
from werkzeug.wrappers import Response

from gateway import digits
from gateway.contacts import recipients, templates
from gateway.contacts.recipients import Unclear
from gateway.errors import Invalid, NotFound
from web import formats
from web.language import say
from web.office import office
from web.pages import form
from web.pages.form import Faults, sentence
from web.pages.letter import Letter, addition, findings, spelled_cheaper
from web.pages.sending import Page, send

pages = Blueprint("write", __name__)
pages.app_template_global("written")(recipients.written)

SHOWING = ("check", "change", "look")


@pages.get("/write")
def blank() -> str:
    letter = Letter(to=request.args.get("to", ""), text=request.args.get("text", ""), key=_new_key())
    return form.show(_with_template(letter, request.args.get("template", "")), Faults())


@pages.post("/write")
def given() -> Page:
    letter, action = Letter.of(request.form), request.form.get("action", "send")
    letter = letter if letter.key else replace(letter, key=_new_key())
    if "look" in request.form:
        return form.show(letter, Faults(), at=_place(request.form["look"]))
    if (changed := addressed(letter)) is not None:
        return form.show(changed, Faults())
    if action == "template":
        return form.show(_with_template(letter, request.form.get("template", "")), Faults())
    if action == "cheaper":
        return form.show(spelled_cheaper(letter), Faults())
    if action in SHOWING:
        return form.show(letter, Faults())
    return send(letter, action)


@pages.post("/write/recipients")
def address() -> str:
    """The part of the form that says who is meant, after one was added, taken out or chosen."""
    letter = Letter.of(request.form)
    return render_template("recipients.html", letter=addressed(letter) or letter)


@pages.get("/write/suggest")
def suggest() -> Response:
    """{"suggestions": [{"typed", "label", "more"}]}: whom one may mean who typed `q`."""
    people, lists = recipients.suggestions(request.args.get("q", "").strip())
    found = [
        {"typed": recipients.written(each), "label": each.name, "more": formats.number(each.number)}
        for each in people
    ]
    for kind, name in lists:
        typed = recipients.listed(kind, name)
        found.append({"typed": typed, "label": typed, "more": say(f"list.{kind}")})
    answer: Response = jsonify(suggestions=found)
    return answer


@pages.post("/write/measure")
def measure() -> Response:
    """{"added", "findings": [{"wrong", "words"}]}: what is put behind the text, and what marketing lacks."""
    letter = Letter.of(request.form)
    answer: Response = jsonify(added=addition(letter), findings=findings(letter))
    return answer


@pages.post("/write/sample")
def sample() -> Response:
    """{"sample": {"text", "who", "at", "total", "missing", "values"} or null, "fault"}: how one reads it."""
    letter = Letter.of(request.form)
    seen, fault = None, ""
    try:
        seen = form.sample(letter, _place(request.form.get("place", "")))
    except Invalid as error:
        fault = sentence(error)
    answer: Response = jsonify(sample=asdict(seen) if seen else None, fault=fault)
    return answer


@pages.post("/write/departure")
def departure() -> Response:
    """{"departures": {category: sentence}, "elsewhere": [sentence]}: when each category would leave."""
    letter = Letter.of(request.form)
    answer: Response = jsonify(departures=form.departures(letter), elsewhere=form.elsewhere(letter))
    return answer


def addressed(letter: Letter) -> Letter | None:
    """The letter with somebody added, taken out or chosen, as the button says; None for another button."""
    filled, people = request.form, letter.people
    if filled.get("action") == "add":
        typed, wrong = people.typed, _lines(people.wrong)
    elif filled.get("action") == "edit":
        return replace(letter, to=letter.typed, chosen="")
    elif "drop" in filled:
        typed, wrong = [one for one in people.typed if one != filled["drop"]], _lines(people.wrong)
    elif "pick" in filled:
        place, _space, chosen = filled["pick"].partition(" ")
        wrong = _lines(people.wrong)
        typed = [*people.typed, chosen]
        del wrong[_place(place) : _place(place) + 1]
    else:
        return None
    return replace(letter, to="\n".join(wrong), chosen="\n".join(typed))


def _lines(wrong: Sequence[Unclear]) -> list[str]:
    return [one.typed for one in wrong]


def _with_template(letter: Letter, chosen: str) -> Letter:
    try:
        known = templates.get(digits.number(chosen) or 0)
    except NotFound:
        return letter
    return replace(letter, text=known.text, category=known.category)


def _place(typed: str) -> int:
    return digits.number(typed) or 0


def _new_key() -> str:
    return office().ids.token()
