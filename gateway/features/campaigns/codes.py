"""A code for each person: the one for all, the next of a list, or one that is made; given in the caller's
transaction, so that it is given once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from gateway.errors import Conflict
from gateway.features.campaigns.states import DRAFT
from gateway.ids import Ids
from gateway.store import database, statements
from gateway.store.models import Campaign, CampaignCode, CampaignPerson

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is read as something else
LENGTH = 8
TRIES = 20
SAMPLE = "ABCD2345"
AT_ONCE = 2000  # codes of a list a transaction
PAUSE = 0.01  # seconds between two


def keep(campaign: Campaign, listed: Sequence[str], sleep: Callable[[float], None] = time.sleep) -> None:
    """This list instead of the one before, in short transactions with pauses: others write meanwhile, and a
    process that ends here leaves a draft with a part of it.  Raises Conflict once it is no draft any more."""
    theirs = CampaignCode.campaign == campaign.id
    while CampaignCode.select().where(theirs).exists():
        some = CampaignCode.select(CampaignCode.position).where(theirs).limit(AT_ONCE)
        with _drafting(campaign):
            CampaignCode.delete().where(theirs, CampaignCode.position.in_(some)).execute()
        sleep(PAUSE)
    for begins in range(0, len(listed), AT_ONCE):
        if begins:
            sleep(PAUSE)
        some_codes = enumerate(listed[begins : begins + AT_ONCE], begins + 1)
        rows = [{"campaign": campaign.id, "position": place, "code": code} for place, code in some_codes]
        with _drafting(campaign):
            statements.insert_many(CampaignCode, rows)


@contextmanager
def _drafting(campaign: Campaign) -> Iterator[None]:
    with database.transaction():
        state = Campaign.get_by_id(campaign.id).state
        if state != DRAFT:
            raise Conflict("campaign_state", campaign=state)
        yield


def give(campaign: Campaign, ids: Ids) -> tuple[str | None, str]:
    """(what the row of the person keeps, what the text says); ("", "") where the list is at its end."""
    if campaign.code_kind == "one":
        return None, campaign.code
    if campaign.code_kind == "list":
        code = _next(campaign)
        return code, code
    if campaign.code_kind == "made":
        code = _make(campaign, ids)
        return code, code
    return None, ""


def sample(campaign: Campaign) -> str:
    """One that looks like them, for a look before; it is given to nobody."""
    if campaign.code_kind == "one":
        return campaign.code
    first = CampaignCode.select().where(CampaignCode.campaign == campaign.id).order_by(CampaignCode.position)
    found = first.first() if campaign.code_kind == "list" else None
    return "X" * len(found.code) if found else SAMPLE


def left(campaign: Campaign) -> int:
    """How many of a list were given to nobody yet."""
    return int(CampaignCode.select().where(CampaignCode.campaign == campaign.id).count())


def _next(campaign: Campaign) -> str:
    """Taken out of the list: whoever has it keeps it in the row of the person."""
    codes = CampaignCode.select().where(CampaignCode.campaign == campaign.id).order_by(CampaignCode.position)
    found = codes.first()
    if found is None:
        return ""
    here = (CampaignCode.campaign == campaign.id) & (CampaignCode.position == found.position)
    CampaignCode.delete().where(here).execute()
    return str(found.code)


def _make(campaign: Campaign, ids: Ids) -> str:
    """One that nobody has: 31⁸ are more than can be guessed at a till."""
    for _ in range(TRIES):
        drawn = int.from_bytes(ids.random(8))
        code = "".join(ALPHABET[drawn // 31**place % 31] for place in range(LENGTH))
        if not CampaignPerson.select().where(CampaignPerson.code == code).exists():
            return code
    return ""
