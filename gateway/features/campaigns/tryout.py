"""A text of a campaign to one's own telephone, as it would be read: it counts for nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from gateway.contacts.audience import Reader
from gateway.errors import GatewayError, Invalid
from gateway.features.campaigns import people, plan, wording
from gateway.messages import marketing, numbers, outbox
from gateway.messages.drafts import Caller, Draft
from gateway.store import database
from gateway.store.models import Campaign, Message

MOST = 5  # numbers at once


def send(
    campaign: Campaign, letters: Sequence[str], typed: str, base: str, caller: Caller, now: datetime
) -> list[Message | GatewayError]:
    """Each of these texts to each number; raises Invalid on `numbers` or `text`.  `base`: the public address.

    It is no offer to anybody: it leaves as a notification, whoever agreed to what.
    """
    to = _numbers(typed, caller.site.country)
    texts = plan.texts(campaign)
    with database.transaction():
        drafts = [
            _draft(campaign, texts[letter].text, number, base, caller, now)
            for letter in letters
            if letter in texts
            for number in to
        ]
    if not drafts:
        raise Invalid("text_empty", field="text")
    return outbox.submit_many(drafts, caller, now)


def _draft(campaign: Campaign, text: str, number: str, base: str, caller: Caller, now: datetime) -> Draft:
    """With the values of that contact where it is one, else of the first person of the campaign."""
    reader = _reader(campaign, number, caller, now)
    read = wording.tested(campaign, text, reader, base, caller.ids, now)
    whole = marketing.complete(read, campaign.category, caller.site)
    return Draft(number, whole, "notification", metadata={"campaign_test": campaign.uid})


def _reader(campaign: Campaign, number: str, caller: Caller, now: datetime) -> Reader:
    own = people.of_numbers([number], now)[number]
    if own.name:
        return own
    return next(people.readers(plan.wanted(campaign), caller.site, now, own=True), own)


def _numbers(typed: str, country: str) -> list[str]:
    pieces = re.split(r"[,;\n]", typed)
    found = [numbers.parse(piece, country) for piece in pieces if piece.strip()]
    if not found:
        raise Invalid("number_missing", field="numbers")
    if len(found) > MOST:
        raise Invalid("too_many_recipients", field="numbers", most=MOST)
    return list(dict.fromkeys(found))
