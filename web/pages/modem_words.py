"""Words about modems: the life of a link, what is wrong, how to mend it, how long it lasted."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import Blueprint
from flask_babel import gettext as _

from gateway.status import ModemStatus
from gateway.store.models import Alarm
from web.language import say

words = Blueprint("modem_words", __name__)

# The way from nothing to ready; silent and resetting stand apart from it.
LIFE = ("closed", "opening", "sim", "registering", "ready")
APART = ("silent", "resetting")

NEARLY_FULL = 70  # per cent of a storage
CLOCKS_APART = 60  # seconds between the network's clock and ours that are worth a word


class Step(NamedTuple):
    """One step of a link's life; `place` is done, here or later."""

    state: str
    words: str
    place: str


def anchor(modem: str) -> str:
    """The name of a modem's card inside the page."""
    return "modem-" + re.sub(r"\W", "-", modem)


@words.app_template_global("link_life")
def life(state: str) -> list[Step]:
    """The steps in their order, seen from `state`; outside of the way none is the present one."""
    short = (_("Closed"), _("Port"), _("SIM card"), _("Network"), _("Ready"))
    here = LIFE.index(state) if state in LIFE else -1
    places = ["done" if at < here else "here" if at == here else "later" for at in range(len(LIFE))]
    return [Step(*step) for step in zip(LIFE, short, places, strict=True)]


@words.app_template_global("link_trouble")
def trouble(modem: ModemStatus) -> str:
    """What went wrong with a modem, in words, else as the modem said it."""
    return wrong(modem.error or "", modem.detail)


@words.app_template_global("wrong")
def wrong(code: str, detail: str = "") -> str:
    """What a code of a modem or of a request means; `detail`, else the code, where no words are known."""
    for said in (f"trouble.{code}", f"error.{code}"):
        if code and (sentence := say(said)) != said:
            return sentence
    return detail or code


@words.app_template_global("link_advice")
def advice(modem: ModemStatus) -> str:
    """What a person can do about a modem that is not ready; "" when there is nothing to do."""
    if modem.state == "ready":
        return ""
    return _cures().get(modem.error or "") or _patience().get(modem.state, "")


def cure(error: str) -> str:
    """How a person mends what this error names; "" where nobody can."""
    return _cures().get(error, "")


def _cures() -> dict[str, str]:
    """Error → how a person mends it."""
    pin = _("Type its PIN on the modem's card; it is tried within seconds.")
    plug = _("Check its cable and its power. The gateway opens it as soon as it is there.")
    puk = _("Put the SIM card in a telephone and type its PUK there; the operator tells it.")
    power = _("Look at its power supply, its cable and its aerial, then restart the modem.")
    return {
        "port_missing": plug,
        "port_lost": plug,
        "not_found": plug,
        "port_denied": _("Add the gateway's user to the group dialout, then start the gateway again."),
        "port_busy": _("Stop the other program. The gateway opens the port as soon as it is free."),
        "other_modem": _("Plug the right modem in, or correct this modem's entry in gateway.toml."),
        "sim_missing": _("Put the SIM card in until it clicks, then restart the modem."),
        "sim_pin_required": pin,
        "sim_pin_refused": pin,
        "sim_pin_last_try": _("Put the SIM card in a telephone and type its PIN there, then put it back."),
        "sim_puk": puk,
        "sim_locked": _("Ask the operator to free the SIM card, or use one that is not bound."),
        "registration_denied": _(
            "Ask the operator whether this SIM card is active and may use this network."
        ),
        "not_registered": _("If this lasts, move the aerial nearer a window."),
        "restarted": power,
        "resets_over": power,
    }


def _patience() -> dict[str, str]:
    """State → what the gateway does about it, and what to look at when it lasts."""
    return {
        "closed": _("Check that the modem is plugged in; the gateway tries again by itself."),
        "opening": _("The gateway is opening the modem's port; this takes a few seconds."),
        "sim": _("The SIM card is being read. If this lasts, check that it is in place and its PIN is set."),
        "registering": _(
            "The modem is looking for its network. If this lasts, move the aerial nearer a window."
        ),
        "silent": _("The modem stopped answering; the gateway will reset it by itself."),
        "resetting": _("The modem is being reset; this takes about a minute."),
    }


@words.app_template_global("alarm_words")
def alarm(raised: Alarm) -> str:
    """The alarm's sentence; an error inside it is said in words too."""
    facts = dict(raised.facts)
    if "error" in facts:
        facts["error"] = _woven(wrong(str(facts["error"])))
    return say(f"alarm.{raised.kind}", **facts)


def _woven(sentence: str) -> str:
    """The first sentence, as it stands inside another one."""
    first = re.split(r"(?<=\.)\s", sentence)[0].rstrip(".")
    return first if first[1:2].isupper() else first[:1].lower() + first[1:]


@words.app_template_filter("lasted")
def lasted(span: timedelta | float) -> str:
    """A length of time as one would say it: "45 s", "3 min 20 s", "2 h 5 min", "4 d 2 h"."""
    seconds = round(span.total_seconds() if isinstance(span, timedelta) else abs(span))
    units = ((86400, _("d")), (3600, _("h")), (60, _("min")), (1, _("s")))
    for at, (size, unit) in enumerate(units[:-1]):
        if seconds >= size:
            smaller, its_name = units[at + 1]
            rest = seconds % size // smaller
            return f"{seconds // size} {unit}" + (f" {rest} {its_name}" if rest else "")
    return f"{seconds} {units[-1][1]}"


@words.app_template_filter("instant")
def instant(written: str) -> datetime:
    """The instant of an RFC 3339 text."""
    return datetime.fromisoformat(written)


@words.app_template_filter("masked")
def masked(value: str) -> str:
    """The last four digits of an identity; the rest stays on the machine."""
    return f"•••• {value[-4:]}" if len(value) > 4 else value


@words.app_template_global("fullness")
def fullness(modem: ModemStatus) -> int | None:
    """How full the storage is, in per cent; None where the modem did not say."""
    if modem.storage_used is None or not modem.storage_total:
        return None
    return min(100, 100 * modem.storage_used // modem.storage_total)


words.record(
    lambda setup: setup.app.jinja_env.globals.update(
        nearly_full=NEARLY_FULL, clocks_apart=CLOCKS_APART, apart=APART, modem_anchor=anchor
    )
)
