"""What a rehearsal means for the purse and for the SIMs: its cost, and each budget's room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from gateway import rulebook
from gateway.messages.outbox import Draft
from gateway.messages.rehearsal import Rehearsal
from gateway.modems import budgets
from gateway.policy.budgets import HELD, Expected, Forecast
from web.office import office


@dataclass(frozen=True, slots=True)
class Cost:
    amount: Decimal  # in the currency's unit
    currency: str


@dataclass(frozen=True, slots=True)
class Room:
    """What all of it would make of one SIM's budget, were it to leave through that SIM alone."""

    modem: str
    forecast: Forecast

    @property
    def over(self) -> list[Expected]:
        """The limits that it would go beyond."""
        found = self.forecast.expected
        return [one for one in found if one.most is not None and one.would_be > one.most]


def cost(seen: Rehearsal) -> Cost | None:
    """None where nobody has said what a part costs."""
    price = rulebook.price()
    return Cost(price.of(seen.parts), price.currency) if price else None


def rooms(seen: Rehearsal, draft: Draft, now: datetime) -> list[Room]:
    """One for each SIM that has limits and could carry it; none for what no budget holds."""
    if draft.category not in HELD or not seen.people:
        return []
    here = office().config
    modems = [draft.modem] if draft.modem else here.modem_names
    return [
        Room(modem, budgets.forecast(modem, seen.people, seen.parts_each, here.appliance.timezone, now))
        for modem in modems
        if budgets.of(modem).limits.chosen()
    ]
