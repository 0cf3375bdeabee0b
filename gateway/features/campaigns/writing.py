"""The messages of a campaign, a few a step: no more in the queue than its SIMs need for a while, so that
pausing and stopping take effect at once, and the queue stays short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gateway.contacts.audience import Reader
from gateway.errors import GatewayError
from gateway.features.api import House
from gateway.features.campaigns import codes, gathering, people, plan, wording
from gateway.features.campaigns.plan import Wording
from gateway.features.campaigns.states import (
    LEFT_OUT,
    RUNNING,
    WAITING,
    WRITTEN,
    reference,
    source,
)
from gateway.messages import outbox
from gateway.messages.drafts import Draft
from gateway.messages.gathering import Asked, Judge
from gateway.policy.categories import CATEGORIES
from gateway.policy.verdict import Answer, Verdict
from gateway.store import database
from gateway.store.models import Campaign, CampaignPerson, Part
from gateway.store.terms import literally, state_in

BATCH = 5  # messages a step
QUEUE_MOST = 100  # parts of one campaign that wait for their turn

_WAITING = literally("t1", "state", WAITING)
_QUEUED = state_in("t1", "queued")


def step(campaign: Campaign, house: House, now: datetime) -> bool:
    """Write to the next few whose instant has come, in one transaction; True where there are more."""
    hours = gathering.opening(campaign, house.site)
    room = QUEUE_MOST - queued(campaign, house.modems)
    if room <= 0 or hours.from_(now) > now:
        return False
    coming = due(campaign, now, min(BATCH, room))
    if not coming:
        return False
    with database.transaction():
        if Campaign.get_by_id(campaign.id).state != RUNNING:
            return False
        readers = people.of_numbers([person.number for person in coming], now)
        batch = _Batch(campaign, plan.texts(campaign), readers, house, now)
        for person in coming:
            batch.write(person)
    return len(coming) == min(BATCH, room)


def due(campaign: Campaign, now: datetime, limit: int) -> list[CampaignPerson]:
    """Those whose instant has come, the earliest first."""
    rows = CampaignPerson.select().where(
        CampaignPerson.campaign == campaign.id, _WAITING, CampaignPerson.due_at <= now
    )
    return list(rows.order_by(CampaignPerson.due_at, CampaignPerson.id).limit(limit))


def next_due(campaign: Campaign) -> datetime | None:
    """When the next person's instant comes; None where nobody waits."""
    rows = CampaignPerson.select(CampaignPerson.due_at)
    rows = rows.where(CampaignPerson.campaign == campaign.id, _WAITING).order_by(CampaignPerson.due_at)
    first = rows.limit(1).first()
    return first.due_at if first is not None else None


def queued(campaign: Campaign, modems: Sequence[str], most: int = QUEUE_MOST) -> int:
    """How many of its parts wait for nothing but their turn, counted no further than `most`: one step into
    the index for each modem."""
    found = 0
    for bound in ("", *modems):
        here = _parts(campaign, bound).limit(most - found)
        found += int(here.count())
        if found >= most:
            break
    return found


def _parts(campaign: Campaign, bound: str) -> Any:
    lane = CATEGORIES[campaign.category].lane
    return Part.select(Part.id).where(
        _QUEUED, Part.bound == bound, Part.lane == lane, Part.source == source(campaign.uid)
    )


class _Batch:
    """The few people of one step."""

    def __init__(
        self,
        campaign: Campaign,
        texts: Mapping[str, Wording],
        readers: Mapping[str, Reader],
        house: House,
        now: datetime,
    ) -> None:
        self.campaign, self.texts, self.readers, self.now = campaign, texts, readers, now
        self.house = house
        self.caller = house.caller(source(campaign.uid))
        self.judge = Judge(house.site)
        self.hours = gathering.opening(campaign, house.site)

    def write(self, person: CampaignPerson) -> None:
        """Into the queue; or left out, with the reason; or later, where the rules say when."""
        verdict = self._verdict(person.number)
        if verdict.answer is Answer.REFUSE:
            self._leave_out(person, str(verdict.reason))
        elif verdict.answer is Answer.ALLOW or self._is_the_queues(verdict):
            self._submit(person)
        elif verdict.until is not None:
            _keep(person, due_at=verdict.until)
        else:
            self._leave_out(person, str(verdict.reason))

    def _verdict(self, number: str) -> Verdict:
        ends = self.now + CATEGORIES[self.campaign.category].validity
        return self.judge.verdict(Asked(number, self.campaign.category, None, ends), self.now)

    def _is_the_queues(self, verdict: Verdict) -> bool:
        """It may leave when phones here may not ring, so that nobody would look at it then."""
        return verdict.until is not None and self.hours.from_(verdict.until) > verdict.until

    def _submit(self, person: CampaignPerson) -> None:
        kept, code = codes.give(self.campaign, self.house.ids)
        if self.campaign.code_kind != "none" and not code:
            self._leave_out(person, "campaign_code_missing")
            return
        try:
            message = outbox.submit(self._draft(person, code), self.caller, self.now)
        except GatewayError as error:
            self._leave_out(person, error.code)
            return
        _keep(person, state=WRITTEN, message_id=message.id, message=message.uid, code=kept)

    def _draft(self, person: CampaignPerson, code: str) -> Draft:
        text = wording.written(
            self.campaign,
            self.texts[person.letter].text,
            self.readers[person.number],
            person.id,
            code,
            self.house.ids,
            self.now,
        )
        ref = reference(self.campaign.uid, person.id)
        about = {"campaign": self.campaign.uid}
        return Draft(person.number, text, self.campaign.category, client_ref=ref, metadata=about)

    def _leave_out(self, person: CampaignPerson, reason: str) -> None:
        _keep(person, state=LEFT_OUT, reason=reason[:40])


def _keep(person: CampaignPerson, **columns: Any) -> None:
    CampaignPerson.update(**columns).where(CampaignPerson.id == person.id).execute()
