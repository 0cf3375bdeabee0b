"""Something done to many contacts at once, and a list of them taken elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as Answer

from gateway.contacts import choosing, groups, listing
from gateway.contacts.choosing import Choice
from gateway.errors import GatewayError, NotFound
from web import outflow, sign_in
from web.language import say, trouble
from web.office import office
from web.pages import chosen

pages = Blueprint("crowd_pages", __name__)


@pages.post("/contacts/several")
def sort() -> Answer:
    """Stick a tag on, or put into a group, those that are ticked or all that are listed."""
    asked = chosen.of(request.form)
    back = redirect(url_for("contact_pages.listing", **asked.address))
    ticked = request.form.getlist("number")
    if request.form.get("who") != "all":
        if not ticked:
            flash(_("Nobody is ticked: nothing was changed."), "bad")
            return back
        choice = Choice(numbers=ticked)
    else:
        choice = asked.choice
    try:
        flash(_done(choice, request.form.get("act", ""), request.form.get("name", "")), "good")
    except GatewayError as error:
        flash(trouble(error), "bad")
    return back


@pages.get("/contacts/export.csv")
def export() -> Response:
    """The list as it is chosen, a line a person."""
    here, asked = office(), chosen.of(request.args)
    by, now = sign_in.caller().source, here.clock.now()
    lines = listing.lines(asked.choice, here.config.appliance, by, now)
    return outflow.sheet(_headed(lines), "contacts.csv")


def _done(choice: Choice, act: str, name: str) -> Any:
    """Do it, and say on how many."""
    here, by = office(), sign_in.caller().source
    now, sleep = here.clock.now(), here.clock.sleep
    if act == "tag":
        count = choosing.tag(choice, name, by, now, sleep)
        said = ngettext("Tag stuck on %(num)s contact.", "Tag stuck on %(num)s contacts.", count)
        return said if count else _("All of them had it already.")
    if act == "untag":
        count = choosing.untag(choice, name, by, now, sleep)
        return str(ngettext("Tag taken off %(num)s contact.", "Tag taken off %(num)s contacts.", count))
    if act == "join":
        count = choosing.join(choice, groups.ensure(name, by, now).id, by, now, sleep)
        said = ngettext("%(num)s contact put into the group.", "%(num)s contacts put into the group.", count)
        return said if count else _("All of them were in it already.")
    if (group := groups.called(name)) is None:
        raise NotFound("group_unknown", name=name)
    count = choosing.leave(choice, group.id, by, now, sleep)
    return str(
        ngettext("%(num)s contact taken out of the group.", "%(num)s contacts taken out of the group.", count)
    )


def _headed(lines: Iterator[Sequence[str]]) -> Iterator[Sequence[str]]:
    """The headings that are codes of ours, in words."""
    headings = next(lines)
    own = headings[len(listing.COLUMNS) :]
    yield [*(say(f"column.{name}") for name in listing.COLUMNS), *own]
    yield from lines
