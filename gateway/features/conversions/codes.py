"""Whose code it is: of one person of a campaign, or the one that everybody of it has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gateway.errors import Invalid, NotFound
from gateway.store.models import Campaign, CampaignPerson
from gateway.store.terms import fn

LONGEST = 40
DRAFT = "draft"  # its codes were told to nobody


@dataclass(frozen=True, slots=True)
class Found:
    """`person`: the row of the one who has it; None where everybody does."""

    campaign: Campaign
    code: str
    person: int | None


def tidy(typed: str) -> str:
    """Without the blanks of a code read aloud."""
    return re.sub(r"\s+", "", typed)


def find(typed: str, campaign: str | None = None) -> Found:
    """Whatever its capitals; where several campaigns have the code, the newest of them.

    Raises Invalid on `code`, NotFound `conversion_code_unknown` or `campaign_unknown`.
    """
    code = tidy(typed)
    if not code:
        raise Invalid("conversion_code_missing", field="code")
    only: list[Any] = [Campaign.id == named(campaign).id] if campaign else []
    found = _persons(code, only) or _common(code, only) if len(code) <= LONGEST else None
    if found is None:
        raise NotFound("conversion_code_unknown", field="code", code=code[:LONGEST])
    return found


def named(uid: str) -> Campaign:
    """Raises NotFound `campaign_unknown`."""
    found: Campaign | None = Campaign.get_or_none(Campaign.uid == uid)
    if found is None:
        raise NotFound("campaign_unknown", field="campaign", id=uid)
    return found


def _persons(code: str, only: list[Any]) -> Found | None:
    """In the three ways in which codes are written, each a step into the index."""
    rows = CampaignPerson.select(CampaignPerson, Campaign).join(Campaign)
    written = CampaignPerson.code.in_([code, code.upper(), code.lower()])
    newest = rows.where(written, *only).order_by(Campaign.id.desc(), CampaignPerson.id)
    person = newest.first()
    return Found(person.campaign, person.code, person.id) if person is not None else None


def _common(code: str, only: list[Any]) -> Found | None:
    here = (Campaign.code_kind == "one") & (fn.LOWER(Campaign.code) == code.lower())
    rows = Campaign.select().where(here, Campaign.state != DRAFT, *only)
    campaign = rows.order_by(Campaign.id.desc()).first()
    return Found(campaign, campaign.code, None) if campaign is not None else None
