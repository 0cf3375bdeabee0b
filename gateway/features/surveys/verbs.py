"""What people and programs do with a survey.  Who starts one only says so: the gateway does the rest.

Each verb is one transaction: it raises Invalid, NotFound `survey_unknown` or Conflict `survey_state`, and
has changed nothing then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gateway import audit
from gateway.config import Appliance
from gateway.contacts import fields
from gateway.errors import Conflict, Invalid, NotFound
from gateway.features.surveys import plan, wording
from gateway.features.surveys.plan import Asked, Terms
from gateway.features.surveys.states import (
    CHOICE,
    DRAFT,
    GATHERING,
    RUNNING,
    STOPPING,
    TRIAL,
)
from gateway.ids import Ids
from gateway.store import database
from gateway.store.models import Survey, SurveyAnswer, SurveyQuestion
from gateway.store.terms import fn

LONGEST_NAME = 80


def everything() -> Sequence[Survey]:
    """All surveys, the newest first."""
    return list(Survey.select().order_by(Survey.id.desc()))


def version() -> str:
    """A word that changes whenever a survey's state does, or an answer is decided."""
    states = Survey.select(Survey.id, Survey.state).order_by(Survey.id).tuples()
    last = SurveyAnswer.select(fn.MAX(SurveyAnswer.id), fn.COUNT(SurveyAnswer.decided_by)).tuples()
    return f"{list(states)} {list(last)}"


def find(uid: str) -> Survey:
    found: Survey | None = Survey.get_or_none(Survey.uid == uid)
    if found is None:
        raise NotFound("survey_unknown", id=uid)
    return found


def questions(survey: Survey) -> list[SurveyQuestion]:
    """In the order in which they are asked."""
    rows = SurveyQuestion.select().where(SurveyQuestion.survey == survey.id)
    return list(rows.order_by(SurveyQuestion.position, SurveyQuestion.id))


def draft(name: str, by: str, site: Appliance, now: datetime, ids: Ids) -> Survey:
    """A new one, of nobody and nothing yet."""
    with database.transaction():
        wanted = fields.named(name, LONGEST_NAME)
        if Survey.select().where(Survey.name == wanted).exists():
            raise Conflict("name_taken", field="name", name=wanted)
        thanks = wording.told("thanks", site.language)
        added: Survey = Survey.create(
            uid=ids.uid(now), name=wanted, state=DRAFT, thanks=thanks, written_by=by, created_at=now
        )
        audit.write(by, "survey_created", now, shown=added.name[:60])
    return added


def choose(uid: str, terms: Terms, site: Appliance, now: datetime) -> Survey:
    """Whom it is for ("": nobody yet), and how long."""
    with database.transaction():
        known = _in(uid, DRAFT)
        plan.check_terms(terms)
        found = plan.understood(terms.typed, site, now)
        columns = {name: getattr(terms, name) for name in ("category", "remind_h", "limit_h")}
        return _keep(known, typed="\n".join(found.typed), thanks=terms.thanks.strip(), **columns)


def add_question(uid: str, asked: Asked, site: Appliance) -> SurveyQuestion:
    """After the others."""
    with database.transaction():
        known = _in(uid, DRAFT)
        position = len(questions(known)) + 1
        if position > plan.MOST_QUESTIONS:
            raise Invalid("survey_questions_many", field="text", most=plan.MOST_QUESTIONS)
        plan.check_question(asked, [])
        added: SurveyQuestion = SurveyQuestion.create(
            survey=known.id, position=position, **_columns(asked, site)
        )
    return added


def change_question(uid: str, question: int, asked: Asked, site: Appliance) -> SurveyQuestion:
    """Its kind, its text, its answers and where these lead."""
    with database.transaction():
        known = _in(uid, DRAFT)
        found = find_question(known, question)
        later = [one.id for one in questions(known) if one.position > found.position]
        plan.check_question(asked, later)
        SurveyQuestion.update(**_columns(asked, site)).where(SurveyQuestion.id == found.id).execute()
        return find_question(known, question)


def remove_question(uid: str, question: int) -> None:
    """The others move up; what led to it leads to the next one."""
    with database.transaction():
        known = _in(uid, DRAFT)
        find_question(known, question).delete_instance()
        for position, one in enumerate(questions(known), 1):
            kept = {branch: target for branch, target in one.onward.items() if target != question}
            here = SurveyQuestion.id == one.id
            SurveyQuestion.update(position=position, onward=kept).where(here).execute()


def start(uid: str, trial: int, by: str, site: Appliance, now: datetime) -> Survey:
    """It begins now: with everybody, or with the first `trial` people of the list."""
    with database.transaction():
        known = _in(uid, DRAFT)
        plan.within("trial", trial, 0, plan.MOST_TRIAL)
        plan.check_people(plan.understood(known.typed, site, now))
        asked = questions(known)
        if not asked:
            raise Invalid("survey_no_question", field="question")
        plan.check_law(asked[0], known.category, site)
        _keep(known, state=GATHERING, trial=trial, started_at=now)
        audit.write(by, "survey_started", now, shown=known.name[:60])
    return known


def ask_the_rest(uid: str, by: str, now: datetime) -> Survey:
    """The trial went well: everybody else is asked."""
    with database.transaction():
        known = _in(uid, TRIAL)
        _keep(known, state=RUNNING)
        audit.write(by, "survey_continued", now, shown=known.name[:60])
    return known


def stop(uid: str, by: str, now: datetime) -> Survey:
    """For good: what has not left is canceled, nobody else is asked, what comes now is not counted."""
    with database.transaction():
        known = _in(uid, GATHERING, TRIAL, RUNNING)
        _keep(known, state=STOPPING)
        audit.write(by, "survey_stopped", now, shown=known.name[:60])
    return known


def remove(uid: str, by: str, now: datetime) -> Survey:
    """A draft goes; what was asked stays."""
    with database.transaction():
        known = _in(uid, DRAFT)
        known.delete_instance()
        audit.write(by, "survey_removed", now, shown=known.name[:60])
    return known


def find_question(survey: Survey, question: int) -> SurveyQuestion:
    """One of its questions by its id; raises NotFound `survey_question_unknown`."""
    here = (SurveyQuestion.id == question) & (SurveyQuestion.survey == survey.id)
    found: SurveyQuestion | None = SurveyQuestion.get_or_none(here)
    if found is None:
        raise NotFound("survey_question_unknown")
    return found


def _columns(asked: Asked, site: Appliance) -> dict[str, Any]:
    labels = [label.strip() for label in asked.labels] if asked.kind == CHOICE else []
    usual = wording.hint(asked.kind, labels, site.language)
    return {
        "kind": asked.kind,
        "text": asked.text.strip(),
        "choices": {"labels": labels},
        "hint": usual if asked.hint is None else asked.hint.strip(),
        "onward": dict(asked.onward),
        "tags": asked.kept_tags,
    }


def _in(uid: str, *states: str) -> Survey:
    known = find(uid)
    if known.state not in states:
        raise Conflict("survey_state")
    return known


def _keep(known: Survey, **columns: Any) -> Survey:
    Survey.update(**columns).where(Survey.id == known.id).execute()
    for name, value in columns.items():
        setattr(known, name, value)
    return known
