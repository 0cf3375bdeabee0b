"""The section Alarms of the settings: who is told of what, and a test of each way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from gateway import settings, wake
from gateway.errors import Conflict
from gateway.features.mail import outgoing
from gateway.features.notices import choices, telling
from gateway.settings import NoticeSetting
from gateway.store.models import Mail
from web import sign_in
from web.office import office

Form = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Sight:
    """What the section shows; `relay` is "" where the configuration names none."""

    chosen: NoticeSetting
    kinds: Sequence[str]
    relay: str
    last: Mail | None


def sight() -> Sight:
    return Sight(settings.notices(), choices.KINDS, office().config.appliance.mail.host, outgoing.newest())


def choose(form: Form, by: str, now: datetime) -> None:
    """Raises Invalid or Conflict on `numbers` or `mails`."""
    site, kinds = office().config.appliance, form.getlist("kind")
    choices.choose(form.get("numbers", ""), form.get("mails", ""), kinds, by, site, now)


def send_test(way: str) -> None:
    """Raises Conflict where nobody is told that way, or there is no relay."""
    here = office()
    send = telling.test if way == "message" else telling.test_mail
    count = send(sign_in.caller(), here.clock.now())
    if not count:
        raise Conflict("notices_nobody", field="numbers" if way == "message" else "mails")
    wake.ring(here.config.appliance.runtime_dir)
    flash(
        ngettext(
            "The test is on its way to %(num)s person.", "The test is on its way to %(num)s people.", count
        ),
        "good",
    )
