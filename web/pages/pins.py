"""The PIN for which a SIM card asks: a field where the page may keep it, else the line to type."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, flash, request
from flask_babel import gettext as _

from gateway.config import ModemConfig
from gateway.errors import NotFound
from gateway.modems import pin_files
from gateway.status import ModemStatus
from web import sign_in
from web.office import office

pages = Blueprint("pins", __name__)

ASKED = ("sim_pin_required", "sim_pin_refused")


class Keeping(NamedTuple):
    """The file in which a modem's PIN is kept."""

    path: str
    writable: bool


@pages.app_template_global("pin_place")
def place(modem: ModemStatus) -> Keeping | None:
    """Where the PIN goes for which this modem's SIM asks; None while it does not ask."""
    if modem.error not in ASKED or modem.name not in office().config.modem_names:
        return None
    entry = _configured(modem.name)
    return Keeping(str(pin_files.place(entry, office().config.appliance)), pin_files.writable(entry))


def give(modem: str) -> None:
    """Keep the PIN of the form; raises NotFound for the modem, Invalid or Conflict for the PIN."""
    here, entry = office(), _configured(modem)
    typed = request.form.get("pin", "").strip()
    pin_files.give(entry, here.config.appliance, typed, sign_in.caller().source, here.clock.now())
    flash(_("The PIN is kept. The SIM card gets it within seconds."), "good")


def _configured(modem: str) -> ModemConfig:
    found = next((entry for entry in office().config.modems if entry.name == modem), None)
    if found is None:
        raise NotFound("modem_unknown", value=modem, known=", ".join(office().config.modem_names))
    return found
