"""Who is told, and of what: chosen by an administrator, kept as one setting."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from gateway import audit, settings
from gateway.config import Appliance
from gateway.errors import Invalid, on_field
from gateway.features.mail import outgoing
from gateway.messages import numbers
from gateway.settings import NoticeSetting
from gateway.store import database

# Every kind of alarm, in the order in which they are chosen.
KINDS = (
    *("modem_down", "resets_over", "nothing_leaves", "self_test_failed", "storage_nearly_full"),
    *("sim_changed", "sim_paused", "budget_near", "budget_over"),
    *("disk_nearly_full", "backup_failed", "clock_untrusted", "panel_unusable"),
    *("webhook_backlog", "mail_backlog", "codes_unvalidated"),
    *("calendar_unreachable", "calendar_emptied"),
)
MOST = 10  # numbers, and as many addresses


def choose(to: str, mails: str, kinds: Iterable[str], by: str, site: Appliance, now: datetime) -> None:
    """`to` and `mails` as they were typed, commas or lines between them; `kinds` of which people are told.

    Raises Invalid on `numbers` or `mails`; Conflict `mail_no_relay` on `mails`.
    """
    addresses = [outgoing.address(typed, "mails") for typed in _split(mails)]
    if addresses:
        outgoing.check_relay(site, "mails")
    told = set(kinds)
    choice = NoticeSetting(
        numbers=_few([_number(typed, site) for typed in _split(to)], "numbers"),
        mails=_few(addresses, "mails"),
        quiet=tuple(kind for kind in KINDS if kind not in told),
    )
    with database.transaction():
        settings.choose_notices(choice)
        audit.write(by, "settings_changed", now, shown="notices")


def _split(typed: str) -> list[str]:
    return [found for each in re.split(r"[,;\n]", typed) if (found := each.strip())]


def _number(typed: str, site: Appliance) -> str:
    with on_field("numbers"):
        number = numbers.parse(typed, site.country)
    if not number.startswith("+"):  # nobody carries a short code about
        raise Invalid("bad_number", field="numbers", value=typed)
    return number


def _few(found: Iterable[str], field: str) -> tuple[str, ...]:
    each = tuple(dict.fromkeys(found))
    if len(each) > MOST:
        raise Invalid("notices_many", field=field, most=MOST)
    return each
