"""What became of a campaign: counted from the rows each time, never a counter.  Every question is a step into
an index for each person or message of the campaign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from gateway.features.campaigns.states import LEFT_OUT, WAITING, WRITTEN, source
from gateway.messages.lifecycle import State
from gateway.store import database
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

WITHIN = timedelta(days=7)  # an answer later than this is about something else
COMPARED = timedelta(days=30)  # from the beginning on: sales with and without a message are compared
_WITHIN = WITHIN // timedelta(microseconds=1)  # as the ledger keeps instants
NOES = ("opposed", "withdrawn")
LEFT = (State.SENT, State.DELIVERED, State.UNDELIVERED)
LOST = (State.FAILED, State.UNDELIVERED, State.EXPIRED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many people.  `written`: with a message, whatever became of it; `sent`: it left the appliance;
    `failed`: failed, undelivered or expired; `uncertain`: nobody knows; the last four did that once or more.

    People whom the rules left out have no letter, and are in no letter's figures.
    """

    people: int = 0
    left_out: int = 0
    written: int = 0
    waiting: int = 0
    sent: int = 0
    delivered: int = 0
    failed: int = 0
    uncertain: int = 0
    clicked: int = 0
    replied: int = 0
    converted: int = 0
    unsubscribed: int = 0


def counts(campaign: Campaign, letter: str | None = None, role: str | None = None) -> Outcome:
    """Of all, of one text, of one role ("exposed", "rest", "control"), or of both."""
    with database.as_of_now():
        theirs = of(campaign, letter, role)
        persons, messages = _persons(theirs), _messages(theirs)
        return Outcome(
            people=sum(persons.values()),
            left_out=persons[LEFT_OUT],
            written=persons[WRITTEN],
            waiting=persons[WAITING],
            sent=sum(messages[state] for state in LEFT) + _left_and_lost(theirs),
            delivered=messages[State.DELIVERED],
            failed=sum(messages[state] for state in LOST),
            uncertain=messages[State.UNCERTAIN],
            clicked=_clicked(campaign, theirs),
            replied=_replied(theirs),
            converted=_converted(campaign, theirs),
            unsubscribed=_unsubscribed(theirs),
        )


def of(campaign: Campaign, letter: str | None = None, role: str | None = None) -> list[Any]:
    """The conditions on CampaignPerson that say whose figures are meant."""
    found: list[Any] = [CampaignPerson.campaign == campaign.id]
    if role is not None:
        found.append(CampaignPerson.role == role)
    if letter is not None:
        found.append(CampaignPerson.letter == letter)
    return found


def progress(campaign: Campaign) -> dict[str, int]:
    """Where everybody is: "waiting" and "left_out" people, and the messages of the others by their states."""
    theirs = of(campaign)
    with database.as_of_now():
        persons, messages = _persons(theirs), _messages(theirs)
    found = {str(state): number for state, number in messages.items()}
    known = {"waiting": persons[WAITING], "left_out": persons[LEFT_OUT]}
    gone = persons[WRITTEN] - messages.total()  # somebody had the message erased
    return {name: number for name, number in {**known, **found, "erased": gone}.items() if number}


def reasons(campaign: Campaign) -> Mapping[str, int]:
    """Why people are left out, the commonest first."""
    rows: Any = CampaignPerson.select(CampaignPerson.reason, fn.COUNT(CampaignPerson.id)).where(
        CampaignPerson.campaign == campaign.id, CampaignPerson.state == LEFT_OUT
    )
    return dict(Counter(dict(rows.group_by(CampaignPerson.reason).tuples())).most_common())


def _persons(theirs: list[Any]) -> Counter[str]:
    rows: Any = CampaignPerson.select(CampaignPerson.state, fn.COUNT(CampaignPerson.id)).where(*theirs)
    return Counter(dict(rows.group_by(CampaignPerson.state).tuples()))


def _messages(theirs: list[Any]) -> Counter[str]:
    state = fn.LOWER(Message.state)  # else SQLite walks the index of states
    rows: Any = CampaignPerson.select(state, fn.COUNT(CampaignPerson.id))
    rows = rows.join(Message, on=(Message.id == CampaignPerson.message_id)).where(*theirs)
    return Counter(dict(rows.group_by(state).tuples()))


def _left_and_lost(theirs: list[Any]) -> int:
    """Messages that left, and whose time was over, or that the network gave up, before they arrived."""
    state = fn.LOWER(Message.state)
    rows = CampaignPerson.select(CampaignPerson.id)
    rows = rows.join(Message, on=(Message.id == CampaignPerson.message_id))
    gone = Part.select(Part.id).where(Part.message == Message.id, Part.sent_at.is_null(False))
    lost = state.in_([State.EXPIRED, State.CANCELED, State.FAILED])
    return int(rows.where(*theirs, lost, fn.EXISTS(gone)).count())


def _clicked(campaign: Campaign, theirs: list[Any]) -> int:
    rows = LinkSlug.select(LinkSlug.person).distinct().join(Link)
    rows = rows.join(CampaignPerson, on=(CampaignPerson.id == LinkSlug.person.cast("INTEGER")))
    followed = Link.owner == source(campaign.uid), LinkSlug.first_at.is_null(False)
    return int(rows.where(*followed, *theirs).count())


def _converted(campaign: Campaign, theirs: list[Any]) -> int:
    rows = Conversion.select(Conversion.person_id).distinct()
    rows = rows.join(CampaignPerson, on=(CampaignPerson.id == Conversion.person_id))
    coded = Conversion.code != ""  # a sale told by the number alone is no answer to the message
    return int(rows.where(Conversion.campaign == campaign.id, coded, *theirs).count())


def _replied(theirs: list[Any]) -> int:
    """People who said something that was no STOP."""
    rows = _sent(theirs).join(Inbound, on=(Inbound.sender == CampaignPerson.number))
    refused = Consent.select(Consent.id).where(
        Consent.number == CampaignPerson.number, Consent.event.in_(NOES), Consent.proof == Inbound.uid
    )
    said = Inbound.complete, _soon(Inbound.received_at)
    return int(rows.where(*said, ~fn.EXISTS(refused)).count())


def _unsubscribed(theirs: list[Any]) -> int:
    rows = _sent(theirs).join(Consent, on=(Consent.number == CampaignPerson.number))
    return int(rows.where(Consent.event.in_(NOES), _soon(Consent.at)).count())


def _sent(theirs: list[Any]) -> Any:
    """The people whose message left, each once, with the instant at which its first part did."""
    first = (Part.message == CampaignPerson.message_id) & (Part.seq == 1) & Part.sent_at.is_null(False)
    rows = CampaignPerson.select(CampaignPerson.id).distinct().where(*theirs)
    return rows.join(Part, on=first).switch(CampaignPerson)


def _soon(at: Any) -> Any:
    """After the message had left, and not long after."""
    return (at >= Part.sent_at) & (at < Part.sent_at + value(_WITHIN, converter=False))
