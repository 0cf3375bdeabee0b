"""What a look at a campaign before it leaves shows, in words and figures."""

from __future__ import annotations

from typing import Any

from gateway.messages.drafts import Draft
from gateway.store.models import Campaign
from web import formats, prospects
from web.campaign_looks import Look
from web.language import say, trouble
from web.office import office
from web.pages import modems
from web.pages.rehearsal import SHOWN, money, words, wrong_words


def shown(look: Look, campaign: Campaign) -> dict[str, Any]:
    """Nothing while it is being reckoned."""
    answer, error = look.answer, look.error  # once: the one that comes a moment later is the next page's
    if answer is None:
        return {"looking": error is None, "fault": trouble(error) if error else "", "answer": None}
    seen, price = answer.seen, prospects.cost(answer.seen)
    return {
        "looking": False,
        "fault": "",
        "answer": answer,
        "seen": seen,
        "going": len(seen.people),
        "held": [(group, words(group)) for group in seen.held],
        "refused": [(group, words(group)) for group in seen.refused],
        "left_out": [(say(f"reason.{reason}"), count) for reason, count in answer.drawn.left_out.items()],
        "wrong": [wrong_words(one) for one in seen.wrong[:SHOWN]],
        "shown": SHOWN,
        "cost": money(price) if price else "",
        "ends": formats.moment(answer.ends) if answer.ends else "",
        "now": office().clock.now(),
        "rooms": prospects.rooms(seen, Draft("", "", campaign.category), answer.begins),
        "notices": modems.notices(),
    }
