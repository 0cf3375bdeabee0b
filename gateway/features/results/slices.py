"""A campaign in pieces: by text, by tag, by segment, by the time that passed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from gateway.contacts import groups, segments
from gateway.features.results.history import History, Person
from gateway.store.models import Campaign, CampaignPerson, Contact, ContactTag, Segment
from gateway.store.terms import fn

MOST_TAGS = 12  # the largest
MOST_SEGMENTS = 6  # of one look: each is asked of everybody
ASKED = 500  # people at once
HOURS = 24  # after the message, each a slot
ACTS: Mapping[str, Callable[[Person], datetime | None]] = {
    "clicked": lambda person: person.clicked_at,
    "replied": lambda person: person.replied_at,
    "bought": lambda person: person.bought_at,
    "unsubscribed": lambda person: person.left_at,
}


def by_text(history: History) -> dict[str, History]:
    """Letter → those who read that text; nothing where there is one."""
    letters = sorted({person.letter for person in history.people if person.letter})
    if len(letters) < 2:
        return {}
    return {letter: history.only(one for one in history.people if one.letter == letter) for letter in letters}


def by_tag(campaign: Campaign, history: History) -> dict[str, History]:
    """Tag → the people who have it today, the tag of the most people first; somebody may have several."""
    rows: Any = CampaignPerson.select(fn.LOWER(ContactTag.tag), CampaignPerson.id)
    rows = rows.join(Contact, on=(Contact.number == CampaignPerson.number))
    rows = rows.join(ContactTag, on=(ContactTag.contact == Contact.id))
    rows = rows.where(CampaignPerson.campaign == campaign.id)
    tagged: defaultdict[str, set[int]] = defaultdict(set)
    for tag, person in rows.tuples():
        tagged[tag].add(person)
    largest = sorted(tagged, key=lambda tag: (-len(tagged[tag]), tag))[:MOST_TAGS]
    return {tag: history.only(one for one in history.people if one.id in tagged[tag]) for tag in largest}


def segments_of(campaign: Campaign) -> list[Segment]:
    """The saved segments that it was for, as far as they are still there."""
    lines = campaign.audience.get("typed", "").splitlines()
    named = (line.lstrip("@").strip(' "') for line in lines if line.startswith("@"))
    found = (segments.called(name) for name in named if groups.called(name) is None)
    return [segment for segment in found if segment is not None][:MOST_SEGMENTS]


def by_segment(history: History, chosen: Sequence[Segment], now: datetime) -> dict[str, History]:
    """Segment → the people whom its rules find now, not when the campaign left."""
    few = chosen[:MOST_SEGMENTS]
    return {segment.name: history.only(_found(history, segment, now)) for segment in few}


def _found(history: History, segment: Segment, now: datetime) -> list[Person]:
    condition = segments.condition(segments.stored(segment.rules), now)
    found: list[Person] = []
    for place in range(0, len(history.people), ASKED):
        some = history.people[place : place + ASKED]
        asked = Contact.number.in_([one.number for one in some])
        rows = Contact.select(Contact.number).where(asked, condition)
        numbers = {row.number for row in rows}
        found += (one for one in some if one.number in numbers)
    return found


def after(history: History) -> dict[str, Sequence[int]]:
    """Act → how many people did it in each of the first hours after their message, and later: the last."""
    return {name: _after(history, at) for name, at in ACTS.items()}


def _after(history: History, at: Callable[[Person], datetime | None]) -> Sequence[int]:
    found: Counter[int] = Counter()
    for person in history.people:
        did = at(person)
        if did is not None and person.sent_at is not None:
            found[min(max(0, (did - person.sent_at) // timedelta(hours=1)), HOURS)] += 1
    return [found[slot] for slot in range(HOURS + 1)]
