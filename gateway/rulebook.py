"""The people's choices about the law: rows named `law.…`, read anew for every decision.

What is stricter than the default anybody may choose; what goes beyond it asks for a reason, which is kept
with the choice and in the log.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from gateway import audit
from gateway.errors import Invalid
from gateway.policy.categories import MARKETING_HOURS, Hours
from gateway.policy.rulebook import DEFAULT_HOURS, Caps, Rulebook
from gateway.store import choices, database, rules

HOURS, CAPS, PLACE, PRICE = "law.hours", "law.caps", "law.place", "law.price"
DAYS = range(7)  # Monday is 0
MOST_A_DAY, MOST_A_MONTH = 10, 100
LONGEST_REASON = 200
DEAREST = Decimal(1000)  # cents for one part
CURRENCY = re.compile(r"[A-Z]{3}")  # ISO 4217


@dataclass(frozen=True, slots=True)
class Beyond:
    """Who went beyond what is usual, when, and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Price:
    """What one part costs: hundredths of the currency's unit (ISO 4217)."""

    cents: Decimal
    currency: str

    def of(self, parts: int) -> Decimal:
        """What so many parts cost, in the currency's unit."""
        return parts * self.cents / 100


# ---- reading -------------------------------------------------------------------------------------


def read() -> Rulebook:
    """The rules as they are chosen now: one small query, parsed only when it changed."""
    return _parse(rules.choices())


def lifted() -> Beyond | None:
    """Why the hours for marketing go beyond the usual ones; None while they do not."""
    return _beyond(_chosen(HOURS).get("lifted"))


def raised() -> Beyond | None:
    """Why more marketing is allowed than usual; None while it is not."""
    return _beyond(_chosen(CAPS).get("raised"))


def price() -> Price | None:
    """What a part costs; None until somebody has said it."""
    chosen = _chosen(PRICE)
    return Price(Decimal(chosen["cents"]), chosen["currency"]) if chosen else None


@lru_cache(maxsize=2)
def _parse(rows: tuple[tuple[str, str], ...]) -> Rulebook:
    chosen = {name: json.loads(value) for name, value in rows}
    hours, caps = chosen.get(HOURS, {}), chosen.get(CAPS, {})
    return Rulebook(
        hours={**DEFAULT_HOURS, "marketing": _hours(hours, DEFAULT_HOURS["marketing"])},
        caps=Caps(**{name: most for name, most in caps.items() if name in Caps.__slots__}),
        alsace=bool(chosen.get(PLACE, {}).get("alsace")),
        lifted=bool(hours.get("lifted")),
    )


def _hours(chosen: Mapping[str, Any], default: Hours | None) -> Hours | None:
    if not chosen.get("days"):
        return default
    opens, closes = time.fromisoformat(chosen["opens"]), time.fromisoformat(chosen["closes"])
    return Hours(frozenset(chosen["days"]), opens, closes)


def _chosen(name: str) -> dict[str, Any]:
    return choices.find(name) or {}


def _beyond(kept: Mapping[str, str] | None) -> Beyond | None:
    return Beyond(kept["by"], datetime.fromisoformat(kept["at"]), kept["reason"]) if kept else None


# ---- choosing: refused, or written down with its line in the log ----------------------------------


def choose_hours(
    days: Iterable[int],
    opens: time,
    closes: time,
    by: str,
    now: datetime,
    lift: bool = False,
    reason: str = "",
) -> None:
    """When marketing may ring a phone; beyond Monday to Saturday, 8 to 20 h, only who means to `lift` it.

    Raises Invalid on `days`, `opens`, `closes`, `lift` or `reason`, and changes nothing then.
    """
    wanted = Hours(frozenset(days), opens, closes)
    _check_hours(wanted)
    beyond = None
    if not _is_within(wanted, MARKETING_HOURS):
        if not lift:
            raise Invalid("hours_beyond", field="lift")
        beyond = _said(by, now, reason)
    told = {"days": sorted(wanted.days), "opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}
    with database.transaction():
        choices.keep(HOURS, {**told, "lifted": beyond})
        _note("hours_lifted" if beyond else "settings_changed", HOURS, by, now, told, beyond)


def choose_caps(caps: Caps, by: str, now: datetime, reason: str = "") -> None:
    """How much marketing one person gets; more than usual only with a reason.

    Raises Invalid on `a_day`, `a_month` or `reason`, and changes nothing then.
    """
    for name, most in (("a_day", MOST_A_DAY), ("a_month", MOST_A_MONTH)):
        if not 1 <= getattr(caps, name) <= most:
            raise Invalid("out_of_range", field=name, least=1, most=most)
    usual = Caps()
    is_more = caps.a_day > usual.a_day or caps.a_month > usual.a_month
    beyond = _said(by, now, reason) if is_more else None
    with database.transaction():
        choices.keep(CAPS, {**asdict(caps), "raised": beyond})
        _note("caps_raised" if beyond else "settings_changed", CAPS, by, now, asdict(caps), beyond)


def choose_place(alsace: bool, by: str, now: datetime) -> None:
    """Whether Good Friday and 26 December are holidays in mainland France, as they are in Alsace-Moselle."""
    with database.transaction():
        choices.keep(PLACE, {"alsace": alsace})
        audit.write(by, "settings_changed", now, shown=PLACE, alsace=alsace)


def choose_price(cents: str, currency: str, by: str, now: datetime) -> None:
    """What a part costs, in hundredths of the currency as a person writes them ("4,5"); "" forgets it.

    Raises Invalid on `cents` or `currency`, and changes nothing then.
    """
    chosen = _price(cents, currency) if cents.strip() else None
    with database.transaction():
        choices.forget(PRICE)
        told = {"cents": str(chosen.cents), "currency": chosen.currency} if chosen else {}
        if told:
            choices.keep(PRICE, told)
        audit.write(by, "settings_changed", now, shown=PRICE, **told)


def _price(cents: str, currency: str) -> Price:
    try:
        amount = Decimal(cents.strip().replace(",", "."))
    except InvalidOperation as error:
        raise Invalid("price_unreadable", field="cents", value=cents) from error
    if not amount.is_finite() or not 0 <= amount <= DEAREST:
        raise Invalid("out_of_range", field="cents", least=0, most=int(DEAREST))
    if not CURRENCY.fullmatch(currency.strip().upper()):
        raise Invalid("currency_unknown", field="currency", value=currency)
    return Price(amount, currency.strip().upper())


def _check_hours(wanted: Hours) -> None:
    if not wanted.days:
        raise Invalid("days_missing", field="days")
    if not wanted.days <= set(DAYS):
        raise Invalid("out_of_range", field="days", least=DAYS[0], most=DAYS[-1])
    if wanted.opens >= wanted.closes:
        raise Invalid("closes_early", field="closes", opens=f"{wanted.opens:%H:%M}")


def _is_within(wanted: Hours, usual: Hours) -> bool:
    return wanted.days <= usual.days and usual.opens <= wanted.opens and wanted.closes <= usual.closes


def _said(by: str, now: datetime, reason: str) -> dict[str, str]:
    """The reason as it is kept; raises Invalid where there is none."""
    if not reason.strip():
        raise Invalid("beyond_reason", field="reason")
    if len(reason.strip()) > LONGEST_REASON:
        raise Invalid("text_long", field="reason", most=LONGEST_REASON)
    return {"by": by, "at": now.isoformat(), "reason": reason.strip()}


def _note(
    action: str, name: str, by: str, now: datetime, told: Mapping[str, Any], beyond: Mapping[str, str] | None
) -> None:
    why = {"reason": beyond["reason"]} if beyond else {}
    audit.write(by, action, now, shown=name, **told, **why)
