"""Texts to many people: written into the queue, and taken back, behind the page that asked for it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from flask import Flask

from gateway import status, wake
from gateway.contacts import mailing
from gateway.contacts.mailing import Mail
from gateway.messages.outbox import PAUSE, Caller
from gateway.store import database
from gateway.store.models import Batch
from web.errands import Errands
from web.memory import Kept, application
from web.office import office

UNDOABLE = ("notification", "marketing")  # the others leave at once: a code that waits is worth less
A_PERSON = timedelta(milliseconds=10)  # that the form itself takes, where it writes to each
RETRY = 5.0  # seconds, where the database would not

log = logging.getLogger(__name__)

desk = Kept(lambda _: Errands("postings"))


def close(app: Flask) -> None:
    """The process leaves: what is not done is taken up again by the next one."""
    desk.of(app).close()


def resume(app: Flask) -> None:
    """Go on with what an earlier process left unfinished; where the database would not, the next one does."""
    try:
        with app.app_context(), database.connection():
            for batch in mailing.unfinished():
                _hand_over(app, batch)
    except database.Trouble as trouble:
        log.error("the database would not: %s", trouble)


def hold_until(mail: Mail, people: int) -> datetime | None:
    """Until when what leaves now can be taken back; None where it leaves at once, or waits anyway."""
    here = office()
    if mail.category not in UNDOABLE or mail.send_at is not None or not here.config.web.undo_s:
        return None
    return here.clock.now() + timedelta(seconds=here.config.web.undo_s) + people * A_PERSON


def post(mail: Mail, key: str, people: int, caller: Caller) -> Batch:
    """Begin, and leave it to itself."""
    now = office().clock.now()
    batch = mailing.begin(mail, key, people, hold_until(mail, 0), caller.source, now)
    _hand_over(application(), batch)
    return batch


def undo(key: str) -> None:
    """Stop it, and take back what has not left."""
    _hand_over(application(), mailing.stop(key))


def _hand_over(app: Flask, batch: Batch) -> None:
    work = _undo if batch.state == mailing.UNDOING else _write
    desk.of(app).add(lambda: work(app, batch.key))


def _write(app: Flask, key: str) -> None:
    closing = desk.of(app).closing
    with app.app_context(), database.connection():
        here, batch = office(), mailing.get(key)
        site = here.config.appliance
        if batch.state != mailing.WRITING:
            return
        readers = mailing.readers(batch, site.country, here.clock.now())
        while not closing.is_set():
            now = here.clock.now()
            trusted = status.read(site.runtime_dir, now).trusted
            caller = Caller(batch.source, site, here.config.modem_names, here.ids, trusted)
            try:
                more = mailing.step(batch, caller, readers, now)
            except database.Trouble as trouble:
                log.error("a message to many people waits: %s", trouble)
                closing.wait(RETRY)
                readers = mailing.readers(batch, site.country, now)
                continue
            wake.ring(site.runtime_dir)
            if not more:
                return
            closing.wait(PAUSE)


def _undo(app: Flask, key: str) -> None:
    with app.app_context(), database.connection():
        here, batch = office(), mailing.get(key)
        mailing.undo(key, batch.source, here.clock.now())
        wake.ring(here.config.appliance.runtime_dir)
