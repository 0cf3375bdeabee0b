"""The demonstration's telephones: what they received, and a place to answer on them."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from gateway import handsets, panel, status
from gateway.errors import GatewayError
from gateway.status import PanelStatus
from web.language import trouble
from web.office import office

pages = Blueprint("handsets", __name__)

# An address that may be opened from here: of the web, with a name, and no mark that could mean more.
ADDRESS = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,9}[a-z]{2,63}(?::\d{1,5})?(?:/[\w./?%&=+#~@:,;!-]*)?",
    re.IGNORECASE | re.ASCII,
)
BEHIND = ".,;:!?"  # ends the sentence, not the address


def there() -> bool:
    """Whether this installation has handsets to show: only a demonstration has."""
    return office().config.demo.simulator is not None


@pages.app_template_filter()
def opening(text: str) -> Markup:
    """The text with each address a link; all else of it is only text."""
    said, end = Markup(""), 0
    for found in ADDRESS.finditer(text):
        address = found[0].rstrip(BEHIND)
        link = Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>').format(address)
        said += escape(text[end : found.start()]) + link
        end = found.start() + len(address)
    return said + escape(text[end:])


@pages.get("/handsets")
def show() -> str:
    problem, phones = "", []
    try:
        phones = handsets.look(_control())
    except GatewayError as error:
        problem = trouble(error)
    return render_template(
        "handsets.html", phones=phones, problem=problem, special=special_numbers(), lamps=lamps()
    )


@pages.post("/handsets")
def answer() -> Response:
    number, text = request.form.get("number", ""), request.form.get("text", "").strip()
    try:
        if text:
            handsets.answer(_control(), number, text)
    except GatewayError as error:
        flash(trouble(error), "bad")
    return redirect(url_for(".show", _anchor=f"phone-{number.lstrip('+')}"))


@pages.post("/handsets/button")
def press() -> Response:
    """Press the button of the panel that is only a picture."""
    if not office().config.panel.mock:
        abort(404)
    how = panel.Press.LONG if request.form.get("how") == "long" else panel.Press.SHORT
    if not panel.press(office().config.appliance.runtime_dir, how):
        flash(_("The gateway does not answer: nobody felt the button."), "bad")
    elif how is panel.Press.LONG:
        flash(
            _("Held for five seconds: an appliance would shut down now. This demonstration goes on."), "good"
        )
    else:
        flash(_("Pressed: a test message leaves to those who are told of alarms."), "good")
    return redirect(url_for(".show", _anchor="panel"))


def lamps() -> PanelStatus | None:
    """What the panel of a demonstration shows; None where there is none."""
    here = office()
    if not here.config.panel.mock:
        return None
    return status.read(here.config.appliance.runtime_dir, here.clock.now()).panel


def special_numbers() -> list[tuple[str, str]]:
    """The numbers that mean something on the simulated network, and what each does."""
    return [
        ("+33639980001", _("receives at once")),
        ("+33639980002", _("never receives: the report says so for good")),
        ("+33639980003", _("switched off at first; receives 20 seconds later")),
        ("+33639980004", _("refused by the network twice, then accepted")),
        ("+33639980005", _("the modem falls silent just after sending")),
        ("+33639980006", _("answers STOP")),
        ("+33639980007", _("answers OUI, or 1 to a numbered question")),
        ("+33639980008", _("receives, but no report ever comes")),
    ]


def _control() -> Path:
    return office().config.demo.simulator or abort(404)
