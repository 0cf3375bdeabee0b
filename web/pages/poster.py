"""The poster for the counter: the word that joins, the number it goes to, and a square that writes both."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from gateway import letters, settings
from gateway.errors import Invalid
from gateway.messages import joining, numbers
from web import qr
from web.language import trouble
from web.office import office
from web.pages import modems

pages = Blueprint("poster_pages", __name__)

PAPERS = ("a4", "a5")
WORDS = ("send", "to", "scan")  # of config/texts, in the language of the appliance


@pages.get("/settings/join/poster")
def show() -> str:
    """A sheet to print; `number` and `paper` in the address, else the SIM's own number, on A4."""
    site, join = office().config.appliance, joining.read()
    known = _own_numbers()
    typed, fault = request.args.get("number", known[0] if known else "").strip(), ""
    try:
        number = numbers.parse(typed, site.country) if typed else ""
    except Invalid as error:
        number, fault = "", trouble(error)
    return render_template(
        "poster.html",
        join=join,
        number=number,
        national=_national(number),
        square=_square(number, join.word) if join and number else "",
        known=known,
        typed=typed,
        faults={"number": fault} if fault else {},
        paper=_paper(),
        papers={"a4": _("A4: a sheet"), "a5": _("A5: half of it")},
        said={name: letters.model(name, site) for name in WORDS},
        business=letters.business(site),
        language_of=site.language,
        public_url=office().config.web.public_url,
    )


@pages.app_template_global()
def model_wording(key: str, word: str = "") -> str:
    """A sentence for paper, to begin from: "notice" or "form"."""
    return letters.model(key, office().config.appliance, word=word)


@pages.app_template_global()
def model_language() -> str:
    """The language of these sentences."""
    return office().config.appliance.language


def _own_numbers() -> list[str]:
    """Of the SIMs, where they or the people know it; each once."""
    told: Mapping[str, str] = {modem.name: modem.number for modem in modems.known().modems}
    own = [told.get(name) or settings.self_test(name).number for name in office().config.modem_names]
    return list(dict.fromkeys(number for number in own if number))


def _national(number: str) -> str:
    """As people of its country write it: 06 39 98 00 99."""
    return numbers.particulars(number, office().config.appliance.country).national if number else ""


def _square(number: str, word: str) -> Markup:
    """A message with the word in it, ready to be sent (RFC 5724)."""
    return qr.drawn(f"sms:{number}?body={quote(word)}")


def _paper() -> str:
    chosen = request.args.get("paper", "")
    return chosen if chosen in PAPERS else PAPERS[0]
