"""The signs that somebody gave of themselves, and what keeps a silent person from being forgotten.

What we sent, and what somebody wrote on their card, is no sign.  Source: CNIL, reference framework for the
management of commercial activities: three years from the collection, or from the last contact that came from
the person; a click is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from gateway.messages.lifecycle import FINAL, State
from gateway.privacy import alert_traces
from gateway.store.models import (
    AlertRoute,
    Appointment,
    Call,
    Campaign,
    CampaignPerson,
    Consent,
    Contact,
    Conversion,
    GroupMember,
    Inbound,
    Link,
    LinkSlug,
    Message,
    SurveyAnswer,
    SurveyPerson,
    Verification,
)

OVER = (*FINAL, State.SENT)  # a report that has not come by then will not come
BEGUN = (State.SENDING, State.UNCERTAIN)
STANDING = ("planned", "confirmed", "declined")  # of an appointment


def since(names: Sequence[str], instant: datetime) -> bool:
    """Whether the person whose number has these spellings did anything at that instant or later.

    Came into the book, wrote, called, agreed or refused, followed a link, bought, answered, had an
    appointment, typed a code back.
    """
    return any(rows.exists() for rows in _signs(names, instant))


def is_served(names: Sequence[str], instant: datetime) -> bool:
    """Whether the shop does something for this person that is no marketing, whoever was heard last: they are
    told of alerts or alarms, or something that they need is about to leave."""
    if alert_traces.told_of_alarms(names) or _is_on_a_route(names):
        return True
    theirs = Message.recipient.in_(names)
    alerted = (Message.category == "alert") & (Message.created_at >= instant)
    moving = Message.state.in_(BEGUN) | (Message.category != "marketing") & Message.state.not_in(OVER)
    return bool(Message.select().where(theirs, alerted | moving).exists())


def _signs(names: Sequence[str], instant: datetime) -> Iterator[Any]:
    """What would be one, the likeliest first; each is a query."""
    did = (Contact.created_at >= instant) | (Contact.last_act_at >= instant)
    yield Contact.select().where(Contact.number.in_(names), did)
    yield Inbound.select().where(Inbound.sender.in_(names), Inbound.received_at >= instant)
    said = (Consent.at >= instant) & (Consent.event != "asked")  # the question is ours
    yield Consent.select().where(Consent.number.in_(names), said)
    yield Call.select().where(Call.number.in_(names), Call.at >= instant)
    yield from _of_campaigns(names, instant)
    answers = SurveyAnswer.select().join(SurveyPerson)
    yield answers.where(SurveyPerson.number.in_(names), SurveyAnswer.at >= instant)
    came = Appointment.state.in_(STANDING) & (Appointment.starts_at >= instant)
    met = Appointment.number.in_(names)
    yield Appointment.select().where(met, came | (Appointment.answered_at >= instant))
    typed = (Verification.state == "approved") & (Verification.checked_at >= instant)
    yield Verification.select().where(Verification.number.in_(names), typed)


def _of_campaigns(names: Sequence[str], instant: datetime) -> Iterator[Any]:
    """Links that they followed, and what they bought."""
    rows = CampaignPerson.select(CampaignPerson, Campaign).join(Campaign)
    theirs = list(rows.where(CampaignPerson.number.in_(names)))
    if not theirs:
        return
    people = [str(person.id) for person in theirs]
    owners = [f"campaign:{person.campaign.uid}" for person in theirs]
    slugs = LinkSlug.select().join(Link).where(Link.owner.in_(owners), LinkSlug.person.in_(people))
    yield slugs.where(LinkSlug.last_at >= instant)
    bought = Conversion.person_id.in_([person.id for person in theirs])
    yield Conversion.select().where(bought, Conversion.at >= instant)


def _is_on_a_route(names: Sequence[str]) -> bool:
    """By number, or as a member of one of its groups."""
    routes = list(AlertRoute.select())
    if any(alert_traces.is_named(route, names) for route in routes):
        return True
    groups = [group for route in routes for group in route.recipients.get("groups", ())]
    members = GroupMember.select().join(Contact).where(GroupMember.group.in_(groups))
    return bool(groups and members.where(Contact.number.in_(names)).exists())
