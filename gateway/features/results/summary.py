"""A campaign's figures together: for a page, a sheet, a program, a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gateway import rulebook
from gateway.features.campaigns import states
from gateway.features.results import history, money, rates, yardstick
from gateway.features.results.history import History
from gateway.features.results.money import Money
from gateway.features.results.rates import Counts, Rate
from gateway.features.results.yardstick import Reading
from gateway.store.models import Campaign


@dataclass(frozen=True, slots=True)
class Summary:
    """`rates` in the order of rates.NAMES."""

    campaign: Campaign
    history: History
    counts: Counts
    rates: tuple[Rate, ...]
    money: Money

    def rate(self, name: str) -> Rate:
        return next(one for one in self.rates if one.name == name)


def of(campaign: Campaign) -> Summary:
    """As of now, with what a part costs today."""
    price = rulebook.price()
    return _summed(campaign, history.of(campaign), price.cents if price else None)


def piece(whole: Summary, part: History) -> Summary:
    """The same of some of its people."""
    return _summed(whole.campaign, part, whole.money.price)


def newest(limit: int, before: int | None = None) -> list[Summary]:
    """Of the campaigns that have begun, the newest first; older than the row `before`."""
    rows = Campaign.select().where(Campaign.state != states.DRAFT, Campaign.started_at.is_null(False))
    if before is not None:
        rows = rows.where(Campaign.id < before)
    return [of(campaign) for campaign in rows.order_by(Campaign.id.desc()).limit(limit)]


def readings(whole: Summary) -> dict[str, Reading]:
    """Each rate beside those of the campaigns of its category before it, by the rate's name."""
    rows = Campaign.select().where(
        Campaign.state.in_(list(states.OVER)),
        Campaign.started_at < whole.campaign.started_at,
        Campaign.category == whole.campaign.category,
    )
    former = [of(campaign) for campaign in rows.order_by(Campaign.started_at.desc()).limit(yardstick.FORMER)]
    found = {one.name: yardstick.read(one, [each.rate(one.name) for each in former]) for one in whole.rates}
    return {name: reading for name, reading in found.items() if reading is not None}


def usual(summaries: Sequence[Summary]) -> tuple[Rate, Rate, Decimal | None]:
    """(delivery, conversion, what one purchase was worth): of several campaigns together, for a plan.

    Conversions only of campaigns with codes.
    """
    sent = sum(one.counts.sent for one in summaries)
    delivered = sum(one.counts.delivered for one in summaries)
    coded = [one for one in summaries if one.history.coded]
    got = sum(one.counts.delivered for one in coded)
    bought = sum(one.money.conversions for one in coded)
    revenue = sum(one.money.revenue or 0 for one in coded)
    basket = Decimal(revenue) / bought if bought else None
    return (
        Rate("delivery", delivered, sent, "" if sent else "nobody"),
        Rate("conversion", bought, got, "" if got else "nobody", is_people=False),
        basket,
    )


def _summed(campaign: Campaign, found: History, price: Decimal | None) -> Summary:
    return Summary(campaign, found, rates.count(found.people), rates.rates(found), money.reckon(found, price))
