"""Whose code it is: of one person of a campaign, or the one that everybody of it has; and whose number, for a
sale without a code."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gateway.errors import Invalid, NotFound
from gateway.features.campaigns import plan
from gateway.features.campaigns.outcomes import COMPARED
from gateway.features.campaigns.states import CONTROL, DRAFT, LEFT_OUT
from gateway.store.models import Campaign, CampaignPerson
from gateway.store.terms import fn

LONGEST = 40


@dataclass(frozen=True, slots=True)
class Found:
    """`person`: the row of the one who has it, None where nobody knows; `is_personal`: nobody else has the
    code.  `code` is "" for a number."""

    campaign: Campaign
    code: str
    person: int | None
    is_personal: bool = False


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


def find_sale(code: str, number: str, at: datetime, campaign: str | None = None) -> Found:
    """Whose sale that is: by the code where there is one; whoever showed the code of everybody is known by
    `number`, in E.164, where that is given.  Raises as `find` and `of_number` do."""
    if not tidy(code) and number:
        return of_number(number, at, campaign)
    found = find(code, campaign)
    if found.person is None and number:
        person = _of_campaigns(number, [found.campaign.id]).first()
        return replace(found, person=person.id if person else None)
    return found


def of_number(number: str, at: datetime, campaign: str | None = None) -> Found:
    """Of the newest campaign that holds people out to compare, began in the thirty days before, and drew
    this person, whether for a message or for none.

    Raises NotFound `conversion_number_unknown` or `campaign_unknown`.
    """
    known = [named(campaign)] if campaign else _begun(at)
    held_out = [one.id for one in known if _compares(one, at)]
    person = _of_campaigns(number, held_out).order_by(CampaignPerson.campaign.desc()).first()
    if person is None:
        raise NotFound("conversion_number_unknown", field="number")
    return Found(person.campaign, "", person.id)


def _begun(at: datetime) -> list[Campaign]:
    return list(Campaign.select().where(Campaign.started_at > at - COMPARED, Campaign.started_at <= at))


def _compares(one: Campaign, at: datetime) -> bool:
    begun = one.started_at
    return begun is not None and begun <= at < begun + COMPARED and bool(plan.split(one).control)


def _of_campaigns(number: str, campaigns: list[int]) -> Any:
    """Whom the rules left out was not drawn, and is in no comparison."""
    drawn = (CampaignPerson.state != LEFT_OUT) | (CampaignPerson.role == CONTROL)
    rows = CampaignPerson.select(CampaignPerson, Campaign).join(Campaign)
    return rows.where(CampaignPerson.number == number, CampaignPerson.campaign.in_(campaigns), drawn)


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
    return Found(person.campaign, person.code, person.id, True) if person is not None else None


def _common(code: str, only: list[Any]) -> Found | None:
    here = (Campaign.code_kind == "one") & (fn.LOWER(Campaign.code) == code.lower())
    rows = Campaign.select().where(here, Campaign.state != DRAFT, *only)
    campaign = rows.order_by(Campaign.id.desc()).first()
    return Found(campaign, campaign.code, None) if campaign is not None else None
