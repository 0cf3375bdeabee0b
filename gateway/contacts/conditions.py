"""What one may ask of people, as conditions on the book: each test a code, what it takes, and its SQL.

A value never becomes SQL: the models bind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from gateway import timezones
from gateway.consent import seal
from gateway.contacts import dates, deeds
from gateway.contacts.book import fold
from gateway.store.database import db
from gateway.store.models import (
    Consent,
    Contact,
    ContactField,
    ContactTag,
    ContactValue,
    GroupMember,
    Inbound,
    Message,
    Opposition,
    Survey,
    SurveyAnswer,
    SurveyQuestion,
)
from gateway.store.terms import fn

DECIDING = ("asked", "given", "confirmed", "withdrawn")
NEWEST = 6  # surveys whose questions are offered
OF_FIELD = re.compile(r"field_(?P<field>\d{1,9})_(?P<of>[a-z]+)")
OF_QUESTION = re.compile(r"question_(?P<question>\d{1,9})_(?P<of>said_(?P<said>[a-z]+|\d{1,2})|[a-z]+)")

# Whoever said no stands under a digest only: SQLite is lent the seal.
db.register_function(seal.digest, "sealed", 1)


@dataclass(frozen=True, slots=True)
class Test:
    """`takes`: "" nothing, or a key of `condition_values.READ`; then how its value becomes SQL."""

    takes: str
    condition: Callable[[str, datetime], Any]


def tagged(tag: str) -> Any:
    return fn.EXISTS(
        ContactTag.select(ContactTag.tag).where(ContactTag.contact == Contact.id, ContactTag.tag == tag)
    )


def member(group: int) -> Any:
    return fn.EXISTS(
        GroupMember.select(GroupMember.group).where(
            GroupMember.group == group, GroupMember.contact == Contact.id
        )
    )


def _postcodes(value: str) -> Any:
    """One of several beginnings: "67, 68"."""
    begins = [Contact.postcode.startswith(one) for one in re.split(r"[\s,;]+", value) if one]
    found = begins[0]
    for other in begins[1:]:
        found |= other
    return found


def _since(days: str, now: datetime) -> datetime:
    return now - timedelta(days=int(days))


def _sent(*more: Any) -> Any:
    theirs = Message.select(Message.id).where(Message.recipient == Contact.number, *more)
    return fn.EXISTS(theirs.where(Message.state.in_(deeds.LEFT)))


def _answered(*more: Any) -> Any:
    return fn.EXISTS(Inbound.select(Inbound.id).where(Inbound.sender == Contact.number, *more))


def _decided(*more: Any) -> Any:
    """The act that decides whether this person agreed is such a one."""
    act = Consent.alias()
    last = act.select(fn.MAX(act.id)).where(act.number == Contact.number, act.event.in_(DECIDING))
    return fn.EXISTS(Consent.select(Consent.id).where(Consent.id == last, *more))


def _opposed() -> Any:
    seal.digest("")  # SQLite cannot be asked for the key while it answers
    standing = Opposition.select(Opposition.id).where(
        Opposition.digest == fn.sealed(Contact.number),
        Opposition.category == "marketing",
        Opposition.ended_at.is_null(),
    )
    return fn.EXISTS(standing)


def _agreed() -> Any:
    return _decided(Consent.event.in_(("given", "confirmed")), Consent.ground.is_null(False))


def _event_is(*events: str) -> Any:
    return _decided(Consent.event.in_(events)) & ~_opposed()


def _cents(amount: str) -> int:
    return int(Decimal(amount) * 100)


TESTS: Mapping[str, Test] = {
    "tag_has": Test("tag", lambda value, now: tagged(value)),
    "tag_lacks": Test("tag", lambda value, now: ~tagged(value)),
    "group_in": Test("group", lambda value, now: member(int(value))),
    "group_out": Test("group", lambda value, now: ~member(int(value))),
    "name_has": Test("text", lambda value, now: Contact.folded.contains(fold(value))),
    "postcode_begins": Test("text", lambda value, now: _postcodes(value)),
    "added_within": Test("days", lambda value, now: Contact.created_at >= _since(value, now)),
    "added_before": Test("days", lambda value, now: Contact.created_at < _since(value, now)),
    "sent_within": Test("days", lambda value, now: _sent(Message.created_at >= _since(value, now))),
    "sent_before": Test("days", lambda value, now: ~_sent(Message.created_at >= _since(value, now))),
    "sent_never": Test("", lambda value, now: ~_sent()),
    "answered_within": Test("days", lambda value, now: _answered(Inbound.received_at >= _since(value, now))),
    "answered_before": Test("days", lambda value, now: ~_answered(Inbound.received_at >= _since(value, now))),
    "answered_never": Test("", lambda value, now: ~_answered()),
    "act_within": Test("days", lambda value, now: Contact.last_act_at >= _since(value, now)),
    "act_before": Test(
        "days",
        lambda value, now: Contact.last_act_at.is_null() | (Contact.last_act_at < _since(value, now)),
    ),
    "consent_agreed": Test("", lambda value, now: _agreed() & ~_opposed()),
    "consent_asked": Test("", lambda value, now: _event_is("asked")),
    "consent_withdrawn": Test("", lambda value, now: _event_is("withdrawn")),
    "consent_never": Test("", lambda value, now: ~_event_is("asked", "withdrawn") & ~_agreed() & ~_opposed()),
    "consent_opposed": Test("", lambda value, now: _opposed()),
    "bought_ever": Test("", lambda value, now: deeds.bought()),
    "bought_within": Test("days", lambda value, now: deeds.bought_since(_since(value, now))),
    "bought_before": Test("days", lambda value, now: ~deeds.bought_since(_since(value, now))),
    "bought_never": Test("", lambda value, now: ~deeds.bought()),
    "bought_times_least": Test("times", lambda value, now: deeds.times() >= int(value)),
    "bought_times_most": Test("times", lambda value, now: deeds.times() <= int(value)),
    "bought_sum_least": Test("money", lambda value, now: deeds.spent() >= _cents(value)),
    "bought_sum_most": Test("money", lambda value, now: deeds.spent() <= _cents(value)),
    "clicked_within": Test("days", lambda value, now: deeds.clicked_since(_since(value, now))),
    "clicked_before": Test("days", lambda value, now: ~deeds.clicked_since(_since(value, now))),
    "clicked_never": Test("", lambda value, now: ~deeds.clicked()),
    "campaign_got": Test("campaign", lambda value, now: deeds.got(int(value))),
    "campaign_not": Test("campaign", lambda value, now: ~deeds.got(int(value))),
    "campaign_clicked": Test("followed", lambda value, now: deeds.clicked_in(int(value))),
    "campaign_unclicked": Test(
        "followed", lambda value, now: deeds.got(int(value)) & ~deeds.clicked_in(int(value))
    ),
    "campaign_coded": Test("campaign", lambda value, now: deeds.coded(int(value))),
    "campaign_uncoded": Test("campaign", lambda value, now: deeds.got(int(value)) & ~deeds.coded(int(value))),
    "survey_answered": Test("survey", lambda value, now: deeds.answered(int(value))),
    "survey_unanswered": Test(
        "survey", lambda value, now: deeds.asked(int(value)) & ~deeds.answered(int(value))
    ),
    "appointment_ahead": Test("days", lambda value, now: deeds.comes(now, int(value))),
    "appointment_none": Test("", lambda value, now: ~deeds.comes(now)),
    "appointment_within": Test("days", lambda value, now: deeds.came(now, int(value))),
    "appointment_before": Test("days", lambda value, now: ~deeds.came(now, int(value))),
    "appointment_confirmed": Test("", lambda value, now: deeds.next_is("confirmed", now)),
    "appointment_unconfirmed": Test("", lambda value, now: deeds.next_is("planned", now)),
    "appointment_given_up": Test("days", lambda value, now: deeds.gave_up(now, int(value))),
}

# What one may ask of a field, by its kind.
OF_KIND = {
    "text": ("is", "has", "begins", "filled", "empty"),
    "number": ("is", "least", "most", "filled", "empty"),
    "date": ("is", "since", "until", *dates.RELATIVE, "filled", "empty"),
}

# And of an answer, by the kind of its question, with what it takes; of a choice, the number of each as well.
OF_ANSWER: Mapping[str, Mapping[str, str]] = {
    "yes_no": {"said_yes": "", "said_no": ""},
    "choice": {},
    "score": {"least": "score", "most": "score"},
    "open": {"has": "text"},
}


def known(test: str) -> Test | None:
    """The test of that code; None where there is none, or its field is gone."""
    if match := OF_FIELD.fullmatch(test):
        field = ContactField.get_or_none(ContactField.id == int(match["field"]))
        return _of_field(field, match["of"]) if field and match["of"] in OF_KIND[field.kind] else None
    if match := OF_QUESTION.fullmatch(test):
        asked = question(int(match["question"]))
        return _of_answer(asked, match["of"]) if asked and match["of"] in of_answer(asked) else None
    return TESTS.get(test)


def takes(kind: str, of: str) -> str:
    """What such a test of a field of that kind takes."""
    if of in dates.RELATIVE:
        return dates.RELATIVE[of][0]
    return "" if of in ("filled", "empty") else kind


def question(row: int) -> SurveyQuestion | None:
    """The question of a survey with that id."""
    found: SurveyQuestion | None = SurveyQuestion.get_or_none(SurveyQuestion.id == row)
    return found


def questions(used: Iterable[str]) -> dict[str, list[SurveyQuestion]]:
    """The questions of the newest surveys that have begun, and of those that these tests ask for, by the
    name of the survey."""
    codes = [match["question"] for match in map(OF_QUESTION.fullmatch, used) if match]
    asked = SurveyQuestion.select(SurveyQuestion.survey).where(SurveyQuestion.id.in_(codes))
    newest = Survey.select(Survey.id).where(Survey.state != "draft").order_by(Survey.id.desc()).limit(NEWEST)
    rows = SurveyQuestion.select(SurveyQuestion, Survey).join(Survey)
    rows = rows.where(Survey.id.in_(newest) | Survey.id.in_(asked))
    found: dict[str, list[SurveyQuestion]] = {}
    for row in rows.order_by(Survey.id.desc(), SurveyQuestion.position):
        found.setdefault(row.survey.name, []).append(row)
    return found


def of_answer(asked: SurveyQuestion) -> Mapping[str, str]:
    """What one may ask of the answers to it, and what that takes."""
    labels = asked.choices.get("labels", ()) if asked.kind == "choice" else ()
    return {**OF_ANSWER[asked.kind], **{f"said_{place}": "" for place in range(1, len(labels) + 1)}}


def _of_field(field: ContactField, of: str) -> Test:
    def asks(*conditions: Any) -> Any:
        here = (ContactValue.contact == Contact.id, ContactValue.field == field.id)
        return fn.EXISTS(ContactValue.select(ContactValue.field).where(*here, *conditions))

    column, number = ContactValue.value, ContactValue.value.cast("REAL")
    conditions: dict[str, Callable[[str, datetime], Any]] = {
        "is": lambda value, now: asks(
            number == float(value) if field.kind == "number" else fn.LOWER(column) == value.lower()
        ),
        "has": lambda value, now: asks(column.contains(value)),
        "begins": lambda value, now: asks(column.startswith(value)),
        "least": lambda value, now: asks(number >= float(value)),
        "most": lambda value, now: asks(number <= float(value)),
        "since": lambda value, now: asks(column >= value),
        "until": lambda value, now: asks(column <= value),
        "filled": lambda value, now: asks(),
        "empty": lambda value, now: ~asks(),
    }
    if of in dates.RELATIVE:
        relative = dates.RELATIVE[of][1]
        return Test(
            takes(field.kind, of), lambda value, now: asks(relative(column, value, timezones.today(now)))
        )
    return Test(takes(field.kind, of), conditions[of])


def _of_answer(asked: SurveyQuestion, of: str) -> Test:
    """What somebody said to one question of a survey; only what counts."""

    def said(condition: Any) -> Any:
        here = SurveyAnswer.question == asked.id
        return deeds.answered(asked.survey.id, here, condition)

    score = SurveyAnswer.value.cast("INTEGER")
    if of == "least":
        return Test("score", lambda value, now: said(score >= int(value)))
    if of == "most":
        return Test("score", lambda value, now: said(score <= int(value)))
    if of == "has":
        return Test("text", lambda value, now: said(SurveyAnswer.text.contains(value)))
    return Test("", lambda value, now: said(SurveyAnswer.value == of.removeprefix("said_")))
