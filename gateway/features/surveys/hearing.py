"""What people answer: each text belongs to the question that they were asked last, or to none."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway import audit
from gateway.errors import Conflict, GatewayError, Invalid, NotFound
from gateway.features.surveys import asking, tagging, telling, understanding, wording
from gateway.features.surveys.states import (
    AS_IS,
    CHOICE,
    CLOSED,
    COUNTED,
    DISMISSED,
    FREE,
    LATE,
    NO,
    OPEN,
    REPLACED,
    SCORE,
    TIMED_OUT,
    UNCLEAR,
    YES,
    YES_NO,
    source,
)
from gateway.features.surveys.understanding import Question, Understood
from gateway.messages import outbox, topics
from gateway.messages.drafts import Caller
from gateway.store import database
from gateway.store.models import Inbound, SurveyAnswer, SurveyPerson, SurveyQuestion

LATE_WITHIN = timedelta(days=7)  # after its end; what comes later is about something else


def hear(message: Inbound, number: str, caller: Caller, now: datetime) -> bool:
    """Whether this text answers a survey.  Inside the transaction that stores it."""
    person = SurveyPerson.get_or_none(SurveyPerson.number == number, SurveyPerson.state == OPEN)
    if person is None:
        _note_late(message, number, now)
        return False
    if not asking.has_left(person):
        return _hear_of_the_one_before(person, message, caller, now)
    question = SurveyQuestion.get_by_id(person.question_id)
    understood = _understood(question, message.text)
    if understood.mends and not _is_unclear(person, question):
        understood = understanding.UNCLEAR  # it takes back an answer to the question before
    if understood.certain:
        _count(person, question, message, understood.value, caller, now)
        asking.go_on(person.survey, person, question, understood.value, caller, now)
    else:
        _write(person, question, message, UNCLEAR, None, now)
        _ask_again(person, question, caller, now)
    return True


def decide(answer: int, value: str, by: str, caller: Caller, now: datetime) -> SurveyAnswer:
    """A person says what was meant: one of `offered`, or "" for none of them.

    Raises NotFound, Conflict `survey_answer_decided`, or Invalid on `value`.
    """
    with database.transaction():
        found: SurveyAnswer | None = SurveyAnswer.get_or_none(SurveyAnswer.id == answer)
        if found is None:
            raise NotFound("survey_answer_unknown")
        if found.state != UNCLEAR:
            raise Conflict("survey_answer_decided")
        if value and value not in offered(found.question):
            raise Invalid("survey_value_unknown", field="value", value=value)
        person, question = found.person, found.question
        meant = None if value in ("", AS_IS) else value
        if value:
            _take(person, question, meant, found.text, found.inbound, caller, now)
            _replace(person, question)
        chosen = {"state": COUNTED if value else DISMISSED, "value": meant, "decided_by": by}
        SurveyAnswer.update(**chosen).where(SurveyAnswer.id == found.id).execute()
        audit.write(by, "survey_answer_decided", now, person.number, shown=person.survey.name[:60])
        if value and person.state == OPEN and person.question_id == question.id and asking.has_left(person):
            asking.go_on(person.survey, person, question, meant, caller, now)
    return SurveyAnswer.get_by_id(answer)


def offered(question: SurveyQuestion) -> list[str]:
    """What a person may say of a text that was not understood."""
    return values(question) or [AS_IS]


def values(question: SurveyQuestion) -> list[str]:
    """What may be answered to a closed question."""
    if question.kind == YES_NO:
        return [YES, NO]
    if question.kind == CHOICE:
        return [str(number) for number in range(1, len(wording.labels(question)) + 1)]
    return [str(score) for score in range(understanding.MOST_SCORE + 1)] if question.kind == SCORE else []


def _hear_of_the_one_before(person: SurveyPerson, message: Inbound, caller: Caller, now: datetime) -> bool:
    """The next question has not left: a second text is about the one before, and the last one counts."""
    theirs = SurveyAnswer.select().where(SurveyAnswer.person == person.id, SurveyAnswer.state == COUNTED)
    before = theirs.order_by(SurveyAnswer.id.desc()).first()
    if before is None:
        return False
    question = before.question
    understood = _understood(question, message.text)
    if not understood.certain:
        _write(person, question, message, UNCLEAR, None, now)
    elif question.kind == FREE:  # somebody writes in two texts
        _take(person, question, None, message.text, message.uid, caller, now)
        _write(person, question, message, COUNTED, None, now)
    elif understood.value == before.value:
        _write(person, question, message, REPLACED, understood.value, now)
    else:
        try:
            outbox.cancel(str(person.message), source(person.survey.uid), now)
        except GatewayError:  # it is leaving at this moment: both stand, and a person decides
            _write(person, question, message, UNCLEAR, None, now)
            return True
        _count(person, question, message, understood.value, caller, now)
        asking.go_on(person.survey, person, question, understood.value, caller, now)
    return True


def _note_late(message: Inbound, number: str, now: datetime) -> None:
    """What comes after the end is shown, and not counted."""
    rows = SurveyPerson.select().where(
        SurveyPerson.number == number, SurveyPerson.ended_at >= now - LATE_WITHIN
    )
    last = rows.order_by(SurveyPerson.ended_at.desc()).first()
    if last is None or last.state not in (TIMED_OUT, CLOSED) or last.question_id is None:
        return
    question = SurveyQuestion.get_by_id(last.question_id)
    understood = _understood(question, message.text)
    if understood.certain:
        _write(last, question, message, LATE, understood.value, now)


def _ask_again(person: SurveyPerson, question: SurveyQuestion, caller: Caller, now: datetime) -> None:
    """Once, politely, with the possible answers."""
    if person.asked_again:
        return
    asking.keep(person, asked_again=True)
    try:
        text = wording.again(question, caller.site.language)
        asking.write(person.survey, person, text, asking.IN_TALK, caller, now)
    except GatewayError:  # a person decides all the same
        pass


def _count(
    person: SurveyPerson,
    question: SurveyQuestion,
    message: Inbound,
    value: str | None,
    caller: Caller,
    now: datetime,
) -> None:
    _take(person, question, value, message.text, message.uid, caller, now)
    _replace(person, question)
    _write(person, question, message, COUNTED, value, now)


def _take(
    person: SurveyPerson,
    question: SurveyQuestion,
    value: str | None,
    text: str,
    inbound: str,
    caller: Caller,
    now: datetime,
) -> None:
    """What an answer brings about, before it is written down: its tag, and the word to programs."""
    tagging.follow(person, question, value)
    telling.tell(person, question, value, text, inbound, caller, now)


def _replace(person: SurveyPerson, question: SurveyQuestion) -> None:
    """What they said before to the same question counts no more, and nobody need look at it."""
    here = (SurveyAnswer.person == person.id) & (SurveyAnswer.question == question.id)
    standing = SurveyAnswer.state.in_([COUNTED, UNCLEAR])
    SurveyAnswer.update(state=REPLACED).where(here & standing).execute()


def _is_unclear(person: SurveyPerson, question: SurveyQuestion) -> bool:
    here = SurveyAnswer.person == person.id, SurveyAnswer.question == question.id
    return bool(SurveyAnswer.select().where(*here, SurveyAnswer.state == UNCLEAR).exists())


def _write(
    person: SurveyPerson,
    question: SurveyQuestion,
    message: Inbound,
    state: str,
    value: str | None,
    now: datetime,
) -> None:
    SurveyAnswer.create(
        person=person.id,
        question=question.id,
        at=now,
        text=message.text,
        value=value,
        state=state,
        inbound=message.uid,
    )
    topics.note(message, topics.SURVEY, person.survey.uid)


def _understood(question: SurveyQuestion, text: str) -> Understood:
    return understanding.understand(Question(question.kind, wording.labels(question)), text)
