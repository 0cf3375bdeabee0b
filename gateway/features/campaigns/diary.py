"""What happened to a campaign, row by row, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gateway.store.models import Campaign, CampaignStep


def note(campaign: Campaign, event: str, by: str, now: datetime, **facts: Any) -> None:
    """`event` is a code: created, started, gathered, paused, resumed, stopped, ended, tested, undecided,
    winner, done, cleaned."""
    CampaignStep.create(campaign=campaign.id, at=now, event=event, written_by=by, facts=facts)


def of(campaign: Campaign) -> Sequence[CampaignStep]:
    """All of it, the oldest first."""
    steps = CampaignStep.select().where(CampaignStep.campaign == campaign.id)
    return list(steps.order_by(CampaignStep.id))


def last(campaign: Campaign, event: str) -> CampaignStep | None:
    """The newest of that event."""
    steps = CampaignStep.select().where(CampaignStep.campaign == campaign.id, CampaignStep.event == event)
    found: CampaignStep | None = steps.order_by(CampaignStep.id.desc()).first()
    return found
