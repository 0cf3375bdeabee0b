"""Copies of all that the appliance remembers: made, fetched, removed; how one is put back is explained."""

from __future__ import annotations

import logging
from threading import Lock, Thread

from flask import Blueprint, flash, redirect, render_template, send_file, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway import audit
from gateway.backup import leave, nightly, shelf
from gateway.errors import GatewayError
from gateway.store import database
from web import sign_in
from web.formats import local
from web.language import trouble
from web.office import Office, office
from web.outflow import octets
from web.pages.alarms import remedies

log = logging.getLogger(__name__)
pages = Blueprint("backup_pages", __name__)


class Desk:
    """One backup at a time, in a thread of its own; what went wrong is kept until the next one."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.failed: GatewayError | None = None

    def begin(self, here: Office, by: str) -> bool:
        """False when one is being made already."""
        if not self.lock.acquire(blocking=False):
            return False
        self.failed = None
        Thread(target=self._make, args=(here, by), name="backup", daemon=True).start()
        return True

    def _make(self, here: Office, by: str) -> None:
        try:
            with database.connection():
                shelf.add(here.config.appliance, by, here.clock.now())
        except GatewayError as error:
            self.failed = error
        except Exception as error:
            log.exception("while making a backup")
            self.failed = GatewayError("backup_failed", path="", detail=type(error).__name__)
        finally:
            self.lock.release()


desk = Desk()


@pages.get("/backups")
def show() -> str:
    config, now = office().config, office().clock.now()
    site, last = config.appliance, nightly.remembered()
    return render_template(
        "backups.html",
        backups=shelf.everything(site),
        progress=shelf.progress(site) if desk.lock.locked() else None,
        under_way=desk.lock.locked(),
        failed=trouble(desk.failed) if desk.failed else None,
        kept=shelf.KEPT,
        last=last,
        next_at=nightly.due(last, now),
        place=nightly.place(config),
        chosen=config.backup,
        at=nightly.next_night(now),
        remedy_words=remedies()[nightly.ALARM],
    )


@pages.post("/backups")
def make() -> Response:
    if not desk.begin(office(), sign_in.caller().source):
        flash(_("One is being made already."), "bad")
    return redirect(url_for(".show"))


@pages.post("/export")
def export() -> Response:
    """Everything in open formats; that it left is in the log."""
    here = office()
    now = here.clock.now()
    made = leave.pieces(here.config.appliance, sign_in.caller().source, now)
    return octets(filter(None, made), f"chappe-export-{local(now):%Y-%m-%d}.zip", "application/zip")


@pages.get("/backups/<name>")
def fetch(name: str) -> Response:
    here = office()
    path = shelf.find(here.config.appliance, name)
    audit.write(sign_in.caller().source, "backup_fetched", here.clock.now(), shown=name)
    return send_file(path, as_attachment=True, download_name=name, mimetype="application/x-tar")


@pages.post("/backups/<name>/remove")
def remove(name: str) -> Response:
    here = office()
    shelf.remove(here.config.appliance, name, sign_in.caller().source, here.clock.now())
    flash(_("The backup %(name)s is gone.", name=name), "good")
    return redirect(url_for(".show"))


@pages.app_template_filter("megabytes")
def megabytes(size: int) -> str:
    """A size in megabytes, in the writing of the page's language."""
    return str(format_decimal(size / 1_000_000, format="#,##0.0"))
