"""The row of lamps on the first page: is everything well?  Each says so in words and leads to its page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from babel.numbers import format_decimal
from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from gateway.backup import nightly, shelf
from gateway.modems import budgets
from gateway.status import ModemStatus, Status
from gateway.store.models import Alarm
from web import formats, tones
from web.language import current, say
from web.office import office
from web.pages.modems import WELL
from web.roles import may

HOME_NETWORKS = (1, 5, 6, 7, 9, 10)  # values of <stat> with which messages pass (27.007 section 7.2)
MEGA, GIGA = 1_000_000, 1_000_000_000
LITTLE, SCARCE = GIGA, 100 * MEGA  # octets free on the disk
FEW_BARS = 1
FRESH = timedelta(days=8)  # a backup: one a week


class Lamp(NamedTuple):
    """`tone` is good, wait, bad or quiet, as in `web.tones`; `href` is "" where the reader's role does not
    reach."""

    name: str
    title: str
    tone: str
    words: str
    href: str

    @property
    def icon(self) -> str:
        return {"good": "check", "wait": "eye", "bad": "cross"}.get(self.tone, "dot")


def lamps(seen: Status, standing: Sequence[Alarm]) -> list[Lamp]:
    """In the order in which things depend on each other."""
    modems = url_for("modem_pages.show")
    return [
        Lamp("modems", _("Modems"), *_modems(seen), modems),
        Lamp("network", _("Network"), *_network(seen), modems),
        Lamp("clock", _("Clock"), *_clock(seen), "#clock"),
        Lamp("disk", _("Disk"), *_disk(), url_for("help.topic", name="troubles")),
        Lamp("budgets", _("Budgets"), *_budgets(standing), modems),
        Lamp("backup", _("Backup"), *_backup(standing), _page("backup_pages.show")),
    ]


def _modems(seen: Status) -> tuple[str, str]:
    if not seen.alive:
        return "bad", _("the gateway does not run")
    ready = sum(modem.state == WELL for modem in seen.modems)
    tone = "good" if seen.modems and ready == len(seen.modems) else "wait" if ready else "bad"
    if not seen.modems:
        return tone, _("none is known")
    count = len(seen.modems)
    return tone, ngettext("%(ready)s of %(num)s ready", "%(ready)s of %(num)s ready", count, ready=ready)


def _network(seen: Status) -> tuple[str, str]:
    """The worst of those that are ready: a modem that is not has a lamp of its own."""
    heard = [_reception(modem) for modem in seen.modems if seen.alive and modem.state == WELL]
    worst = {"bad": 0, "wait": 1, "good": 2}
    return min(heard, key=lambda one: worst[one[0]], default=("quiet", _("not heard of")))


def _reception(modem: ModemStatus) -> tuple[str, str]:
    if modem.registration is not None and modem.registration not in HOME_NETWORKS:
        return "bad", say(f"registration.{modem.registration}")
    weak = modem.signal_dbm is not None and tones.bars(modem.signal_dbm) <= FEW_BARS
    words = formats.signal_words(modem.signal_dbm)
    return "wait" if weak else "good", f"{modem.operator}, {words}" if modem.operator else words


def _clock(seen: Status) -> tuple[str, str]:
    sources = {
        "ntp": _("kept by a time server"),
        "network": _("as the mobile network says"),
        "person": _("as a person says"),
    }
    if not seen.clock.trusted:
        return "wait", _("nobody vouches for it")
    return "good", sources.get(seen.clock.source, _("right"))


def _disk() -> tuple[str, str]:
    try:
        free = shutil.disk_usage(office().config.appliance.data_dir).free
    except OSError:
        return "bad", _("cannot be read")
    return room(free)


def room(free: int) -> tuple[str, str]:
    """What so many octets are worth."""
    tone = "good" if free >= LITTLE else "wait" if free >= SCARCE else "bad"
    size, unit = (free / GIGA, _("GB")) if free >= GIGA else (free / MEGA, _("MB"))
    amount = format_decimal(size, format="0.#" if size < 10 else "0", locale=current())
    return tone, _("%(amount)s %(unit)s free", amount=amount, unit=unit)


def _budgets(standing: Sequence[Alarm]) -> tuple[str, str]:
    kinds = {alarm.kind for alarm in standing}
    if "budget_over" in kinds:
        return "wait", _("used up for now")
    if "budget_near" in kinds:
        return "wait", _("nearly used up")
    return ("good", _("there is room")) if any(_chosen()) else ("quiet", _("none was chosen"))


def _backup(standing: Sequence[Alarm]) -> tuple[str, str]:
    if any(alarm.kind == nightly.ALARM for alarm in standing):
        return "bad", _("the one of the night failed")
    made = [shelf.made_at(name) for name in shelf.names(office().config.appliance)[:1]]
    newest = max([*made, *filter(None, [nightly.remembered().made_at])], default=None)
    if newest is None:
        return "quiet", _("none was made")
    old = office().clock.now() - newest > FRESH
    return "wait" if old else "good", formats.moment(newest)


def _page(endpoint: str) -> str:
    return url_for(endpoint) if may(endpoint) else ""


def _chosen() -> Iterator[bool]:
    for modem in office().config.modem_names:
        yield bool(budgets.of(modem).limits.chosen())
