"""/api/v1/automations: which there are, who goes through them, pause and resume; made on the page."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import fields

from gateway import wake
from gateway.access import allowances
from gateway.features.automations import diary, verbs
from gateway.features.automations.states import CATEGORIES, KINDS, RUNS, STATES
from gateway.messages.paging import row_id
from gateway.store.models import Automation, AutomationRun, AutomationTurn
from web.api.auth import needs, source
from web.api.fields import WHEN, Instant, Text, about
from web.api.framework import Section, refuses
from web.api.inputs import PagingSchema
from web.api.outputs import UID, Answer, PageSchema, always, maybe
from web.office import office

section = Section(
    "automations", __name__, url_prefix="/api/v1", description="Steps that begin by themselves."
)


class AutomationSchema(Answer):
    id = always(Text, attribute="uid", metadata=about("Names the automation.", UID))
    name = always(Text, metadata=about("For people.", "Abandoned cart"))
    state = always(Text, metadata=about("Where it stands.", "running", enum=list(STATES)))
    category = always(Text, metadata=about("Of its messages.", "marketing", enum=list(CATEGORIES)))
    kind = always(Text, metadata=about("What sets it off.", "event", enum=list(KINDS)))
    event = always(Text, metadata=about("The name of the event, or empty.", "cart_abandoned"))
    runs = always(
        fields.Dict,
        keys=fields.String(),
        values=fields.Integer(),
        metadata=about("How many runs are in each state.", {"waiting": 3, "done": 40}),
    )


class AutomationListSchema(PageSchema):
    items = always(fields.Nested, AutomationSchema(many=True), metadata=about("By name."))


class TurnSchema(Answer):
    at = always(Instant, metadata=about("When.", WHEN))
    what = always(Text, metadata=about("What happened, as a code.", "sent"))
    facts = always(fields.Dict, metadata=about("What belongs to it.", {"message": UID}))


class RunSchema(Answer):
    to = always(Text, attribute="number", metadata=about("Of whom.", "+33639980001"))
    state = always(Text, metadata=about("Where it stands.", "done", enum=list(RUNS)))
    reason = maybe(Text, metadata=about("Why it ended, or never began.", "reply"))
    started_at = always(Instant, metadata=about("When it began.", WHEN))
    next_at = maybe(Instant, metadata=about("When its next step is due.", WHEN))
    ended_at = maybe(Instant, metadata=about("When it was over.", WHEN))
    history = always(fields.Nested, TurnSchema(many=True), metadata=about("Line by line."))


class RunListSchema(PageSchema):
    items = always(fields.Nested, RunSchema(many=True), metadata=about("The newest first."))


@section.route("/automations")
@needs("read")
@section.doc(operationId="listAutomations")
@section.response(200, AutomationListSchema())
def find() -> dict[str, Any]:
    """List the automations, by name."""
    return {"items": [_told(known) for known in verbs.everything()], "next": None}


@section.route("/automations/<uid>/runs", endpoint="runs")
@needs("read")
@section.doc(operationId="listAutomationRuns")
@section.arguments(PagingSchema(), location="query")
@section.response(200, RunListSchema())
@refuses(404)
def runs(query: dict[str, Any], uid: str) -> dict[str, Any]:
    """Who went through it, each with its history."""
    limit, listed = query["limit"], diary.runs(verbs.find(uid), _before(query), query["limit"] + 1)
    turns = diary.of(listed[:limit])
    items = [_run(run, turns[run.id]) for run in listed[:limit]]
    return {"items": items, "next": str(listed[limit - 1].id) if len(listed) > limit else None}


@section.route("/automations/<uid>/pause", methods=["POST"], endpoint="pause")
@needs("send")
@section.doc(operationId="pauseAutomation")
@section.response(200, AutomationSchema())
@refuses(404, 409)
def pause(uid: str) -> dict[str, Any]:
    """Let nothing begin and nobody go on."""
    return _told(verbs.pause(uid, source(), office().clock.now()))


@section.route("/automations/<uid>/resume", methods=["POST"], endpoint="resume")
@needs("send")
@section.doc(operationId="resumeAutomation")
@section.response(200, AutomationSchema())
@refuses(404, 409)
def resume(uid: str) -> dict[str, Any]:
    """Let it run, or go on after a pause; what happened before sets nothing off."""
    here = office()
    site = here.config.appliance
    allowances.check_wide(g.api_key, verbs.find(uid).category, here.config.modem_names)
    known = verbs.start(uid, source(), site, here.clock.now())
    wake.ring(site.runtime_dir)
    return _told(known)


def _before(query: dict[str, Any]) -> int | None:
    cursor = query.get("cursor")
    return row_id(cursor) if cursor else None


def _told(known: Automation) -> dict[str, Any]:
    names = ("uid", "name", "state", "category", "kind", "event")
    return {**{name: getattr(known, name) for name in names}, "runs": diary.counts(known)}


def _run(run: AutomationRun, turns: list[AutomationTurn]) -> dict[str, Any]:
    names = ("number", "state", "reason", "started_at", "next_at", "ended_at")
    history = [{"at": turn.at, "what": turn.what, "facts": turn.facts} for turn in turns]
    return {**{name: getattr(run, name) for name in names}, "history": history}
