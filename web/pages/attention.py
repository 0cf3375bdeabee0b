"""What needs a person: messages that may have left or not, and messages that did not arrive.

There are two answers: it left, or send it again.  The same form serves one message and many.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from gateway import wake
from gateway.errors import Conflict, GatewayError, NotFound
from gateway.messages import decisions
from gateway.policy.categories import CATEGORIES, WhenUncertain
from gateway.store import database
from gateway.store.models import Message
from web import formats, sign_in
from web.language import trouble
from web.office import office

pages = Blueprint("attention", __name__)

VERBS = {"left": decisions.it_left, "again": decisions.send_again}


@pages.get("/attention")
def show() -> str:
    waiting = decisions.waiting(office().clock.now())
    return render_template(
        "attention.html",
        groups={
            "uncertain": [message for message in waiting if message.state == "uncertain"],
            "failed": [message for message in waiting if message.state != "uncertain"],
        },
        ticked="all" in request.args,
    )


@pages.post("/attention/<any(left,again):decision>")
def decide(decision: str) -> Response:
    """Answer for every `uid` of the form; what changed meanwhile stays as it is, and is said."""
    here, by = office(), sign_in.caller().source
    now = here.clock.now()
    taken: list[Message] = []
    refused: list[GatewayError] = []
    for uid in request.form.getlist("uid"):
        try:
            taken.append(VERBS[decision](uid, by, now))
        except (Conflict, NotFound) as error:
            refused.append(error)
    if taken:
        wake.ring(here.config.appliance.runtime_dir)
    _tell(decision, len(taken), refused)
    return redirect(sign_in.local(request.form.get("next", "")))


@pages.app_template_global()
def prospect(message: Message) -> str:
    """What becomes of an uncertain message when nobody decides, and until when its report is awaited."""
    if message.until is None or message.until <= office().clock.now():
        return _("Its report has not come. One that still comes settles it by itself.")
    hour = f"{formats.local(message.until):%H:%M}"
    rule = CATEGORIES[message.category].when_uncertain
    if rule is WhenUncertain.REPEAT:
        return _("Its report is awaited until %(hour)s; without one it is sent again by itself.", hour=hour)
    if rule is WhenUncertain.GIVE_UP:
        return _("Its report is awaited until %(hour)s; without one it is given up.", hour=hour)
    return _("Its report is awaited until %(hour)s; without one it waits for you.", hour=hour)


def count() -> int:
    """How many messages need somebody; 0 where the database gives no answer, which its page says."""
    try:
        return decisions.count(office().clock.now())
    except database.Trouble:
        return 0


def _tell(decision: str, taken: int, refused: Sequence[GatewayError]) -> None:
    if taken and decision == "left":
        flash(ngettext("%(num)s message counts as sent.", "%(num)s messages count as sent.", taken), "good")
    elif taken:
        flash(ngettext("%(num)s message is sent again.", "%(num)s messages are sent again.", taken), "good")
    for words in dict.fromkeys(trouble(error) for error in refused):
        flash(words, "bad")
    if not taken and not refused:
        flash(_("Nothing was changed: tick a message first."), "bad")
