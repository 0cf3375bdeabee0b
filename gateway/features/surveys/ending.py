"""A survey ends: everybody has said all, or somebody stopped it."""

from __future__ import annotations

from datetime import datetime

from gateway.errors import GatewayError
from gateway.features.surveys.states import CLOSED, DONE, OPEN, RUNNING, STOPPED, STOPPING, WAITING, source
from gateway.messages import outbox
from gateway.store import database
from gateway.store.models import Survey, SurveyPerson

BATCH = 25  # people a step


def finish(survey: Survey, now: datetime) -> bool:
    """It is over where nobody waits and nobody is asked."""
    with database.transaction():
        if _remaining(survey, 1):
            return False
        here = (Survey.id == survey.id) & (Survey.state == RUNNING)
        Survey.update(state=DONE, ended_at=now).where(here).execute()
    return True


def stop(survey: Survey, now: datetime) -> bool:
    """The next few people are asked no more, and what waits for them is canceled; False when all is done."""
    with database.transaction():
        people = _remaining(survey, BATCH)
        for person in people:
            if person.state == OPEN and person.message:
                _take_back(person.message, survey, now)
            closed = {"state": CLOSED, "ended_at": now, "due_at": None}
            SurveyPerson.update(**closed).where(SurveyPerson.id == person.id).execute()
        if len(people) < BATCH:
            here = (Survey.id == survey.id) & (Survey.state == STOPPING)
            Survey.update(state=STOPPED, ended_at=now).where(here).execute()
    return len(people) == BATCH


def _take_back(uid: str, survey: Survey, now: datetime) -> None:
    try:
        outbox.cancel(uid, source(survey.uid), now)
    except GatewayError:  # it left, or is gone
        pass


def _remaining(survey: Survey, limit: int) -> list[SurveyPerson]:
    rows = SurveyPerson.select().where(SurveyPerson.survey == survey.id)
    return list(rows.where(SurveyPerson.state.in_([WAITING, OPEN])).limit(limit))
