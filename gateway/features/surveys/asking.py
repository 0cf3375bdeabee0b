"""What a survey writes to one person: the invitation, the next question, a reminder, its thanks.

Each message is written in the transaction that changes the person's row, under a reference of its own, so
that after any end of the process nobody is asked twice.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from gateway.contacts import audience
from gateway.contacts.recipients import Person, Recipients
from gateway.errors import GatewayError
from gateway.features.surveys import flow, verbs, wording
from gateway.features.surveys.flow import Stop
from gateway.features.surveys.states import (
    ANSWERED,
    CLOSED,
    END,
    LEFT_OUT,
    OPEN,
    TIMED_OUT,
    TRIAL,
    WAITING,
    reference,
    source,
)
from gateway.messages import lifecycle, outbox
from gateway.messages.drafts import Caller, Draft
from gateway.messages.lifecycle import State
from gateway.store import database
from gateway.store.models import Message, Part, Survey, SurveyPerson, SurveyQuestion
from gateway.store.terms import fn, literally

BATCH = 25  # people a step
LOOK_AGAIN = timedelta(hours=1)  # at a question that has not left
NEVER_READ = (State.FAILED, State.REJECTED, State.CANCELED, State.EXPIRED, State.UNDELIVERED)
IN_TALK = "notification"  # what follows an answer is expected, whatever the survey's own category


_WAITING = literally("t1", "state", WAITING)
_OPEN = literally("t1", "state", OPEN)


def invite(survey: Survey, caller: Caller, now: datetime) -> int:
    """The first question to the next few people of whom no other survey waits for an answer; how many."""
    with database.transaction():
        coming = _coming(survey)
        first = verbs.questions(survey)[0]
        for person in coming:
            ask(survey, person, first, survey.category, caller, now)
    return len(coming)


def _coming(survey: Survey) -> list[SurveyPerson]:
    other = SurveyPerson.alias()
    busy = other.select(other.id).where(other.number == SurveyPerson.number, other.state == OPEN)
    rows = SurveyPerson.select().where(SurveyPerson.survey == survey.id, _WAITING)
    if survey.state == TRIAL:
        rows = rows.where(SurveyPerson.trial == 1)
    in_order = SurveyPerson.trial, SurveyPerson.id
    return list(rows.where(~fn.EXISTS(busy)).order_by(*in_order).limit(BATCH))


def ask(
    survey: Survey,
    person: SurveyPerson,
    question: SurveyQuestion,
    category: str,
    caller: Caller,
    now: datetime,
) -> None:
    """One question; who cannot be written to is left out, with the reason.  In the caller's transaction."""
    text = wording.question(question)
    try:
        message = write(survey, person, text, category, caller, now)
        reason = message.reason if message.state == State.REJECTED else None
    except GatewayError as error:
        message, reason = None, error.code
    if reason is not None or message is None:
        state = LEFT_OUT if person.invited_at is None else CLOSED
        keep(person, state=state, reason=reason, ended_at=now, due_at=None)
        return
    soon = survey.remind_h if survey.remind_h and not person.reminded else survey.limit_h
    due, asked = now + timedelta(hours=soon), {"question_id": question.id, "asked_again": False}
    invited = person.invited_at or now
    keep(person, state=OPEN, message=message.uid, due_at=due, invited_at=invited, **asked)


def go_on(
    survey: Survey,
    person: SurveyPerson,
    question: SurveyQuestion,
    value: str | None,
    caller: Caller,
    now: datetime,
) -> None:
    """After an answer: the question to which it leads, or the thanks.  In the caller's transaction."""
    asked = {one.id: one for one in verbs.questions(survey)}
    stops = [Stop(one.id, one.kind, one.onward) for one in asked.values()]
    after = flow.onward(stops, question.id, value)
    if after != END:
        ask(survey, person, asked[after], IN_TALK, caller, now)
        return
    if survey.thanks:
        try:
            write(survey, person, survey.thanks, IN_TALK, caller, now)
        except GatewayError:  # nobody misses a thank-you that cannot be written
            pass
    keep(person, state=ANSWERED, ended_at=now, due_at=None)


def write(
    survey: Survey, person: SurveyPerson, text: str, category: str, caller: Caller, now: datetime
) -> Message:
    """One message to this person, its gaps filled; raises Invalid.  In the caller's transaction."""
    named = Recipients([Person(person.number, person.number)])
    reader = next(audience.readers(named, now))
    draft = Draft(
        person.number,
        reader.reads(text).text,
        category,
        client_ref=reference(person.id, person.sends + 1),
        metadata={"survey": survey.uid},
    )
    message = outbox.submit(draft, replace(caller, source=source(survey.uid)), now)
    keep(person, sends=person.sends + 1)
    return message


def has_left(person: SurveyPerson) -> bool:
    """Whether the question that was asked last may have been read; True where its message is gone."""
    message = Message.get_or_none(Message.uid == person.message)
    return message is None or message.state not in lifecycle.WAITING


def overdue(now: datetime) -> list[SurveyPerson]:
    """Those at whom it is time to look, the longest waiting first."""
    rows = SurveyPerson.select().where(_OPEN, SurveyPerson.due_at <= now)
    return list(rows.order_by(SurveyPerson.due_at).limit(BATCH))


def look_after(person: SurveyPerson, caller: Caller, now: datetime) -> None:
    """A reminder, or the end of the time; both count from when the question left.  In a transaction."""
    survey = person.survey
    message = Message.get_or_none(Message.uid == person.message)
    if message is not None and message.state in NEVER_READ:
        state = LEFT_OUT if _is_first(person) else CLOSED
        keep(person, state=state, reason="survey_unreached", ended_at=now, due_at=None)
        return
    left_at = _left_at(message) if message is not None else person.due_at
    if left_at is None:
        keep(person, due_at=now + LOOK_AGAIN)
        return
    over = left_at + timedelta(hours=survey.limit_h)
    remind = left_at + timedelta(hours=survey.remind_h)
    wants_one = bool(survey.remind_h) and not person.reminded
    if message is None or now >= over:
        keep(person, state=TIMED_OUT, ended_at=now, due_at=None)
    elif wants_one and now >= remind:
        _remind(survey, person, caller, now)
        keep(person, reminded=True, due_at=over)
    else:
        keep(person, due_at=remind if wants_one else over)


def _remind(survey: Survey, person: SurveyPerson, caller: Caller, now: datetime) -> None:
    """Not to somebody whose answer waits for us."""
    question = SurveyQuestion.get_by_id(person.question_id)
    if person.asked_again:
        return
    try:
        write(survey, person, wording.reminder(question, caller.site.language), survey.category, caller, now)
    except GatewayError:  # without a reminder, the question stands as it was asked
        pass


def _left_at(message: Message) -> datetime | None:
    """When the whole of it had left; None while it has not, as far as is known."""
    if message.state in (*lifecycle.WAITING, State.SENDING):
        return None
    rows = Part.select(fn.MAX(Part.sent_at)).where(Part.message == message.id)
    found: datetime | None = rows.scalar()
    return found or message.updated_at


def _is_first(person: SurveyPerson) -> bool:
    return bool(person.sends <= 1)


def keep(person: SurveyPerson, **columns: object) -> None:
    """Write these columns of their row."""
    SurveyPerson.update(**columns).where(SurveyPerson.id == person.id).execute()
    for name, value in columns.items():
        setattr(person, name, value)
