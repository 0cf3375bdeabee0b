"""The check-up: everything between the wall plug and the network, and what to do where it is not well.

A look takes up to some seconds, and the page renews itself: so the last one is kept for a minute, and shared.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

from flask import Blueprint, flash, redirect, render_template, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from gateway import audit
from gateway.doctor import spoken
from gateway.doctor.findings import Examined, Finding, Level
from gateway.store import database, soundness
from gateway.store.soundness import Table
from web import sign_in
from web.language import say
from web.memory import Kept
from web.office import office
from web.tones import Look

log = logging.getLogger(__name__)
pages = Blueprint("doctor_pages", __name__)

FRESH = timedelta(minutes=1)
SECONDS = 1.0  # for the sizes of the tables
LARGEST = 12  # tables that are shown
LOOKS = {
    Level.GOOD: Look("good", "check"),
    Level.NOTE: Look("quiet", "note"),
    Level.UNKNOWN: Look("quiet", "question"),
    Level.WARN: Look("wait", "eye"),
    Level.BAD: Look("bad", "cross"),
}


class Result(NamedTuple):
    at: datetime
    examined: Sequence[Examined]
    tables: Sequence[Table]

    @property
    def wrong(self) -> list[Finding]:
        """What has to be mended."""
        return [each for one in self.examined for each in one.findings if each.level is Level.BAD]


class Surgery:
    """The last look, and one at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: Result | None = None

    def result(self, *, anew: bool = False) -> Result:
        """The last look, unless it is old, or another is asked for."""
        from gateway.doctor.examine import examine  # what looks for modems, which only a look needs
        from gateway.doctor.patient import Patient

        with self._lock:
            now = office().clock.now()
            if anew or self._last is None or abs(now - self._last.at) > FRESH:
                patient = Patient(office().config, now)
                found = tuple(examine(patient, office().clock))
                self._last = Result(now, found, soundness.tables(patient.site.database_path, SECONDS))
            return self._last


surgery = Kept(lambda _: Surgery())


@pages.get("/doctor")
def show() -> str:
    result = surgery().result()
    return render_template(
        "doctor.html",
        result=result,
        summary=_summary(result),
        looks=LOOKS,
        sentence=lambda finding: spoken.sentence(finding, say),
        cure=lambda finding: spoken.cure(finding, say),
        tables=result.tables[:LARGEST],
        more=max(0, len(result.tables) - LARGEST),
    )


@pages.post("/doctor")
def again() -> Response:
    surgery().result(anew=True)
    flash(_("Looked at everything again."), "good")
    return redirect(url_for(".show"))


@pages.get("/doctor/bundle")
def fetch() -> Response:
    """A look of this very moment, and all that explains it; noted where the database can be written."""
    from gateway.doctor import bundle
    from gateway.doctor.patient import Patient

    here, content = office(), io.BytesIO()
    result = surgery().result(anew=True)
    patient = Patient(here.config, result.at)
    bundle.write(patient, result.examined, spoken.text(result.examined, say), content)
    try:
        audit.write(sign_in.caller().source, "bundle_fetched", here.clock.now(), shown=bundle.name(patient))
    except database.Trouble as trouble:
        log.warning("cannot note who fetches the bundle: %s", trouble)
    content.seek(0)
    return send_file(
        content, as_attachment=True, download_name=bundle.name(patient), mimetype="application/gzip"
    )


def _summary(result: Result) -> str:
    if not (count := len(result.wrong)):
        return _("Nothing has to be mended.")
    return ngettext("%(num)s thing has to be mended.", "%(num)s things have to be mended.", count)
