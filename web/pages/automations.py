"""Automations: all of them, one with its steps and whom it reaches, and the runs with their history."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway import wake
from gateway.contacts import fields, groups, tags
from gateway.errors import GatewayError
from gateway.features.automations import diary, events, plan, presets, prospect, states, tryout, verbs
from gateway.store.models import Automation, AutomationRun, AutomationStep, AutomationTurn
from web import formats, sign_in
from web.language import because, say, trouble
from web.office import office
from web.pages import automation_form, form, names, pager

pages = Blueprint("automation_pages", __name__)

Answer = str | tuple[str, int]
Typed = Mapping[str, str]
FEW = 10  # runs on the automation's own page


@pages.get("/automations")
def listing(name: str = "", preset: str = "", faults: Mapping[str, str] | None = None) -> str:
    found = [(known, diary.counts(known)) for known in verbs.everything()]
    return render_template(
        "automations.html",
        automations=found,
        presets=presets.PRESETS,
        name=name,
        preset=preset,
        faults=faults or {},
    )


@pages.post("/automations")
def add() -> Answer | Response:
    here, name, preset = office(), request.form.get("name", ""), request.form.get("preset", "")
    by, site = sign_in.caller().source, here.config.appliance
    shown = name or (say(f"automation_preset.{preset}") if preset in presets.PRESETS else "")
    try:
        added = presets.draft(preset, shown, by, site, here.clock.now(), here.ids)
    except GatewayError as error:
        return listing(name, preset, {error.field or "form": trouble(error)}), 422
    return redirect(url_for(".show", uid=added.uid))


@pages.get("/automations/<uid>")
def show(uid: str) -> str:
    return _page(verbs.find(uid))


@pages.post("/automations/<uid>/terms")
def keep(uid: str) -> Answer | Response:
    def work() -> None:
        verbs.choose(uid, automation_form.terms(request.form), office().clock.now())

    return _do(uid, work, "terms", _("Remembered."))


@pages.post("/automations/<uid>/steps")
def add_step(uid: str) -> Answer | Response:
    def work() -> None:
        verbs.add_step(uid, automation_form.step(request.form), office().config.appliance)

    return _do(uid, work, "new", _("The step is added."))


@pages.post("/automations/<uid>/steps/<int:step>")
def change_step(uid: str, step: int) -> Answer | Response:
    def work() -> None:
        verbs.change_step(uid, step, automation_form.step(request.form), office().config.appliance)

    return _do(uid, work, str(step), _("Remembered."))


@pages.post("/automations/<uid>/steps/<int:step>/<any(up,down,remove):what>")
def move_step(uid: str, step: int, what: str) -> Answer | Response:
    def work() -> None:
        if what == "remove":
            verbs.remove_step(uid, step)
        else:
            verbs.move_step(uid, step, -1 if what == "up" else 1)

    return _do(uid, work, "form", _("The step is gone.") if what == "remove" else "")


@pages.post("/automations/<uid>/start")
def start(uid: str) -> Answer | Response:
    here, by = office(), sign_in.caller().source

    def work() -> None:
        verbs.start(uid, by, here.config.appliance, here.clock.now())

    return _do(uid, work, "start", _("It is running."))


@pages.post("/automations/<uid>/pause")
def pause(uid: str) -> Answer | Response:
    def work() -> None:
        verbs.pause(uid, sign_in.caller().source, office().clock.now())

    return _do(uid, work, "form", _("It is paused: nothing begins, and nobody goes on."))


@pages.post("/automations/<uid>/remove")
def remove(uid: str) -> Response:
    removed = verbs.remove(uid, sign_in.caller().source, office().clock.now())
    flash(_("“%(name)s” is gone.", name=removed.name), "good")
    return redirect(url_for(".listing"))


@pages.post("/automations/<uid>/test")
def test(uid: str) -> Answer | Response:
    known = verbs.find(uid)

    def work() -> None:
        sent = tryout.send(known, request.form.get("number", ""), sign_in.caller(), office().clock.now())
        for one in sent:
            if isinstance(one, GatewayError):
                raise one

    return _do(uid, work, "test", _("On its way to your telephone; it counts for nothing."))


@pages.get("/automations/<uid>/runs")
def runs(uid: str) -> str:
    known = verbs.find(uid)
    listed = diary.runs(known, pager.before())
    return render_template("automation_runs.html", automation=known, runs=_read(listed), most=diary.SHOWN)


# ---- what the pages show ---------------------------------------------------------------------------


def _do(uid: str, work: Callable[[], None], place: str, done: str) -> Answer | Response:
    """Run it, and back to the page; or the page with what was typed, `place` being the form at fault."""
    known = verbs.find(uid)
    try:
        work()
    except GatewayError as error:
        return _page(known, place, error), 422
    wake.ring(office().config.appliance.runtime_dir)
    if done:
        flash(done, "good")
    return redirect(url_for(".show", uid=uid, _anchor="steps" if "steps" in request.path else None))


def _page(known: Automation, place: str = "", error: GatewayError | None = None) -> str:
    here = office()
    zone, now = here.config.appliance.timezone, here.clock.now()
    typed, faulted = request.form if place else {}, _step_at_fault(place, error)
    listed = diary.runs(known, limit=FEW)
    return render_template(
        "automation.html",
        automation=known,
        editable=known.state != states.RUNNING,
        terms=typed if place == "terms" else automation_form.terms_of(known),
        steps=[
            (one, typed if place == str(one.id) else automation_form.step_of(one))
            for one in verbs.steps(known)
        ],
        parts=lambda step: automation_form.parts(step.text, known.category, here.config.appliance),
        added=typed if place == "new" else {"kind": states.SEND},
        tried=typed.get("number", "") if place == "test" else "",
        place=place,
        faulted=faulted,
        faults={f"{faulted or place}-{_field(place, error)}": form.sentence(error)} if error else {},
        dates=[field for field in fields.everything() if field.kind == "date"],
        groups=groups.everything(),
        tags=tags.everything(),
        events=events.names(),
        kinds=states.KINDS,
        step_kinds=states.STEPS,
        most=plan.MOST_STEPS,
        offered=form.offered(),
        week=prospect.week(known, zone, now),
        told=prospect.told(known, now) if known.kind == states.EVENT else 0,
        counts=diary.counts(known),
        waiting=verbs.waiting(known),
        between=verbs.between(known),
        runs=_read(listed),
    )


def _step_at_fault(place: str, error: GatewayError | None) -> str:
    """The id of the step whose form was sent, or that keeps the whole from starting; else ""."""
    if error is None or place.isdecimal():
        return place
    return str(error.facts.get("step", ""))


def _field(place: str, error: GatewayError) -> str:
    """The input at fault; what a try finds wrong is said at its only one."""
    return "number" if place == "test" else error.field or "form"


def _read(listed: Sequence[AutomationRun]) -> list[tuple[AutomationRun, list[AutomationTurn]]]:
    names.load({run.number for run in listed})
    turns = diary.of(listed)
    return [(run, turns[run.id]) for run in listed]


@pages.app_template_global("automation_turn")
def automation_turn(turn: AutomationTurn) -> str:
    """A line of a run's history, as a sentence."""
    facts: dict[str, Any] = dict(turn.facts)
    if "until" in facts:
        at = formats.local(datetime.fromisoformat(facts["until"]))
        facts["until"] = f"{format_date(at, 'short')} {at:%H:%M}"
    if turn.what == "refused":
        told = facts.get("facts", {})
        refusal = facts.get("reason")
        facts["why"] = because(refusal, told) if refusal else say(f"error.{facts['error']}", **told)
    elif "why" in facts:
        facts["why"] = say(f"automation_why.{facts['why']}")
    return say(f"automation_turn.{turn.what}", **facts)


@pages.app_template_filter("weekday")
def weekday(day: date) -> str:
    return str(format_date(day, "EEEE d MMMM"))


@pages.app_template_global("automation_trigger")
def automation_trigger(known: Automation) -> str:
    """What sets it off, in one sentence."""
    at = formats.minute_of_day(known.at_min)
    if known.kind == states.EVENT:
        return _("The event “%(name)s”", name=known.event or _("(to be chosen)"))
    if known.kind == states.GROUP:
        return _("Somebody is put into the group “%(name)s”", name=_name(groups.everything(), known.group_id))
    field = _name(fields.everything(), known.field_id)
    if known.kind == states.BIRTHDAY:
        return _("Birthday, by the field “%(name)s”, at %(at)s", name=field, at=at)
    length = ngettext("%(num)s day", "%(num)s days", known.days)
    if known.kind == states.AFTER:
        return _("%(length)s after “%(name)s”, at %(at)s", length=length, name=field, at=at)
    return _("%(length)s before “%(name)s”, at %(at)s", length=length, name=field, at=at)


@pages.app_template_global("automation_step")
def automation_step(step: AutomationStep) -> str:
    """A step that is no message, in one sentence."""
    if step.kind != states.WAIT:
        return f"{say(f'automation_step.{step.kind}')}{_(':')} {step.text}"
    days, rest = divmod(step.wait_min, automation_form.DAY)
    hours, minutes = divmod(rest, automation_form.HOUR)
    told = [
        ngettext("%(num)s day", "%(num)s days", days) if days else "",
        f"{hours} h" if hours else "",
        f"{minutes} min" if minutes else "",
    ]
    length = " ".join(filter(None, told))
    if step.at_min is None:
        return _("Wait %(length)s", length=length)
    at = formats.minute_of_day(step.at_min)
    return (
        _("Wait %(length)s, then until %(at)s", length=length, at=at)
        if length
        else _("Wait until %(at)s", at=at)
    )


def _name(listed: Sequence[Any], wanted: int | None) -> str:
    return next((str(one.name) for one in listed if one.id == wanted), _("(to be chosen)"))
