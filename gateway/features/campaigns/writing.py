"""The messages of a campaign, a few a step: no more in the queue than its SIMs need for a while, so that
pausing and stopping take effect at once, and the queue stays short; nobody's before a SIM's budget has room
for it, so that none is out of date when its turn comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count, islice
from math import ceil
from typing import Any, NamedTuple

from gateway.contacts.audience import Reader
from gateway.errors import GatewayError
from gateway.features.api import House
from gateway.features.campaigns import codes, estimate, gathering, people, plan, rooms, wording
from gateway.features.campaigns.plan import Wording
from gateway.features.campaigns.rooms import Room
from gateway.features.campaigns.states import (
    LEFT_OUT,
    RUNNING,
    WAITING,
    WRITTEN,
    reference,
    source,
)
from gateway.messages import outbox, routing
from gateway.messages.drafts import Draft
from gateway.messages.gathering import Asked, Judge
from gateway.policy.categories import CATEGORIES
from gateway.policy.verdict import Answer, Verdict
from gateway.store import database
from gateway.store.models import Campaign, CampaignPerson, Part
from gateway.store.terms import literally, state_in

BATCH = 5  # messages a step
QUEUE_MOST = 100  # parts of one campaign that wait for their turn
READ = 200  # people looked at together, where not all of them may be written to

_WAITING = literally("t1", "state", WAITING)
_QUEUED = state_in("t1", "queued")


class Step(NamedTuple):
    """`more`: there is more to do at once; `is_full`: somebody's instant has come, and no SIM has room."""

    more: bool
    is_full: bool = False


def step(campaign: Campaign, house: House, now: datetime) -> Step:
    """Write to the next few whose instant has come, in one transaction."""
    hours = gathering.opening(campaign, house.site)
    waiting = queued(campaign, house.modems)
    limit = min(BATCH, QUEUE_MOST - waiting)
    if limit <= 0 or hours.from_(now) > now:
        return Step(more=False)
    first = next_due(campaign)
    if first is None or first > now:
        return Step(more=False)
    coming = due(campaign, now, limit, _room(campaign, house, waiting, now))
    if not coming:
        return Step(more=False, is_full=True)
    with database.transaction():
        if Campaign.get_by_id(campaign.id).state != RUNNING:
            return Step(more=False)
        readers = people.of_numbers([person.number for person in coming], now)
        batch = _Batch(campaign, plan.texts(campaign), readers, house, now)
        for person in coming:
            batch.write(person)
    return Step(more=len(coming) == limit)


def _room(campaign: Campaign, house: House, waiting: int, now: datetime) -> Room:
    """As far as the budgets of the SIMs go that are there."""
    modems = routing.ready(house.site.runtime_dir, now) or house.modems
    parts = ceil(estimate.parts_each(campaign))
    return rooms.now_left(campaign.category, parts, waiting, modems, house.site.timezone, now)


def due(campaign: Campaign, now: datetime, limit: int, room: Room) -> list[CampaignPerson]:
    """Those whose instant has come and for whom the SIMs have room, the earliest first."""
    rows = CampaignPerson.select().where(
        CampaignPerson.campaign == campaign.id, _WAITING, CampaignPerson.due_at <= now
    )
    rows = rows.order_by(CampaignPerson.due_at, CampaignPerson.id)
    if room.whole == 0:
        return []
    if room == Room():
        return list(rows.limit(limit))
    return list(islice((person for person in _read(rows) if room.take(person.number)), limit))


def _read(rows: Any) -> Iterator[CampaignPerson]:
    """A few hundred at a time: seldom does one have to go far."""
    for at in count(0, READ):
        found = list(rows.limit(READ).offset(at))
        yield from found
        if len(found) < READ:
            return


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
