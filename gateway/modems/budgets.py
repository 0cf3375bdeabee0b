"""The budget of a SIM: what a person chose for it, how much of it is used, and what a campaign would make
of it.

Counted are the parts that were handed to the modem, by the SIM's own number: the rows tell.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from math import inf
from types import MappingProxyType
from zoneinfo import ZoneInfo

from gateway import audit
from gateway.errors import Invalid
from gateway.modems.meter import day_start, next_month, since_of
from gateway.policy import budgets
from gateway.policy.budgets import LIMITS, MONTH, RECIPIENTS, Due, Forecast, Limits, Use
from gateway.store import choices, usage
from gateway.store.models import Sim

# A place to begin at; what the contract of the SIM says goes before.
PRESETS: Mapping[str, Limits] = MappingProxyType(
    {
        "careful": Limits(minute=20, day=200, recipients_month=200),
        "business": Limits(minute=30, day=1000, month=10_000, recipients_month=2000),
        "none": Limits(),
    }
)
OWN = "own"  # limits that are no preset's
LEAST, MOST = 1, 1_000_000


@dataclass(frozen=True, slots=True)
class Budget:
    """What was chosen for a SIM: a preset's name or OWN, None where nobody has chosen yet."""

    preset: str | None
    limits: Limits


NOT_CHOSEN = Budget(None, Limits())


def of(modem: str) -> Budget:
    """The budget chosen for the SIM of this modem: one small query, parsed only when it changed."""
    return _parse(usage.chosen(_name(modem)))


def choose(modem: str, limits: Limits, by: str, now: datetime) -> Budget:
    """Write down what a SIM may send; raises Invalid `out_of_range` and changes nothing."""
    for limit, most in limits.chosen().items():
        least = 0 if limit == "ratio" else LEAST
        if not least <= most <= MOST:
            raise Invalid("out_of_range", field=limit, least=least, most=MOST)
    preset = next((name for name, known in PRESETS.items() if known == limits), OWN)
    choices.keep(_name(modem), {"preset": preset, "limits": limits.chosen()})
    audit.write(by, "modem_budget", now, shown=modem, preset=preset, limits=limits.chosen())
    return Budget(preset, limits)


@lru_cache(maxsize=64)
def _parse(written: str | None) -> Budget:
    if written is None:
        return NOT_CHOSEN
    value = json.loads(written)
    return Budget(value["preset"], Limits(**value["limits"]))


def _name(modem: str) -> str:
    return f"budget.{modem}"


# ---- how much is used ----------------------------------------------------------------------------


def uses(modem: str, zone: ZoneInfo, now: datetime) -> list[Use]:
    """Every count of the SIM in this modem, with its limit where there is one; from the rows."""
    sim, limits = _sim(modem), of(modem).limits
    return [_use(limit, sim, limits, zone, now) for limit in LIMITS]


def _use(limit: str, sim: str, limits: Limits, zone: ZoneInfo, now: datetime) -> Use:
    since, most = since_of(limit, zone, now), getattr(limits, limit)
    if limit in RECIPIENTS:
        return Use(limit, len(usage.recipients(sim, since, now)), most)
    if limit == "ratio":
        allowed = None if most is None else budgets.balance(most, usage.received(sim, since, now))
        return Use(limit, usage.messages(sim, since, now), allowed)
    return Use(limit, usage.parts(sim, since, now), most)


def _sim(modem: str) -> str:
    """The SIM that belongs in this modem; "" where none was ever seen."""
    known = Sim.get_or_none(Sim.modem == modem)
    return known.sim if known else ""


def written_to(modem: str, since: datetime, now: datetime) -> Collection[str]:
    """Everybody whom the SIM in this modem wrote to after `since`."""
    return usage.recipients(_sim(modem), since, now).keys()


def forecast(
    modem: str,
    recipients: Collection[str],
    parts: int,
    zone: ZoneInfo,
    now: datetime,
    due: Due = lambda day: inf,
) -> Forecast:
    """What a campaign of `parts` parts to each of these people would make of this SIM's limits, were it to
    leave through it alone from `now` on; `due`: how many may have left by so many days later."""
    people, sim = set(recipients), _sim(modem)
    known = usage.recipients(sim, now - MONTH, now)
    today = usage.recipients(sim, since_of("recipients_day", zone, now), now)
    midnight = day_start(now, zone, 0)
    return budgets.forecast(
        uses(modem, zone, now),
        len(people),
        parts,
        {"recipients_month": len(people - known.keys()), "recipients_day": len(people - today.keys())},
        sorted((at + MONTH - midnight).days for at in known.values()),
        (next_month(now, zone).astimezone(zone).date() - now.astimezone(zone).date()).days,
        due,
    )


# ---- numbers that begin with 06 or 07 -------------------------------------------------------------

FRENCH_MOBILE = ("+336", "+337")
FEW = 5  # different numbers in thirty days
ABOVE = 20  # per cent of messages sent above those received


@dataclass(frozen=True, slots=True)
class Notice:
    """What a French mobile number may show to a machine (Arcep, decision 2022-1583), and how this SIM
    stands in the last thirty days; `accepted_by` None: nobody has said yet to have read it."""

    number: str
    recipients: int
    sent: int
    received: int
    accepted_by: str | None
    accepted_at: datetime | None

    @property
    def is_within(self) -> bool:
        """One of the two exceptions that are quoted from the decision fits."""
        return self.recipients <= FEW or self.sent <= budgets.balance(ABOVE, self.received)


def notice(modem: str, number: str, now: datetime) -> Notice | None:
    """For a SIM with this number of its own; None where the decision is not about it."""
    if not number.startswith(FRENCH_MOBILE):
        return None
    sim, since = _sim(modem), now - MONTH
    written = usage.chosen(_notice(modem))
    read = json.loads(written) if written else {}
    accepted = read if read.get("number") == number else {}
    return Notice(
        number,
        len(usage.recipients(sim, since, now)),
        usage.messages(sim, since, now),
        usage.received(sim, since, now),
        accepted.get("by"),
        datetime.fromisoformat(accepted["at"]) if accepted else None,
    )


def accept_notice(modem: str, number: str, by: str, now: datetime) -> None:
    """Somebody says to have read it; the first one is kept, for as long as the number is the same."""
    known = notice(modem, number, now)
    if known is None or known.accepted_by is not None:
        return
    choices.keep(_notice(modem), {"number": number, "by": by, "at": now.isoformat()})
    audit.write(by, "modem_notice", now, shown=modem)


def _notice(modem: str) -> str:
    return f"notice.{modem}"
