"""In which hour of the week a message is followed by most: from our own figures, nobody else's.

People of the campaigns of a year, by the hour in which the message left, in the appliance's zone.  An hour
is best only where chance would hardly make its lead; as many hours are compared, "hardly" is one in a
thousand for each, not one in twenty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gateway.features.campaigns import outcomes
from gateway.features.results import intervals
from gateway.messages.lifecycle import State
from gateway.store.models import (
    Campaign,
    CampaignPerson,
    Consent,
    Inbound,
    Link,
    LinkSlug,
    Message,
    Part,
)
from gateway.store.terms import fn, value

BACK = timedelta(days=365)
LEAST = 30  # people: fewer say nothing about an hour
SURE = 3.290526731491895  # of the normal distribution: 0.05 % lie beyond it
QUARTER = 900_000_000  # microseconds; every zone is whole quarters away from UTC
_WITHIN = int(outcomes.WITHIN.total_seconds()) * 1_000_000
BY = ("clicks", "replies")

Place = tuple[int, int]  # (day, Monday is 0; hour)


@dataclass(frozen=True, slots=True)
class Best:
    """`place` is the best hour, None while none is clear; `why`: "clear", "not_enough" (people, or hours to
    compare) or "alike" (the difference may be chance)."""

    place: Place | None
    why: str
    enough: int  # hours with LEAST people or more


def heat(by: str, zone: ZoneInfo, now: datetime) -> dict[Place, tuple[int, int]]:
    """(day, hour) → (how many did it, of how many to whom a message arrived that left then)."""
    did: Counter[Place] = Counter()
    of: Counter[Place] = Counter()
    for quarter, count, done in _quarters(by, now):
        local = datetime.fromtimestamp(quarter * QUARTER / 1_000_000, UTC).astimezone(zone)
        did[local.weekday(), local.hour] += done
        of[local.weekday(), local.hour] += count
    return {place: (did[place], of[place]) for place in sorted(of)}


def best(found: Mapping[Place, tuple[int, int]]) -> Best:
    """The hour whose share is largest, where it is clearly larger than that of every other hour together."""
    enough = {place: counted for place, counted in found.items() if counted[1] >= LEAST}
    if len(enough) < 2:
        return Best(None, "not_enough", len(enough))
    first = max(enough, key=lambda place: intervals.wilson(*enough[place], SURE)[0])
    k, n = enough[first]
    others_k = sum(counted[0] for place, counted in found.items() if place != first)
    others_n = sum(counted[1] for place, counted in found.items() if place != first)
    low, _ = intervals.difference(k, n, others_k, others_n, SURE)
    return Best(first, "clear", len(enough)) if low > 0 else Best(None, "alike", len(enough))


def _quarters(by: str, now: datetime) -> Any:
    """(quarter of an hour since 1970, people, how many of them did it)."""
    first = (Part.message == CampaignPerson.message_id) & (Part.seq == 1)
    quarter = Part.sent_at.cast("INTEGER") / value(QUARTER, converter=False)
    did = _clicked() if by == "clicks" else _replied()
    rows: Any = CampaignPerson.select(quarter, fn.COUNT(CampaignPerson.id), fn.SUM(fn.EXISTS(did)))
    rows = rows.join(Campaign).switch(CampaignPerson)
    rows = rows.join(Message, on=(Message.id == CampaignPerson.message_id)).switch(CampaignPerson)
    rows = rows.join(Part, on=first)
    theirs = [fn.LOWER(Message.state) == State.DELIVERED, Part.sent_at >= now - BACK]
    if by == "clicks":
        theirs.append(Campaign.follow_links == True)  # noqa: E712
    return rows.where(Campaign.started_at >= now - BACK, *theirs).group_by(quarter).tuples()


def _clicked() -> Any:
    rows = LinkSlug.select(LinkSlug.slug).join(Link)
    return rows.where(
        Link.owner == value("campaign:").concat(Campaign.uid),
        LinkSlug.person == CampaignPerson.id.cast("TEXT"),
        LinkSlug.first_at.is_null(False),
    )


def _replied() -> Any:
    said = Inbound.select(Inbound.id)
    refused = Consent.select(Consent.id).where(
        Consent.number == CampaignPerson.number,
        Consent.event.in_(outcomes.NOES),
        Consent.proof == Inbound.uid,
    )
    return said.where(
        Inbound.sender == CampaignPerson.number,
        Inbound.complete,
        Inbound.received_at >= Part.sent_at,
        Inbound.received_at < Part.sent_at + value(_WITHIN, converter=False),
        ~fn.EXISTS(refused),
    )
