"""What a campaign cost, and what it brought back.  Pure; amounts are hundredths of the currency's unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from gateway.features.results import rates
from gateway.features.results.history import History


@dataclass(frozen=True, slots=True)
class Money:
    """`price` is that of one part, None where nobody has said it: then there is no cost, nor what follows
    from it."""

    parts: int
    messages: int  # that left
    conversions: int
    revenue: int | None  # None without codes: nobody knows
    price: Decimal | None

    @property
    def cost(self) -> Decimal | None:
        """Parts that left × the price of one."""
        return None if self.price is None else self.parts * self.price

    @property
    def roi(self) -> Decimal | None:
        """(revenue − cost) ÷ cost; None where nothing was paid."""
        if self.revenue is None or not self.cost:
            return None
        return (self.revenue - self.cost) / self.cost

    @property
    def per_message(self) -> Decimal | None:
        """Revenue ÷ messages that left."""
        return Decimal(self.revenue) / self.messages if self.revenue is not None and self.messages else None

    @property
    def per_conversion(self) -> Decimal | None:
        """Cost ÷ conversions."""
        return self.cost / self.conversions if self.cost is not None and self.conversions else None


def reckon(history: History, price: Decimal | None) -> Money:
    found = rates.count(history.people)
    revenue = sum(one.cents for one in history.purchases) if history.coded else None
    return Money(found.parts, found.sent, len(history.purchases), revenue, price)


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody thinks of: shares between 0 and 1, amounts in hundredths."""

    people: int
    parts: int  # each
    price: Decimal
    delivered: float
    converts: float  # of those who get it
    basket: Decimal  # what one purchase is worth


@dataclass(frozen=True, slots=True)
class Forecast:
    cost: Decimal
    delivered: Decimal
    conversions: Decimal
    revenue: Decimal
    break_even: Decimal | None  # the conversion rate at which it pays for itself; None where none would

    @property
    def gain(self) -> Decimal:
        return self.revenue - self.cost

    @property
    def roi(self) -> Decimal | None:
        return self.gain / self.cost if self.cost else None


def simulate(plan: Plan) -> Forecast:
    """Arithmetic on what was typed, nothing more."""
    cost = plan.people * plan.parts * plan.price
    delivered = plan.people * Decimal(str(plan.delivered))
    conversions = delivered * Decimal(str(plan.converts))
    worth = delivered * plan.basket
    return Forecast(cost, delivered, conversions, conversions * plan.basket, cost / worth if worth else None)
