"""Which of several texts the rest of the people read: when the figures are clear enough, or a person says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from gateway.config import Appliance
from gateway.features.campaigns import diary, gathering, outcomes, plan, verbs
from gateway.features.campaigns.outcomes import Outcome
from gateway.features.campaigns.paces import Slots
from gateway.features.campaigns.plan import Wording
from gateway.features.campaigns.states import EXPOSED, REST, WAITING
from gateway.features.results import intervals
from gateway.features.results.intervals import Decision
from gateway.store import database
from gateway.store.models import Campaign, CampaignPerson

AGAIN = timedelta(hours=1)  # from one look at figures that say nothing yet to the next
BATCH = 100  # people a step
COUNTED = {"clicks": "clicked", "replies": "replied", "conversions": "converted"}


def figures(campaign: Campaign) -> dict[str, Outcome]:
    """Letter → what became of the people of the test who read it."""
    return {letter: outcomes.counts(campaign, letter, EXPOSED) for letter in plan.texts(campaign)}


def compared(found: Mapping[str, Outcome], by: str) -> Decision:
    """By this count among those who have the message."""
    name = COUNTED[by]
    return intervals.winner({letter: (getattr(one, name), one.delivered) for letter, one in found.items()})


def is_tested(campaign: Campaign) -> bool:
    """Everybody of the test was written to, or left out."""
    waiting = CampaignPerson.select(CampaignPerson.id).where(
        CampaignPerson.campaign == campaign.id,
        CampaignPerson.role == EXPOSED,
        CampaignPerson.state == WAITING,
    )
    return campaign.gathered and not waiting.exists()


def due(campaign: Campaign) -> datetime | None:
    """When the figures are asked; None where they are not, or not yet."""
    chosen, tested = plan.trial(campaign), diary.last(campaign, "tested")
    if chosen.by == "hand" or tested is None or campaign.split.get("winner"):
        return None
    return tested.at + timedelta(hours=chosen.after_h)


def decide(campaign: Campaign, now: datetime) -> Decision | None:
    """Ask them, once their time has come; what is not clear is noted once, and asked again."""
    instant = due(campaign)
    if instant is None or instant > now or not verbs.rest(campaign):
        return None
    decision = compared(figures(campaign), plan.trial(campaign).by)
    facts = {name: value for name, value in asdict(decision).items() if name != "letter"}
    if decision.letter:
        verbs.choose_winner(campaign.uid, decision.letter, verbs.BY_ITSELF, now, **facts)
    elif diary.last(campaign, "undecided") is None:
        with database.transaction():
            diary.note(campaign, "undecided", verbs.BY_ITSELF, now, **facts)
    return decision


def note_tested(campaign: Campaign, now: datetime) -> None:
    """From here on the hours until the decision are counted."""
    if diary.last(campaign, "tested") is None:
        with database.transaction():
            diary.note(campaign, "tested", verbs.BY_ITSELF, now)


def release(campaign: Campaign, site: Appliance, now: datetime) -> bool:
    """The next few of the rest get the winner's letter and their instant; True where there are more."""
    letter = campaign.split.get("winner")
    if not letter:
        return False
    unread = CampaignPerson.select().where(
        CampaignPerson.campaign == campaign.id,
        CampaignPerson.role == REST,
        CampaignPerson.letter == "",
        CampaignPerson.state == WAITING,
    )
    coming = list(unread.order_by(CampaignPerson.id).limit(BATCH))
    if not coming:
        return False
    with database.transaction():
        slots = _slots(campaign, letter, plan.texts(campaign)[letter], site, now)
        for person in coming:
            here = CampaignPerson.id == person.id
            CampaignPerson.update(letter=letter, due_at=slots.next()).where(here).execute()
    return len(coming) == BATCH


def _slots(campaign: Campaign, letter: str, wording: Wording, site: Appliance, now: datetime) -> Slots:
    """From the decision on; at the winner's own hour of the day where it has one."""
    chosen = diary.last(campaign, "winner")
    base = chosen.at if chosen is not None else now
    if wording.send_at is not None:
        hour = wording.send_at.astimezone(site.timezone)
        same = base.astimezone(site.timezone).replace(hour=hour.hour, minute=hour.minute, second=0)
        base = same if same >= base else same + timedelta(days=1)
    return gathering.dealt(campaign, [letter], REST, base, gathering.opening(campaign, site))
