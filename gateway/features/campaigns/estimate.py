"""When the last message of a campaign will have left: by its own pace, and by that of the SIMs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from gateway.config import Appliance
from gateway.features.campaigns import gathering
from gateway.features.campaigns.paces import Open, Slots
from gateway.features.campaigns.states import FAR, WAITING, source
from gateway.messages import pace
from gateway.policy import quiet_hours
from gateway.store import claims
from gateway.store.models import Campaign, CampaignPerson, Message
from gateway.store.terms import fn

LATELY = 50  # messages, for how many parts one takes
QUEUED_MOST = 100_000
LANE_MOST = 9


def end(campaign: Campaign, site: Appliance, able: Sequence[str], now: datetime) -> datetime | None:
    """None where nobody is due, or no SIM may send."""
    theirs = CampaignPerson.select(fn.COUNT(CampaignPerson.id), fn.MAX(CampaignPerson.due_at)).where(
        CampaignPerson.campaign == campaign.id,
        CampaignPerson.state == WAITING,
        CampaignPerson.due_at < FAR,
    )
    people, last = theirs.scalar(as_tuple=True)
    together = sum(1 / pace.of(modem) for modem in able)
    parts = people * parts_each(campaign) + claims.waiting_in_lane(LANE_MOST, QUEUED_MOST)
    if not together or not parts:
        return None
    ends = after(gathering.opening(campaign, site), now, timedelta(seconds=parts / together))
    return max(ends, last) if people else ends


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


def spread(slots: Slots, people: int) -> datetime:
    """The instant of the last of so many people, by the pace alone."""
    last = slots.base
    for _ in range(people):
        last = max(last, slots.next())
    return last


def parts_each(campaign: Campaign) -> float:
    """How many parts a message of it takes, by the newest ones; 1 before there is any."""
    rows = Message.select(Message.part_count).where(Message.source == source(campaign.uid))
    found = [row.part_count for row in rows.order_by(Message.id.desc()).limit(LATELY)]
    return sum(found) / len(found) if found else 1.0
