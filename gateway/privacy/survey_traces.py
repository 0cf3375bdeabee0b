"""Numbers typed for a survey, until it has gathered its people; what these wrote, until it is old."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from gateway.errors import Conflict
from gateway.privacy.steps import Steps, through
from gateway.store.models import Survey, SurveyAnswer, SurveyPerson, SurveyQuestion


def refuse_gathering(tail: str) -> None:
    """Raises Conflict `erase_later` while a survey that names these last digits gathers its people."""
    if any(survey.state == "gathering" for survey in _naming(tail)):
        raise Conflict("erase_later")


def forget(tail: str) -> None:
    """The lines with these last digits go from every survey; in the caller's transaction."""
    for survey in _naming(tail):
        kept = [line for line in survey.typed.splitlines() if not _is(line, tail)]
        Survey.update(typed="\n".join(kept)).where(Survey.id == survey.id).execute()


def of(names: Sequence[str]) -> list[dict[str, Any]]:
    """What somebody was asked, and every answer of theirs."""
    rows = SurveyPerson.select(SurveyPerson, Survey).join(Survey).where(SurveyPerson.number.in_(names))
    return [
        {
            "survey": person.survey.name,
            "state": person.state,
            "invited_at": person.invited_at,
            "ended_at": person.ended_at,
            "answers": _answers(person),
        }
        for person in rows.order_by(SurveyPerson.id)
    ]


def purge(before: datetime) -> Steps:
    """What was written before goes; the figures stay."""
    old = SurveyAnswer.select(SurveyAnswer.id).where(SurveyAnswer.at < before, SurveyAnswer.text != "")
    yield from through(old, lambda ids: SurveyAnswer.update(text="").where(SurveyAnswer.id.in_(ids)))


def _answers(person: SurveyPerson) -> list[dict[str, Any]]:
    rows = SurveyAnswer.select(SurveyAnswer, SurveyQuestion).join(SurveyQuestion)
    return [
        {
            "question": answer.question.text,
            "text": answer.text,
            "value": answer.value,
            "state": answer.state,
            "at": answer.at,
        }
        for answer in rows.where(SurveyAnswer.person == person.id).order_by(SurveyAnswer.id)
    ]


def _naming(tail: str) -> Iterator[Survey]:
    if not tail:
        return
    for survey in Survey.select().where(Survey.typed != ""):
        if any(_is(line, tail) for line in survey.typed.splitlines()):
            yield survey


def _is(line: str, tail: str) -> bool:
    return tail in "".join(char for char in line if char.isascii() and char.isdigit())
