"""Tags by what people answered: each answer's own as it comes, and one for all who said something.

Only the contacts have tags; whoever is not among them gets none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway import audit
from gateway.contacts import book, tags
from gateway.contacts.choosing import PAUSE
from gateway.errors import Invalid
from gateway.features.surveys import flow, understanding, wording
from gateway.features.surveys.states import COUNTED, SCORE
from gateway.store import database
from gateway.store.models import Contact, SurveyAnswer, SurveyPerson, SurveyQuestion

BATCH = 500  # contacts a transaction


@dataclass(frozen=True, slots=True)
class Stuck:
    """`people` of the contacts have the tag now; `strangers` said the same and are not among them."""

    tag: str
    people: int
    strangers: int


def follow(person: SurveyPerson, question: SurveyQuestion, value: str | None) -> None:
    """The tag of this answer on; that of what they answered before off.  In the caller's transaction, before
    the answer is written down."""
    if not question.tags:
        return
    contact = book.find(person.number)
    if contact is None:
        return
    tag = question.tags.get(flow.branch(question.kind, value))
    before = {question.tags.get(flow.branch(question.kind, said)) for said in _said(person, question)}
    if over := [one for one in before if one and one != tag]:
        tags.peel(contact.id, over)
    if tag:
        tags.stick([contact.id], [tag])


def gather(
    question: SurveyQuestion,
    branch: str,
    typed: str,
    by: str,
    now: datetime,
    sleep: Callable[[float], None] = time.sleep,
) -> Stuck:
    """Stick a tag on whoever said so and is among the contacts; "" for the answer's own, or one of its name.

    Raises Invalid on `branch`, or on `tag`.
    """
    if branch not in (known := flow.branches(question.kind, wording.labels(question))):
        raise Invalid("survey_branch_unknown", field="branch", value=branch, known=", ".join(known))
    tag = tags.tidy(typed or question.tags.get(branch, ""))
    numbers = _numbers(question, branch)
    people = 0
    for begin in range(0, len(numbers), BATCH):
        some = Contact.select(Contact.id).where(Contact.number.in_(numbers[begin : begin + BATCH]))
        with database.transaction():
            ids = [contact.id for contact in some]
            tags.stick(ids, [tag])
        people += len(ids)
        sleep(PAUSE)
    if people:
        with database.transaction():
            audit.write(by, "contacts_tagged", now, shown=tag, people=people)
    return Stuck(tag, people, len(numbers) - people)


def _said(person: SurveyPerson, question: SurveyQuestion) -> Sequence[str | None]:
    here = SurveyAnswer.person == person.id, SurveyAnswer.question == question.id
    return [row.value for row in SurveyAnswer.select().where(*here, SurveyAnswer.state == COUNTED)]


def _numbers(question: SurveyQuestion, branch: str) -> list[str]:
    """Whoever's answer to it counts and takes this branch."""
    rows: Any = SurveyPerson.select(SurveyPerson.number).join(SurveyAnswer).distinct()
    rows = rows.where(SurveyAnswer.question == question.id, SurveyAnswer.state == COUNTED)
    if branch != flow.ANY:
        rows = rows.where(SurveyAnswer.value.in_(_values(question, branch)))
    return [row.number for row in rows]


def _values(question: SurveyQuestion, branch: str) -> list[str]:
    if question.kind != SCORE:
        return [branch]
    return [str(score) for score in range(understanding.MOST_SCORE + 1) if flow.band(score) == branch]
