"""What needs a person: received messages that may be a STOP, messages that were found too late, that may have
left or not, or that did not arrive.

Of a received one a person says whether it is a STOP.  For a late one there are two answers: send it now, or
cancel it; for the others: it left, or send it again.  The same form serves one message and many.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from gateway import wake
from gateway.errors import Conflict, GatewayError, NotFound
from gateway.messages import decisions, doubts, outbox
from gateway.policy.categories import CATEGORIES, WhenUncertain
from gateway.store import database
from gateway.store.models import Message
from web import formats, sign_in
from web.language import trouble
from web.office import office
from web.pages import names

pages = Blueprint("attention", __name__)

VERBS = {
    "left": decisions.it_left,
    "again": decisions.send_again,
    "release": decisions.release,
    "cancel": outbox.cancel,
}
MOST = decisions.MOST


@pages.get("/attention")
def show() -> str:
    waiting, doubtful = decisions.waiting(office().clock.now()), doubts.waiting()
    names.load([*(message.sender for message in doubtful), *(message.recipient for message in waiting)])
    return render_template(
        "attention.html",
        doubtful=doubtful,
        groups={
            name: [message for message in waiting if _group(message) == name]
            for name in ("late", "uncertain", "failed")
        },
        ticked="all" in request.args,
    )


@pages.post("/attention/<any(left,again,release,cancel):decision>")
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


@pages.post("/attention/<any(stop,other):meaning>")
def answer(meaning: str) -> Response:
    """Say of the received message `uid` whether it is a STOP."""
    caller, now, uid = sign_in.caller(), office().clock.now(), request.form.get("uid", "")
    try:
        if meaning == "stop":
            doubts.it_is(uid, caller, now)
            wake.ring(caller.site.runtime_dir)
            flash(_("That person gets no more marketing, and is told so."), "good")
        else:
            doubts.it_is_not(uid, caller, now)
            flash(_("It was no STOP: nothing changes for that person."), "good")
    except (Conflict, NotFound) as error:
        flash(trouble(error), "bad")
    return redirect(url_for("attention.show"))


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
        return min(MOST, doubts.count() + decisions.count(office().clock.now()))
    except database.Trouble:
        return 0


def _group(message: Message) -> str:
    return {"held": "late", "uncertain": "uncertain"}.get(message.state, "failed")


def _tell(decision: str, taken: int, refused: Sequence[GatewayError]) -> None:
    if taken and decision == "left":
        flash(ngettext("%(num)s message counts as sent.", "%(num)s messages count as sent.", taken), "good")
    elif taken and decision == "again":
        flash(ngettext("%(num)s message is sent again.", "%(num)s messages are sent again.", taken), "good")
    elif taken and decision == "release":
        flash(
            ngettext("%(num)s message stands in the queue.", "%(num)s messages stand in the queue.", taken),
            "good",
        )
    elif taken:
        flash(ngettext("%(num)s message is canceled.", "%(num)s messages are canceled.", taken), "good")
    for words in dict.fromkeys(trouble(error) for error in refused):
        flash(words, "bad")
    if not taken and not refused:
        flash(_("Nothing was changed: tick a message first."), "bad")
