"""What was answered, a row a person: for a spreadsheet, or for a program."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway import audit
from gateway.features.surveys import results, verbs, wording
from gateway.features.surveys.states import COUNTED, FREE
from gateway.store import database
from gateway.store.models import Survey, SurveyAnswer, SurveyPerson

ROWS = 200  # people read at once


@dataclass(frozen=True, slots=True)
class Line:
    """One person who was asked; `number` is None where names are left out.  `answers`: one a question, ""
    where there is none that counts."""

    number: str | None
    trial: bool
    state: str
    ended_at: datetime | None
    answers: Sequence[str]


def lines(survey: Survey, is_anonymous: bool = False, part: str = results.EVERYBODY) -> Iterator[Line]:
    """Everybody who was asked, in order, or those of the trial, or the others; without names in the order of
    what they said, so that no place in the list tells who somebody is."""
    found = _lines(survey, is_anonymous, part)
    return iter(sorted(found, key=lambda line: (*line.answers,))) if is_anonymous else found


def note(survey: Survey, by: str, now: datetime) -> None:
    """The list was given out with its numbers."""
    with database.transaction():
        audit.write(by, "survey_exported", now, shown=survey.name[:60])


def headings(survey: Survey) -> list[str]:
    """The questions as they were asked, without their gaps filled."""
    return [question.text for question in verbs.questions(survey)]


def _lines(survey: Survey, is_anonymous: bool, part: str) -> Iterator[Line]:
    questions = verbs.questions(survey)
    last = 0
    while people := _asked(survey, part, last):
        last = people[-1].id
        said: dict[tuple[int, int], list[str]] = defaultdict(list)
        for answer in _answers(people):
            question = answer.question
            shown = answer.text if question.kind == FREE else wording.value_word(question, answer.value)
            said[answer.person.id, question.id].append(shown)
        for person in people:
            answers = [" / ".join(said[person.id, question.id]) for question in questions]
            hidden = None if is_anonymous else person.number
            ended = None if is_anonymous else person.ended_at
            yield Line(hidden, person.trial, person.state, ended, answers)


def _asked(survey: Survey, part: str, after: int) -> list[SurveyPerson]:
    rows = SurveyPerson.select().where(
        *results.of_part(survey, part), SurveyPerson.id > after, SurveyPerson.invited_at.is_null(False)
    )
    return list(rows.order_by(SurveyPerson.id).limit(ROWS))


def _answers(people: Sequence[SurveyPerson]) -> list[SurveyAnswer]:
    rows = SurveyAnswer.select().where(
        SurveyAnswer.person.in_([person.id for person in people]), SurveyAnswer.state == COUNTED
    )
    return list(rows.order_by(SurveyAnswer.id))
