"""What people did, as conditions on the book: bought, followed a link, got a campaign, answered a survey,
came to an appointment.

Each is a few steps into an index for each contact, whatever the number of campaigns or purchases.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from gateway.store.models import (
    Appointment,
    Campaign,
    CampaignPerson,
    Contact,
    Conversion,
    Link,
    LinkSlug,
    Message,
    SurveyAnswer,
    SurveyPerson,
)
from gateway.store.terms import fn, number_in, value

LEFT = ("sent", "delivered", "undelivered", "uncertain")  # states of a message that left, or may have
STANDS = ("planned", "confirmed")  # of an appointment
OFF = ("declined", "canceled")

# ---- purchases: a code that came back, or a sale noted by the number ---------------------------


def bought(*more: Any) -> Any:
    return fn.EXISTS(_purchases(Conversion.id, *more))


def bought_since(instant: datetime) -> Any:
    return bought(Conversion.at >= instant)


def times() -> Any:
    """How often they bought, 0 for never."""
    return _purchases(fn.COUNT(Conversion.id))


def spent() -> Any:
    """For how many cents in all, 0 for nothing."""
    return fn.COALESCE(_purchases(fn.SUM(Conversion.amount_cents)), 0)


def _purchases(what: Any, *more: Any) -> Any:
    rows = Conversion.select(what).join(CampaignPerson, on=(CampaignPerson.id == Conversion.person_id))
    return rows.where(CampaignPerson.number == Contact.number, *more)


# ---- links: of a click nothing is kept but the first and the last instant ----------------------


def clicked(*more: Any) -> Any:
    """They followed a link of a campaign; a robot is nobody."""
    theirs = value("campaign:").concat(Campaign.uid)
    rows = CampaignPerson.select(CampaignPerson.id).join(Campaign).switch(CampaignPerson)
    rows = rows.join(Link, on=(Link.owner == theirs))
    own = (LinkSlug.link == Link.id) & (LinkSlug.person == CampaignPerson.id.cast("TEXT"))
    rows = rows.join(LinkSlug, on=own)
    followed = LinkSlug.first_at.is_null(False)
    return fn.EXISTS(rows.where(CampaignPerson.number == Contact.number, followed, *more))


def clicked_since(instant: datetime) -> Any:
    return clicked(LinkSlug.last_at >= instant)


def clicked_in(campaign: int) -> Any:
    return clicked(CampaignPerson.campaign == campaign)


# ---- campaigns ----------------------------------------------------------------------------------


def got(campaign: int) -> Any:
    """Its message left for them, or may have."""
    rows = CampaignPerson.select(CampaignPerson.id).join(
        Message, on=(Message.id == CampaignPerson.message_id)
    )
    here = CampaignPerson.number == Contact.number, CampaignPerson.campaign == campaign
    return fn.EXISTS(
        rows.where(*here, fn.LOWER(Message.state).in_(LEFT))
    )  # else the index of states is walked


def coded(campaign: int) -> Any:
    """Its code came back from them; a sale that was told by the number alone is no answer to it."""
    return bought(CampaignPerson.campaign == campaign, Conversion.code != "")


# ---- surveys ------------------------------------------------------------------------------------


def asked(survey: int) -> Any:
    """They were written to for it."""
    return fn.EXISTS(_people(survey).where(SurveyPerson.invited_at.is_null(False)))


def answered(survey: int, *more: Any) -> Any:
    """At least one answer of theirs counts; `more` is asked of the same one."""
    rows = _people(survey).join(SurveyAnswer, on=(SurveyAnswer.person == SurveyPerson.id))
    counts = fn.LOWER(SurveyAnswer.state) == "counted"  # else the index of a question's answers is walked
    return fn.EXISTS(rows.where(counts, *more))


def _people(survey: int) -> Any:
    here = SurveyPerson.survey == survey, SurveyPerson.number == Contact.number
    return SurveyPerson.select(SurveyPerson.id).where(*here)


# ---- appointments -------------------------------------------------------------------------------


def comes(now: datetime, days: int | None = None) -> Any:
    """One that stands is to come: within so many days, or ever."""
    own = Appointment.alias("own")
    until = [] if days is None else [own.starts_at <= now + timedelta(days=days)]
    return fn.EXISTS(_appointments(own, STANDS).where(own.starts_at > now, *until))


def came(now: datetime, days: int) -> Any:
    """One that stood has begun within the last so many days; nobody notes who stayed away."""
    own = Appointment.alias("own")
    return fn.EXISTS(_appointments(own, STANDS).where(own.starts_at.between(now - timedelta(days=days), now)))


def next_is(state: str, now: datetime) -> Any:
    """The next one that stands is in that state."""
    own, sooner = Appointment.alias("own"), Appointment.alias("sooner")
    first = _appointments(sooner, STANDS, fn.MIN(sooner.starts_at)).where(sooner.starts_at > now)
    return fn.EXISTS(_appointments(own, (state,)).where(own.starts_at == first))


def gave_up(now: datetime, days: int) -> Any:
    """One of the last so many days was declined, or called off."""
    own = Appointment.alias("own")
    return fn.EXISTS(_appointments(own, OFF).where(own.starts_at.between(now - timedelta(days=days), now)))


def _appointments(own: Any, states: tuple[str, ...], what: Any = None) -> Any:
    named = number_in(own.alias, "number", "<> ''")  # else the index of numbers is not taken
    rows = own.select(own.id if what is None else what)
    return rows.where(own.number == Contact.number, named, own.state.in_(states))
