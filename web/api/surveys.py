"""/api/v1/surveys: a few questions to many people, and what they answered."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from flask import Response, g, jsonify, url_for

from gateway import wake
from gateway.access import allowances
from gateway.errors import Invalid
from gateway.features.surveys import plan, results, sheet, verbs, wording
from gateway.features.surveys.plan import Asked, Terms
from gateway.features.surveys.states import END
from gateway.store import database
from gateway.store.models import Survey
from web.api.auth import needs, source
from web.api.framework import Section, refuses
from web.api.survey_shapes import (
    AnswersQuerySchema,
    BeginSchema,
    LinesSchema,
    NewSurveySchema,
    SurveyListSchema,
    SurveySchema,
)
from web.office import office

section = Section("surveys", __name__, url_prefix="/api/v1", description="Questions by text.")
SHAPE = SurveySchema()


@section.route("/surveys")
@needs("read")
@section.doc(operationId="listSurveys")
@section.response(200, SurveyListSchema())
def find() -> dict[str, Any]:
    """List the surveys with what was answered, the newest first."""
    return {"items": [_told(survey) for survey in verbs.everything()], "next": None}


@section.route("/surveys", methods=["POST"], endpoint="create")
@needs("send")
@section.doc(operationId="createSurvey")
@section.arguments(NewSurveySchema())
@section.response(201, SurveySchema(), description="Drafted; nobody is asked before it is started")
@refuses(400, 409, 413, 415)
def create(body: dict[str, Any]) -> Response:
    """Draft a survey. The possible answers are put at the end of each question by themselves."""
    here = office()
    now, site = here.clock.now(), here.config.appliance
    allowances.category(g.api_key, body["category"])
    with database.transaction():
        survey = verbs.draft(body["name"], source(), site, now, here.ids)
        thanks = survey.thanks if body["thanks"] is None else body["thanks"]
        chosen = {name: body[name] for name in ("category", "remind_h", "limit_h")}
        verbs.choose(survey.uid, Terms("\n".join(body["to"]), thanks=thanks, **chosen), site, now)
        _ask(survey, body["questions"])
    answer: Response = jsonify(SHAPE.dump(_told(verbs.find(survey.uid))))
    answer.status_code = 201
    answer.headers["Location"] = url_for("surveys.detail", uid=survey.uid)
    return answer


@section.route("/surveys/<uid>", endpoint="detail")
@needs("read")
@section.doc(operationId="getSurvey")
@section.response(200, SurveySchema())
@refuses(404)
def detail(uid: str) -> dict[str, Any]:
    """Look at one survey, and what was answered."""
    return _told(verbs.find(uid))


@section.route("/surveys/<uid>/answers", endpoint="answers")
@needs("read")
@section.doc(operationId="listSurveyAnswers")
@section.arguments(AnswersQuerySchema(), location="query")
@section.response(200, LinesSchema())
@refuses(404)
def answers(query: dict[str, Any], uid: str) -> dict[str, Any]:
    """Everybody who was asked, with the answers that count; without names on demand."""
    lines = sheet.lines(verbs.find(uid), is_anonymous=not query["names"])
    return {"items": [asdict(line) for line in lines], "next": None}


@section.route("/surveys/<uid>/start", methods=["POST"], endpoint="start")
@needs("send")
@section.doc(operationId="startSurvey")
@section.arguments(BeginSchema())
@section.response(200, SurveySchema())
@refuses(400, 404, 409, 413, 415, 429)
def start(body: dict[str, Any], uid: str) -> dict[str, Any]:
    """Let a draft begin, with everybody or with a few people at first."""
    here = office()
    with database.transaction():
        _allow(verbs.find(uid))
        verbs.start(uid, body["trial"], source(), here.config.appliance, here.clock.now())
    return _done(uid)


@section.route("/surveys/<uid>/rest", methods=["POST"], endpoint="rest")
@needs("send")
@section.doc(operationId="continueSurvey")
@section.response(200, SurveySchema())
@refuses(404, 409)
def rest(uid: str) -> dict[str, Any]:
    """After a trial: ask everybody else."""
    allowances.check_wide(g.api_key, verbs.find(uid).category, office().config.modem_names)
    verbs.ask_the_rest(uid, source(), office().clock.now())
    return _done(uid)


@section.route("/surveys/<uid>/stop", methods=["POST"], endpoint="stop")
@needs("send")
@section.doc(operationId="stopSurvey")
@section.response(200, SurveySchema())
@refuses(404, 409)
def stop(uid: str) -> dict[str, Any]:
    """Stop it for good: nobody else is asked, and what comes is not counted."""
    allowances.category(g.api_key, verbs.find(uid).category)
    verbs.stop(uid, source(), office().clock.now())
    return _done(uid)


def _ask(survey: Survey, given: list[dict[str, Any]]) -> None:
    """Each question, then the ways between them; raises Invalid, naming `questions.N.field`."""
    site, made = office().config.appliance, []
    for place, one in enumerate(given):
        asked = _asked(one)
        with _Placed(place):
            made.append(verbs.add_question(survey.uid, asked, site))
    for place, one in enumerate(given):
        if one["onward"]:
            with _Placed(place):
                onward = {branch: _target(target, made) for branch, target in one["onward"].items()}
                asked = replace(_asked(one), onward=onward)
                verbs.change_question(survey.uid, made[place].id, asked, site)


def _asked(one: dict[str, Any]) -> Asked:
    return Asked(one["kind"], one["text"], one["labels"], one["hint"], tags=one["tags"])


def _target(position: int, made: list[Any]) -> int:
    if position == END:
        return END
    if position > len(made):
        raise Invalid("survey_branch_back", field="onward")
    return int(made[position - 1].id)


class _Placed:
    """Names the question at fault in what goes wrong inside."""

    def __init__(self, place: int) -> None:
        self.place = place

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Invalid):
            raise Invalid(error.code, f"questions.{self.place}.{error.field}", **error.facts) from error


def _allow(survey: Survey) -> None:
    """The key may send so much, of that category, through every modem; raises Forbidden or Limited."""
    here, key = office(), g.api_key
    now, site = here.clock.now(), here.config.appliance
    allowances.check_wide(key, survey.category, here.config.modem_names)
    allowances.take(key, plan.understood(survey.typed, site, now).most, now, site.timezone)


def _done(uid: str) -> dict[str, Any]:
    wake.ring(office().config.appliance.runtime_dir)
    return _told(verbs.find(uid))


def _told(survey: Survey) -> dict[str, Any]:
    """A survey as callers see it."""
    found = results.of(survey)
    names = ("uid", "name", "state", "category", "created_at", "started_at", "ended_at")
    return {
        **{name: getattr(survey, name) for name in names},
        "people": found.people,
        "invited": found.invited,
        "answered": found.answered,
        "questions": [_question(one) for one in found.questions],
    }


def _question(found: results.Found) -> dict[str, Any]:
    question = found.question
    return {
        **{name: getattr(question, name) for name in ("position", "kind", "text", "hint", "tags")},
        **{name: getattr(found, name) for name in ("answers", "counts", "texts", "unclear", "late")},
        "labels": list(wording.labels(question)),
        "nps": found.promoters.score if found.promoters else None,
    }
