"""What would become of a campaign, reckoned behind the page that waits for it."""

from __future__ import annotations

from gateway.features.campaigns import people, plan, prospect, verbs
from gateway.features.campaigns.prospect import Prospect
from gateway.messages import routing
from gateway.messages.drafts import Caller
from gateway.store.models import Campaign
from web import looks
from web.memory import Kept
from web.office import office

Look = looks.Look[Prospect]
Desk = looks.Desk[Look]


desk = Kept(lambda _: Desk("campaign looks"))


def begin(campaign: Campaign, caller: Caller) -> Look:
    """Reckon anew; whoever asks meanwhile is told how far it is."""
    chosen = plan.wanted(campaign)
    found = people.understood(chosen.typed, caller.site.country, office().clock.now())
    look = Look(total=found.most)
    desk().begin(campaign.uid, look, lambda: _reckon(look, campaign.uid, caller))
    return look


def _reckon(look: Look, uid: str, caller: Caller) -> None:
    now, base = office().clock.now(), office().config.web.public_url
    modems = routing.ready(caller.site.runtime_dir, now)
    look.answer = prospect.look(verbs.find(uid), caller, modems, base, now, look.note)
