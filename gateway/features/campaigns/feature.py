"""The gateway's own part in campaigns: one short step after the other, for each campaign in its turn."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from gateway.features.api import Feature, House
from gateway.features.campaigns import deciding, diary, outcomes, settling, verbs, writing
from gateway.features.campaigns.gathering import Gathering
from gateway.features.campaigns.settling import Sweep
from gateway.features.campaigns.states import (
    DONE,
    FAR,
    GATHERING,
    MOVING,
    PAUSED,
    RUNNING,
    SCHEDULED,
    STOPPED,
    STOPPING,
)
from gateway.features.webhooks import news
from gateway.features.webhooks.events import CAMPAIGN_DONE
from gateway.store import database
from gateway.store.models import Campaign
from gateway.store.terms import state_in

LOOK_AGAIN = timedelta(seconds=5)  # whether the last message of a campaign has left
FULL = timedelta(minutes=1)  # until the SIMs are asked again whether they have room: all who wait are read

_MOVING = state_in("t1", *MOVING)


class Campaigns(Feature):
    """All that it keeps in memory is made anew from the rows."""

    name = "campaigns"

    def __init__(self) -> None:
        self.gatherings: dict[str, Gathering] = {}
        self.sweeps: dict[str, tuple[str, Sweep | None]] = {}  # campaign → what for, and what is left of it
        self.looked: dict[str, datetime] = {}  # when it was asked whether the last message has left
        self.full: dict[str, datetime] = {}  # when there was no room for anybody who waits
        self.asked: dict[str, datetime] = {}  # when the figures of its texts were
        self.turn = 0  # the campaign that was served last
        self.next: datetime | None = None

    def step(self, house: House, now: datetime) -> bool:
        """The next bit of the campaign whose turn it is; while nobody vouches for the clock, of none."""
        self.next = None
        if not house.trusted():
            return False
        moving = list(Campaign.select().where(_MOVING).order_by(Campaign.id))
        turns = sorted(moving, key=lambda campaign: (campaign.id <= self.turn, campaign.id))
        for campaign in turns:
            if self._serve(campaign, house, now):
                self.turn = campaign.id
                return True
        return False

    def minute(self, house: House, now: datetime) -> None:
        """Figures whose time has come are asked, at most every hour."""
        if not house.trusted():
            return
        for campaign in Campaign.select().where(_MOVING):
            last = self.asked.get(campaign.uid)
            is_soon = last is not None and now - last < deciding.AGAIN
            if campaign.state == RUNNING and not is_soon and deciding.decide(campaign, now):
                self.asked[campaign.uid] = now

    def due(self, now: datetime) -> datetime | None:
        return self.next

    def _serve(self, campaign: Campaign, house: House, now: datetime) -> bool:
        """One short transaction of it; True where there is more to do at once."""
        if campaign.state != GATHERING:
            self.gatherings.pop(campaign.uid, None)
        if campaign.state == SCHEDULED:
            return self._begin(campaign, now)
        if campaign.state == GATHERING:
            return self._gather(campaign, house, now)
        if campaign.state == PAUSED:
            return self._sweep(campaign, "pause", now)
        if campaign.state == STOPPING:
            return self._stop(campaign, house, now)
        return self._sweep(campaign, "go", now) or self._run(campaign, house, now)

    def _begin(self, campaign: Campaign, now: datetime) -> bool:
        if campaign.send_at is not None and campaign.send_at > now:
            self._await(campaign.send_at)
            return False
        with database.transaction():
            here = (Campaign.id == campaign.id) & (Campaign.state == SCHEDULED)
            Campaign.update(state=GATHERING, started_at=now).where(here).execute()
        return True

    def _gather(self, campaign: Campaign, house: House, now: datetime) -> bool:
        known = self.gatherings.get(campaign.uid)
        if known is None:
            known = self.gatherings[campaign.uid] = Gathering.begin(campaign, house.site, now)
        try:
            known.step(now)
        except BaseException:
            self.gatherings.pop(campaign.uid, None)  # what it had read is lost: from the beginning
            raise
        return True

    def _run(self, campaign: Campaign, house: House, now: datetime) -> bool:
        if deciding.release(campaign, house.site, now) or self._write(campaign, house, now):
            return True
        coming = writing.next_due(campaign)
        if coming is not None and coming < FAR:
            if coming > now:
                self._await(coming)
            return False
        if coming is not None:  # the rest waits for a text to be chosen
            if deciding.is_tested(campaign):
                deciding.note_tested(campaign, now)
            return False
        return self._finish(campaign, house, now)

    def _write(self, campaign: Campaign, house: House, now: datetime) -> bool:
        full = self.full.get(campaign.uid)
        if full is not None and full <= now < full + FULL:
            self._await(full + FULL)
            return False
        self.full.pop(campaign.uid, None)
        step = writing.step(campaign, house, now)
        if step.is_full:
            self.full[campaign.uid] = now
            self._await(now + FULL)
        return step.more

    def _finish(self, campaign: Campaign, house: House, now: datetime) -> bool:
        """Nobody waits: it is over once its last message has left."""
        last = self.looked.get(campaign.uid)
        if last is not None and now - last < LOOK_AGAIN:
            self._await(last + LOOK_AGAIN)
            return False
        self.looked[campaign.uid] = now
        if not settling.waits(campaign):
            self._end(campaign, DONE, house, now)
        return False

    def _stop(self, campaign: Campaign, house: House, now: datetime) -> bool:
        if self._sweep(campaign, "stop", now):
            return True
        self._end(campaign, STOPPED, house, now)
        return False

    def _end(self, campaign: Campaign, state: str, house: House, now: datetime) -> None:
        with database.transaction():
            here = (Campaign.id == campaign.id) & (Campaign.state == campaign.state)
            Campaign.update(state=state, ended_at=now).where(here).execute()
            diary.note(campaign, "done" if state == DONE else "ended", verbs.BY_ITSELF, now)
            told = {"id": campaign.uid, "name": campaign.name, "state": state}
            told |= asdict(outcomes.counts(campaign))
            news.tell(CAMPAIGN_DONE, campaign.uid, told, now, house.site, house.ids, campaign.written_by)
        for kept in (self.gatherings, self.sweeps, self.looked, self.full, self.asked):
            kept.pop(campaign.uid, None)

    def _sweep(self, campaign: Campaign, what: str, now: datetime) -> bool:
        """What waits in the queue follows a pause, a resumption or a stop, each once."""
        kind, left = self.sweeps.get(campaign.uid, ("", None))
        if kind != what:
            left = self._begin_sweep(campaign, what, kind)
        if left is not None and not left.step(now, campaign.written_by):
            left = None
        self.sweeps[campaign.uid] = what, left
        return left is not None

    def _begin_sweep(self, campaign: Campaign, what: str, before: str) -> Sweep | None:
        if what == "pause":
            return settling.hold(campaign)
        if what == "stop":
            return settling.cancel(campaign)
        was_paused = before == "pause" or (not before and diary.last(campaign, "paused") is not None)
        return settling.let_go(campaign) if was_paused else None

    def _await(self, instant: datetime) -> None:
        self.next = instant if self.next is None else min(self.next, instant)
