"""What would become of a campaign, reckoned behind the page that waits for it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from flask import Flask, current_app

from gateway.errors import Invalid
from gateway.features.campaigns import people, plan, prospect, verbs
from gateway.features.campaigns.prospect import Prospect
from gateway.messages import routing
from gateway.messages.drafts import Caller
from gateway.store import database
from gateway.store.models import Campaign
from web.errands import Errands
from web.office import office

KEPT = 20


@dataclass(slots=True)
class Look:
    """One that is being reckoned, or was: then `answer` or `error` is there."""

    uid: str
    total: int
    done: int = 0
    answer: Prospect | None = None
    error: Invalid | None = None

    @property
    def is_over(self) -> bool:
        return self.answer is not None or self.error is not None


class Desk:
    def __init__(self) -> None:
        self.errands = Errands("campaign looks")
        self._looks: OrderedDict[str, Look] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, look: Look) -> None:
        with self._lock:
            self._looks[look.uid] = look
            self._looks.move_to_end(look.uid)
            while len(self._looks) > KEPT:
                self._looks.popitem(last=False)

    def find(self, uid: str) -> Look | None:
        return self._looks.get(uid)


def register(app: Flask) -> None:
    app.extensions["campaign_looks"] = Desk()


def desk() -> Desk:
    found: Desk = current_app.extensions["campaign_looks"]
    return found


def begin(campaign: Campaign, caller: Caller) -> Look:
    """Reckon anew; whoever asks meanwhile is told how far it is."""
    here = office()
    chosen = plan.wanted(campaign)
    found = people.understood(chosen.typed, caller.site.country, here.clock.now())
    look = Look(campaign.uid, found.most)
    desk().put(look)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    desk().errands.add(lambda: _reckon(app, look, caller))
    return look


def _reckon(app: Flask, look: Look, caller: Caller) -> None:
    def note(done: int) -> None:
        look.done = done

    with app.app_context(), database.connection():
        now, base = office().clock.now(), office().config.web.public_url
        able = routing.able(caller.site.runtime_dir, now)
        try:
            look.answer = prospect.look(verbs.find(look.uid), caller, list(able), base, now, note)
        except Invalid as error:
            look.error = error
