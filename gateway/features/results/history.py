"""What each person of a campaign got, and did then: the one set of facts from which every figure is made.

A handful of questions for a whole campaign, each a step into an index for each of its people.  The limits
are those of `campaigns/outcomes.py`: an answer or a STOP counts within seven days of the message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.features.campaigns import outcomes
from gateway.features.campaigns.states import PERSONAL, source
from gateway.messages.lifecycle import State
from gateway.store.models import (
    Campaign,
    CampaignPerson,
    Consent,
    Conversion,
    Inbound,
    Link,
    LinkSlug,
    Message,
    Part,
)
from gateway.store.terms import fn, value

_WITHIN = outcomes.WITHIN.total_seconds() * 1_000_000  # as the ledger keeps instants


@dataclass(slots=True)
class Person:
    """One person; `sent_at` is None while, and where, nothing left the appliance."""

    id: int
    number: str
    role: str
    letter: str
    state: str  # of the message; "" without one
    sent_at: datetime | None
    parts: int  # that left
    clicked_at: datetime | None = None
    replied_at: datetime | None = None
    left_at: datetime | None = None  # when they said STOP
    bought_at: datetime | None = None  # first, with a code of their own
    came_at: datetime | None = None  # first, told by a code or by their number

    @property
    def is_sent(self) -> bool:
        """It left the appliance, and nobody doubts that."""
        return self.state in outcomes.LEFT or (self.sent_at is not None and self.state in _LOST)

    @property
    def is_delivered(self) -> bool:
        return self.state == State.DELIVERED

    @property
    def is_lost(self) -> bool:
        return self.state in outcomes.LOST


@dataclass(frozen=True, slots=True)
class Purchase:
    """One conversion; `person` is None where everybody has the code."""

    person: int | None
    at: datetime
    cents: int


@dataclass(frozen=True, slots=True)
class History:
    """`clicks`: links are followed; `personal`: the codes tell who came back; `coded`: there are codes.

    `by_number`: sales that were told by a telephone number alone; they are no purchases of the campaign's, as
    somebody may have come without it, and serve to compare with those who got no message.
    """

    people: tuple[Person, ...]
    purchases: tuple[Purchase, ...] = field(default=())
    clicks: bool = False
    personal: bool = False
    coded: bool = False
    by_number: int = 0

    def only(self, people: Iterable[Person]) -> History:
        """Of these people; purchases only where a code tells that they are theirs."""
        kept = tuple(people)
        ids = {person.id for person in kept}
        theirs = tuple(one for one in self.purchases if one.person in ids)
        return History(kept, theirs, self.clicks, self.personal, self.coded and self.personal)


_LOST = (State.FAILED, State.EXPIRED, State.CANCELED)


def of(campaign: Campaign) -> History:
    """Everything about it, as of now."""
    people = {person.id: person for person in _people(campaign)}
    purchases, by_number = tuple(_purchases(campaign)), tuple(_purchases(campaign, coded=False))
    for name, found in (
        ("clicked_at", _clicked(campaign)),
        ("replied_at", _replied(campaign)),
        ("left_at", _unsubscribed(campaign)),
        ("bought_at", _first(purchases)),
        ("came_at", _first(_compared(campaign, [*purchases, *by_number]))),
    ):
        for person, at in found:
            if person in people:
                setattr(people[person], name, at)
    kind = campaign.code_kind
    coded = kind != "none" or bool(purchases)
    clicks, personal = bool(campaign.follow_links), kind in PERSONAL
    return History(tuple(people.values()), purchases, clicks, personal, coded, len(by_number))


def _people(campaign: Campaign) -> Iterable[Person]:
    columns = CampaignPerson.id, CampaignPerson.number, CampaignPerson.role, CampaignPerson.letter
    rows: Any = CampaignPerson.select(
        *columns, fn.COALESCE(Message.state, ""), fn.MIN(Part.sent_at), fn.COUNT(Part.sent_at)
    )
    rows = rows.left_outer_join(Message, on=(Message.id == CampaignPerson.message_id))
    rows = rows.left_outer_join(Part, on=(Part.message == Message.id))
    rows = rows.where(CampaignPerson.campaign == campaign.id).group_by(CampaignPerson.id)
    return (Person(*row) for row in rows.tuples())


def _purchases(campaign: Campaign, coded: bool = True) -> Iterable[Purchase]:
    """The earliest first; `coded`: with a code, else by the number alone."""
    rows: Any = Conversion.select(Conversion.person_id, Conversion.at, Conversion.amount_cents)
    told = Conversion.code != "" if coded else Conversion.code == ""
    rows = rows.where(Conversion.campaign == campaign.id, told).order_by(Conversion.at)
    return (Purchase(*row) for row in rows.tuples())


def _compared(campaign: Campaign, purchases: Iterable[Purchase]) -> list[Purchase]:
    """For as long with a message as without one."""
    begun = campaign.started_at
    return [one for one in purchases if begun and begun <= one.at < begun + outcomes.COMPARED]


def _first(purchases: Sequence[Purchase]) -> Iterable[tuple[int, datetime]]:
    """Each person's last of the latest first: whoever writes them down in this order keeps the first."""
    latest = sorted(purchases, key=lambda one: one.at, reverse=True)
    return ((one.person, one.at) for one in latest if one.person is not None)


def _clicked(campaign: Campaign) -> Any:
    person = LinkSlug.person.cast("INTEGER")
    rows: Any = LinkSlug.select(person, fn.MIN(LinkSlug.first_at)).join(Link)
    rows = rows.where(Link.owner == source(campaign.uid), LinkSlug.first_at.is_null(False))
    return rows.group_by(LinkSlug.person).tuples()


def _replied(campaign: Campaign) -> Any:
    """Whoever said something that was no STOP."""
    refused = Consent.select(Consent.id).where(
        Consent.number == CampaignPerson.number,
        Consent.event.in_(outcomes.NOES),
        Consent.proof == Inbound.uid,
    )
    rows = _after(campaign, fn.MIN(Inbound.received_at))
    rows = rows.join(Inbound, on=(Inbound.sender == CampaignPerson.number))
    return rows.where(Inbound.complete, _soon(Inbound.received_at), ~fn.EXISTS(refused)).tuples()


def _unsubscribed(campaign: Campaign) -> Any:
    rows = _after(campaign, fn.MIN(Consent.at))
    rows = rows.join(Consent, on=(Consent.number == CampaignPerson.number))
    return rows.where(Consent.event.in_(outcomes.NOES), _soon(Consent.at)).tuples()


def _after(campaign: Campaign, what: Any) -> Any:
    first = (Part.message == CampaignPerson.message_id) & (Part.seq == 1) & Part.sent_at.is_null(False)
    rows = CampaignPerson.select(CampaignPerson.id, what).join(Part, on=first).switch(CampaignPerson)
    return rows.where(CampaignPerson.campaign == campaign.id).group_by(CampaignPerson.id)


def _soon(at: Any) -> Any:
    return (at >= Part.sent_at) & (at < Part.sent_at + value(int(_WITHIN), converter=False))
