"""What one person reads: the text of the letter, its links made theirs, its gaps filled, with a code."""

from __future__ import annotations

from datetime import datetime

from gateway.contacts.audience import Reader
from gateway.features.campaigns import codes
from gateway.features.campaigns.plan import GAP
from gateway.features.campaigns.states import source
from gateway.features.links import verbs as links
from gateway.ids import Ids
from gateway.messages import templating
from gateway.store.models import Campaign

NOBODY = "0"  # whose links a test has: they lead where they should, and count for nothing


def written(
    campaign: Campaign, text: str, reader: Reader, person: int, code: str, ids: Ids, now: datetime
) -> str:
    """As it leaves; a link is this person's own from now on.  In the caller's transaction; raises Invalid."""
    if campaign.follow_links:
        text = links.personal(text, source(campaign.uid), str(person), campaign.base, ids, now)
    return _filled(text, reader, code).text


def tested(campaign: Campaign, text: str, reader: Reader, base: str, ids: Ids, now: datetime) -> str:
    """As somebody of the shop reads it on their own telephone; in the caller's transaction."""
    if campaign.follow_links and base:
        text = links.personal(text, f"test:{campaign.uid}", NOBODY, base, ids, now)
    return _filled(text, reader, codes.sample(campaign)).text


def sample(campaign: Campaign, text: str, reader: Reader, base: str) -> templating.Filled:
    """As long as it would be, with nothing written down; raises Invalid on the field `text`."""
    if campaign.follow_links and base:
        text = links.sample(text, base)
    return _filled(text, reader, codes.sample(campaign))


def _filled(text: str, reader: Reader, code: str) -> templating.Filled:
    if templating.is_plain(text):
        return templating.Filled(text)
    return templating.fill(text, {**reader.values, GAP: code} if code else reader.values)
