"""When the last message of a campaign will have left: by its own pace, by that of the SIMs, and by their
budgets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from gateway.config import Appliance
from gateway.errors import Invalid
from gateway.features.campaigns import gathering, plan, rooms
from gateway.features.campaigns.paces import Open, Slots
from gateway.features.campaigns.rooms import Spread
from gateway.features.campaigns.states import FAR, WAITING, source
from gateway.messages import pace, texts
from gateway.modems import budgets
from gateway.policy import quiet_hours
from gateway.store import claims
from gateway.store.models import Campaign, CampaignPerson, Message
from gateway.store.terms import fn

LATELY = 50  # messages, for how many parts one takes
QUEUED_MOST = 100_000
LANE_MOST = 9


def end(campaign: Campaign, site: Appliance, able: Sequence[str], now: datetime) -> datetime | None:
    """None where nobody is due, no SIM may send, or the budgets have no room within a year."""
    people, last = _waiting(campaign)
    each = parts_each(campaign)
    parts = people * each + claims.waiting_in_lane(LANE_MOST, QUEUED_MOST)
    if not able or not parts:
        return None
    hours = gathering.opening(campaign, site)
    ends = after(hours, now, duration(parts, able))
    held = held_back(campaign, site, able, now)
    if held is not None:
        if held.left:
            return None
        ends = max(ends, finish(held, each, hours, able))
    return max(ends, last) if last else ends


def held_back(campaign: Campaign, site: Appliance, able: Sequence[str], now: datetime) -> Spread | None:
    """How the budgets spread whoever waits over days; None where they hold nothing."""
    if not able or not all(budgets.of(modem).limits.chosen() for modem in able):
        return None
    waiting = list(_rows(campaign))
    numbers, paced = [row.number for row in waiting], [row.due_at for row in waiting]
    hours = gathering.opening(campaign, site)
    parts = ceil(parts_each(campaign))
    return rooms.spread(
        numbers, parts, campaign.category, hours, hours.from_(now), able, site.timezone, paced
    )


def finish(held: Spread, parts: float, hours: Open, able: Sequence[str]) -> datetime:
    """When the last day's messages have left."""
    last = held.days[-1]
    return after(hours, last.at, duration(last.people * parts, able))


def duration(parts: float, able: Sequence[str]) -> timedelta:
    """How long so many parts take on all these SIMs together: at the pace of each, and not faster than its
    budget lets it."""
    return timedelta(seconds=parts / sum(1 / _pace(modem) for modem in able))


def _pace(modem: str) -> float:
    limits = budgets.of(modem).limits
    by_budget = [span / most for span, most in ((60, limits.minute), (3600, limits.hour)) if most]
    return max(pace.of(modem), *by_budget, 0.0)


def _waiting(campaign: Campaign) -> tuple[int, datetime | None]:
    theirs = _rows(campaign, fn.COUNT(CampaignPerson.id), fn.MAX(CampaignPerson.due_at))
    people, last = theirs.scalar(as_tuple=True)
    return int(people), last


def _rows(campaign: Campaign, *columns: Any) -> Any:
    """Those who are due, or will be."""
    return CampaignPerson.select(*columns or (CampaignPerson.number, CampaignPerson.due_at)).where(
        CampaignPerson.campaign == campaign.id,
        CampaignPerson.state == WAITING,
        CampaignPerson.due_at < FAR,
    )


def after(hours: Open, begins: datetime, work: timedelta) -> datetime:
    """When so much work is done that goes on only while phones may ring."""
    at = hours.from_(begins)
    while hours.hours is not None:
        closes = quiet_hours.closing(hours.hours, hours.place, at)
        if closes is None or at + work <= closes:
            break
        work -= closes - at
        at = hours.day_after(at)
    return at + work


def spread(slots: Slots, people: int) -> list[datetime]:
    """The instant of each of so many people, by the pace alone."""
    return [slots.next() for _ in range(people)]


def parts_each(campaign: Campaign) -> float:
    """How many parts a message of it takes, by the newest ones; by its longest text before there is any."""
    rows = Message.select(Message.part_count).where(Message.source == source(campaign.uid))
    found = [row.part_count for row in rows.order_by(Message.id.desc()).limit(LATELY)]
    return sum(found) / len(found) if found else float(_by_texts(campaign))


def _by_texts(campaign: Campaign) -> int:
    """Their gaps as they stand; 1 where there is nothing to count."""
    found = [each.text for each in plan.texts(campaign).values()]
    try:
        return max((texts.preview(text).parts for text in found), default=1)
    except Invalid:
        return 1
