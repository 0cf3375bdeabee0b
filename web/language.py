"""The language of a page: the person's; at the door the one chosen there, else the appliance's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.support import Translations
from flask import Blueprint, Flask, redirect, request
from flask_babel import Babel
from werkzeug.wrappers import Response

from gateway import words
from gateway.access import people
from gateway.errors import GatewayError
from web import sign_in
from web.office import office

COOKIE = "chappe_language"
A_YEAR = 365 * 24 * 3600
NAMES = {"fr": "Français", "en": "English"}
FOLDER = Path(__file__).parent / "translations"

pages = Blueprint("language", __name__)


def register(app: Flask) -> None:
    babel = Babel(app, default_locale="en", locale_selector=current)
    with app.app_context():
        for name in NAMES:
            if (FOLDER / name).is_dir():
                babel.domain_instance.cache[name, babel.domain] = _catalog(FOLDER / name / "LC_MESSAGES")
    app.jinja_env.globals.update(say=say, because=because, language=current, language_names=NAMES)
    app.register_blueprint(pages)


def current() -> str:
    """The language of this request, as "fr" or "en"."""
    if person := sign_in.person():
        return str(person.language)
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in NAMES else office().config.appliance.language


def say(code: str, /, **facts: Any) -> str:
    """The sentence of one of the gateway's codes, in the language of this request."""
    sentence = words.say(code, current(), **words.here(facts, office().config.appliance.timezone))
    return spaced(sentence) if current() == "fr" else sentence


def because(reason: str, facts: Mapping[str, Any]) -> str:
    """Why something is so; facts that are codes themselves are said in words too."""
    return say(f"reason.{reason}", **facts)


def trouble(error: GatewayError) -> str:
    """What was wrong and how to mend it."""
    return say(f"error.{error.code}", **error.facts)


def spaced(sentence: str) -> str:
    """French marks keep the word before them: their space does not break."""
    return re.sub(r" (?=[:;?!»])|(?<=«) ", "\u00a0", sentence)


@pages.post("/language")
def choose() -> Response:
    """Remember the language: with the person, or on this browser while nobody is signed in."""
    answer = redirect(sign_in.local(request.form.get("next", "")))
    chosen, person = request.form.get("language", ""), sign_in.person()
    if chosen in NAMES and person:
        people.speak(person, chosen)
    elif chosen in NAMES:
        answer.set_cookie(COOKIE, chosen, max_age=A_YEAR, httponly=True, samesite="Lax")
    return answer


@lru_cache
def _catalog(folder: Path) -> Translations:
    """The sentences of the pages; in French the marks keep the word before them."""
    found = _compiled(folder)
    if folder.parent.name == "fr":
        found._catalog = {asked: spaced(said) for asked, said in found._catalog.items()}
    return found


def _compiled(folder: Path) -> Translations:
    """The compiled catalogue, or the written one compiled here: a checkout needs no build step."""
    written, compiled = folder / "messages.po", folder / "messages.mo"
    if compiled.exists() and compiled.stat().st_mtime >= written.stat().st_mtime:
        return Translations(BytesIO(compiled.read_bytes()))
    from babel.messages.mofile import write_mo  # only a checkout compiles
    from babel.messages.pofile import read_po

    with written.open("rb") as file:
        catalog = read_po(file)
    octets = BytesIO()
    write_mo(octets, catalog)
    octets.seek(0)
    return Translations(octets)
