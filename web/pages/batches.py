"""One text to many people: being reckoned, being written into the queue, taken back; what became of it."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from gateway import wake
from gateway.contacts import mailing
from gateway.errors import NotFound
from gateway.messages import batches
from gateway.messages.lifecycle import WAITING
from gateway.messages.outbox import UNDO
from gateway.store.models import Batch, Message
from web import postings, rehearsals, sign_in
from web.language import say
from web.office import office
from web.pages import names
from web.pages.sending import Page, rehearsed_many
from web.tones import STATES

pages = Blueprint("batches", __name__)

SHOWN = 20


@pages.get("/write/rehearsal/<key>")
def reckon(key: str) -> Page:
    """How far the reckoning is; then what would become of it."""
    look = rehearsals.find(key, sign_in.caller().source)
    if look is None:
        flash(_("This was too long ago. Write it again: nothing was sent."), "wait")
        return redirect(url_for("write.blank"))
    if not look.is_over:
        return render_template("reckoning.html", done=min(look.done, look.total), total=look.total)
    return rehearsed_many(look.letter, look)


@pages.get("/write/sent/<key>")
def sent(key: str) -> str:
    source = sign_in.caller().source
    batch, first = _known(key, source)
    counts = batches.counts(source, key)
    names.load(message.recipient for message in first)
    return render_template(
        "sent.html",
        key=key,
        batch=batch,
        counts=sorted(counts.items(), key=lambda item: [*STATES].index(item[0])),
        total=batch.total if batch else sum(counts.values()),
        waiting=sum(counts.get(state, 0) for state in WAITING),
        messages=first,
        faults=[(count, say(f"error.{code}")) for code, count in (batch.faults if batch else {}).items()],
        undo=_undo_until(batch, first),
    )


@pages.post("/write/sent/<key>/undo")
def undo(key: str) -> Response:
    """Take back whatever has not left; of very many a little at a time."""
    here, source = office(), sign_in.caller().source
    batch, _first = _known(key, source)
    if batch is not None:
        postings.undo(key)
        return redirect(url_for(".sent", key=key))
    taken = batches.take_back(source, key, source, here.clock.now())
    wake.ring(here.config.appliance.runtime_dir)
    if taken:
        words = ngettext(
            "%(num)s message is taken back: it will not be sent.",
            "%(num)s messages are taken back: they will not be sent.",
            taken,
        )
        flash(words, "good")
    else:
        flash(_("It was too late: everything has left."), "wait")
    return redirect(url_for(".sent", key=key))


def _undo_until(batch: Batch | None, first: list[Message]) -> datetime | None:
    """Until when nothing of it leaves; None where that time is over, or never was."""
    held = [message.until for message in first if message.reason == UNDO]
    until = batch.hold_until if batch and batch.state in (mailing.WRITING, mailing.DONE) else None
    until = until or next(iter(held), None)
    return until if until and until > office().clock.now() else None


def _known(key: str, source: str) -> tuple[Batch | None, list[Message]]:
    """Raises NotFound for what this person did not send."""
    batch = mailing.find(key)
    first = list(batches.first(source, key, SHOWN))
    if batch.source != source if batch else not first:
        raise NotFound("batch_unknown", id=key)
    return batch, first
