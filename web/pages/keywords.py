"""Words of the shop's own: the rules, what each does, and which of them would take a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway.contacts import groups, tags
from gateway.errors import Conflict, GatewayError, Invalid
from gateway.features.keywords import matching, rules
from gateway.features.keywords.rules import Wish
from gateway.store.models import KeywordRule
from web import sign_in
from web.language import say, trouble
from web.office import office
from web.pages import form

pages = Blueprint("keyword_pages", __name__)

Refused = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Typed:
    """A rule's form as it is filled in, and its faults by field."""

    wish: Wish = field(default_factory=lambda: Wish(""))
    faults: Mapping[str, str] = field(default_factory=dict)


@pages.get("/keywords")
def listing() -> str:
    return _listing(Typed())


@pages.post("/keywords")
def add() -> Response | Refused:
    here, typed = office(), Typed(_wish())
    try:
        made = rules.add(typed.wish, here.config.appliance, _by(), here.clock.now(), here.ids)
    except (Invalid, Conflict) as error:
        return _listing(_at_fault(typed, error)), 422
    flash(_("%(word)s is heard from now on.", word=rules.spelled(made)[0]), "good")
    return redirect(url_for(".listing"))


@pages.get("/keywords/<uid>")
def show(uid: str) -> str:
    rule = rules.get(uid)
    return _page(rule, Typed(rules.wish(rule)))


@pages.post("/keywords/<uid>")
def change(uid: str) -> Response | Refused:
    here, known, typed = office(), rules.get(uid), Typed(_wish())
    try:
        rules.change(uid, typed.wish, here.config.appliance, _by(), here.clock.now())
    except (Invalid, Conflict) as error:
        return _page(known, _at_fault(typed, error)), 422
    flash(_("Remembered. It holds from now on."), "good")
    return redirect(url_for(".show", uid=uid))


@pages.post("/keywords/<uid>/remove")
def remove(uid: str) -> Response:
    word = rules.remove(uid, _by(), office().clock.now())
    flash(_("%(word)s does nothing any more. What it did stays.", word=word), "good")
    return redirect(url_for(".listing"))


def _wish() -> Wish:
    given = request.form
    whole, adds, asks = (bool(given.get(name)) for name in ("whole", "adds", "asks"))
    words, reply, tag, group, mail = (
        given.get(name, "") for name in ("words", "reply", "tag", "group", "mail")
    )
    return Wish(words, whole, reply, tag, group, adds, asks, mail)


def _at_fault(typed: Typed, error: GatewayError) -> Typed:
    return replace(typed, faults={error.field or "words": trouble(error)})


def _by() -> str:
    return sign_in.caller().source


def _listing(typed: Typed) -> str:
    tried = " ".join(request.args.get("text", "").split())[:500]
    return render_template(
        "keywords.html",
        rules=[(rule, rules.spelled(rule), matching.conflicts(rule)) for rule in rules.everything()],
        tried=tried,
        fate=_said(matching.fate(tried)) if tried else "",
        **_form(typed),
    )


def _page(rule: KeywordRule, typed: Typed) -> str:
    words = rules.spelled(rule)
    conflicts = matching.conflicts(rule)
    return render_template("keyword.html", rule=rule, words=words, conflicts=conflicts, **_form(typed))


def _form(typed: Typed) -> dict[str, object]:
    return {
        "typed": asdict(typed.wish),
        "faults": typed.faults,
        "groups": [group.name for group in groups.everything()],
        "tags": tags.everything(),
        "offered": form.offered(),
        "relay": bool(office().config.appliance.mail.host),
    }


def _said(fate: matching.Fate) -> str:
    """One sentence about what becomes of a text."""
    if fate.law:
        return say(f"keyword_fate.{fate.law}")
    if fate.match is None:
        return say("keyword_fate.nobody")
    name = rules.spelled(fate.match.rule)[0]
    return say("keyword_fate.matched", name=name, word=fate.match.word)


@pages.app_template_global("keyword_does")
def does(rule: KeywordRule) -> list[str]:
    """What a rule does, a few words each."""
    return list(_does(rules.wish(rule))) or [say("keyword_does.nothing")]


def _does(wish: Wish) -> Iterator[str]:
    group = "asks" if wish.asks else "group"
    for code, value in (("reply", wish.reply), ("tag", wish.tag), (group, wish.group), ("mail", wish.mail)):
        if value:
            yield say(f"keyword_does.{code}", value=value)
