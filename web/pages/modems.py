"""One card a modem: all that is known of it, and what to do when it is not well."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import gettext as _

from gateway import status
from web.office import office

pages = Blueprint("modem_pages", __name__)

WELL = "ready"


@pages.get("/modems")
def show() -> str:
    return render_template("modems.html", status=known(), configured=office().config.modem_names)


@pages.app_template_global("link_advice")
def advice(state: str) -> str:
    """What a person can do about a modem in this state; "" when it is well."""
    return {
        "closed": _("Check that the modem is plugged in; the gateway tries again by itself."),
        "opening": _("The gateway is opening the modem's port; this takes a few seconds."),
        "sim": _("The SIM card is being read. If this lasts, check that it is in place and its PIN is set."),
        "registering": _(
            "The modem is looking for its network. If this lasts, move the aerial nearer a window."
        ),
        "silent": _("The modem stopped answering; the gateway will reset it by itself."),
        "resetting": _("The modem is being reset; this takes about a minute."),
    }.get(state, "")


@pages.app_template_global("link_trouble")
def trouble(modem: status.ModemStatus) -> str:
    """What went wrong with a modem, in words where a person can mend it, else as the modem said it."""
    known_words = {
        "sim_missing": _("There is no SIM card in the modem: put one in."),
        "sim_pin_required": _("The SIM card asks for its PIN: name its file as pin_file in gateway.toml."),
        "sim_pin_refused": _("The PIN was tried once and refused. Correct it: it is not tried twice."),
        "sim_puk": _("The SIM card is locked. Put it in a telephone and type its PUK there."),
        "sim_locked": _("The SIM card is bound to another device or operator."),
        "no_pdu_mode": _("This modem cannot carry messages."),
        "registration_denied": _("The network refuses this SIM card or this modem. Ask the operator."),
        "port_missing": _("The modem's port is not there: it may be unplugged."),
    }
    return known_words.get(modem.error or "", modem.detail or modem.error or "")


@pages.app_template_filter("masked")
def masked(value: str) -> str:
    """The last four digits of an identity; the rest stays on the machine."""
    return f"•••• {value[-4:]}" if len(value) > 4 else value


def known() -> status.Status:
    """What the gateway last said of itself and of its modems."""
    return status.read(office().config.appliance.runtime_dir, office().clock.now())
