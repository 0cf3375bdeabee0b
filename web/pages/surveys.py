"""Surveys: all of them, one that is written, and one that runs, with what a person has to decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway import wake
from gateway.contacts import groups, segments, tags
from gateway.errors import GatewayError, Invalid
from gateway.features.results import export as tables
from gateway.features.surveys import flow, hearing, plan, results, sheet, states, verbs, wording
from gateway.store.models import Survey, SurveyQuestion
from web import formats, outflow, sign_in
from web.language import say, trouble
from web.office import office
from web.pages import form, names, survey_form

pages = Blueprint("survey_pages", __name__)

Answer = str | tuple[str, int]
FEW = 8  # texts of an open question that are shown at once
Typed = Mapping[str, str]


@pages.get("/surveys")
def listing() -> str:
    found = [(survey, results.of(survey)) for survey in verbs.everything()]
    return render_template("surveys.html", surveys=found)


@pages.get("/surveys/new")
def blank() -> str:
    return render_template("survey_new.html", name="", faults={})


@pages.post("/surveys/new")
def add() -> Answer | Response:
    here, name = office(), request.form.get("name", "")
    by, site = sign_in.caller().source, here.config.appliance
    try:
        added = verbs.draft(name, by, site, here.clock.now(), here.ids)
    except GatewayError as error:
        return render_template("survey_new.html", name=name, faults=_faults(error)), 422
    return redirect(url_for(".show", uid=added.uid))


@pages.get("/surveys/<uid>")
def show(uid: str) -> str:
    survey = verbs.find(uid)
    return _draft(survey) if survey.state == states.DRAFT else _running(survey)


# ---- while it is written ---------------------------------------------------------------------------


@pages.post("/surveys/<uid>/terms")
def keep(uid: str) -> Answer | Response:
    here, survey = office(), verbs.find(uid)
    try:
        verbs.choose(uid, survey_form.terms(request.form), here.config.appliance, here.clock.now())
    except GatewayError as error:
        return _refused(survey, error, terms=request.form)
    flash(_("Remembered."), "good")
    return redirect(url_for(".show", uid=uid))


@pages.post("/surveys/<uid>/questions")
def add_question(uid: str) -> Answer | Response:
    survey = verbs.find(uid)
    try:
        verbs.add_question(uid, survey_form.asked(request.form), office().config.appliance)
    except GatewayError as error:
        return _refused(survey, error, "new", added=request.form)
    flash(_("The question is added."), "good")
    return redirect(url_for(".show", uid=uid, _anchor="questions"))


@pages.post("/surveys/<uid>/questions/<int:question>")
def change_question(uid: str, question: int) -> Answer | Response:
    survey = verbs.find(uid)
    try:
        verbs.change_question(uid, question, survey_form.asked(request.form), office().config.appliance)
    except GatewayError as error:
        return _refused(survey, error, str(question), changed=request.form)
    flash(_("Remembered."), "good")
    return redirect(url_for(".show", uid=uid, _anchor=f"question-{question}"))


@pages.post("/surveys/<uid>/questions/<int:question>/remove")
def remove_question(uid: str, question: int) -> Response:
    verbs.remove_question(uid, question)
    flash(_("The question is gone."), "good")
    return redirect(url_for(".show", uid=uid, _anchor="questions"))


@pages.post("/surveys/<uid>/start")
def start(uid: str) -> Answer | Response:
    here, survey = office(), verbs.find(uid)
    try:
        trial = survey_form.whole(request.form, "trial") if request.form.get("how") == "trial" else 0
        if request.form.get("how") == "trial" and not trial:
            raise Invalid("out_of_range", field="trial", least=1, most=plan.MOST_TRIAL)
        verbs.start(uid, trial, sign_in.caller().source, here.config.appliance, here.clock.now())
    except GatewayError as error:
        return _refused(survey, error, "start", begun=request.form)
    _ring()
    flash(_("It has begun. This page shows what is answered."), "good")
    return redirect(url_for(".show", uid=uid))


@pages.post("/surveys/<uid>/remove")
def remove(uid: str) -> Response:
    removed = verbs.remove(uid, sign_in.caller().source, office().clock.now())
    flash(_("The draft “%(name)s” is gone.", name=removed.name), "good")
    return redirect(url_for(".listing"))


# ---- while it runs ---------------------------------------------------------------------------------


@pages.post("/surveys/<uid>/<any(rest,stop):what>")
def go_on(uid: str, what: str) -> Response:
    verb = verbs.ask_the_rest if what == "rest" else verbs.stop
    try:
        verb(uid, sign_in.caller().source, office().clock.now())
    except GatewayError as error:
        flash(trouble(error), "bad")
    else:
        _ring()
        flash(_("Everybody else is asked now.") if what == "rest" else _("It is stopped."), "good")
    return redirect(url_for(".show", uid=uid))


@pages.post("/surveys/<uid>/answers/<int:answer>")
def decide(uid: str, answer: int) -> Response:
    """What somebody meant whom the appliance did not understand."""
    back, caller = redirect(url_for(".show", uid=uid, _anchor="unclear")), sign_in.caller()
    try:
        hearing.decide(answer, request.form.get("value", ""), caller.source, caller, office().clock.now())
    except GatewayError as error:
        flash(trouble(error), "bad")
        return back
    _ring()
    flash(_("Decided."), "good")
    return back


@pages.get("/surveys/<uid>/answers.<any(csv,xlsx):kind>")
def export(uid: str, kind: str) -> Response:
    """A row a person; with `names=no` nobody can be told from it."""
    survey, is_anonymous = verbs.find(uid), request.args.get("names") == "no"
    if not is_anonymous:
        sheet.note(survey, sign_in.caller().source, office().clock.now())
    rows = _rows(survey, _part(survey), is_anonymous)
    if kind == "csv":
        return outflow.sheet(rows, "survey.csv")
    octets = tables.workbook(next(rows), ([_cell(text) for text in row] for row in rows))
    return outflow.attached(octets, "survey.xlsx", outflow.EXCEL)


def _rows(survey: Survey, part: str, is_anonymous: bool) -> Iterator[Sequence[str]]:
    who = [] if is_anonymous else [_("Number"), _("Trial"), _("State"), _("Ended")]
    yield [*who, *sheet.headings(survey)]
    for line in sheet.lines(survey, is_anonymous, part):
        ended = formats.local(line.ended_at).isoformat(timespec="seconds") if line.ended_at else ""
        tried, state = _("yes") if line.trial else "", say(f"survey_person.{line.state}")
        told = [] if is_anonymous else [line.number or "", tried, state, ended]
        yield [*told, *line.answers]


def _cell(text: str) -> str | int:
    """A score is a number in a workbook."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else text


# ---- what the pages show ---------------------------------------------------------------------------


def _refused(survey: Survey, error: GatewayError, place: str = "terms", **typed: Typed) -> Answer | Response:
    """The page with what was typed; `place` is the form at fault."""
    if survey.state != states.DRAFT:
        flash(trouble(error), "bad")
        return redirect(url_for(".show", uid=survey.uid))
    return _draft(survey, place, error, **typed), 422


def _draft(survey: Survey, place: str = "", error: GatewayError | None = None, **typed: Typed) -> str:
    asked = verbs.questions(survey)
    fault = {f"{place}-{error.field or 'form'}": form.sentence(error)} if error else {}
    shown = [(one, _typed(one, place, typed), survey_form.parts(wording.question(one))) for one in asked]
    return render_template(
        "survey_draft.html",
        survey=survey,
        questions=shown,
        positions={one.id: one.position for one in asked},
        terms=typed.get("terms") or survey_form.terms_of(survey),
        added=typed.get("added") or survey_form.blank(),
        begun=typed.get("begun") or {},
        place=place,
        faults=fault,
        hints=survey_form.hints(),
        kinds=states.KINDS,
        most=plan.MOST_QUESTIONS,
        thanks_parts=survey_form.parts(survey.thanks),
        lists=_lists(),
    )


def _lists() -> list[str]:
    """What may be typed for many at once."""
    named = [*(one.name for one in groups.everything()), *(one.name for one in segments.everything())]
    return [*(f"@{name}" for name in named), *(f"#{tag}" for tag in tags.everything())]


def _typed(question: SurveyQuestion, place: str, typed: Mapping[str, Typed]) -> Typed:
    is_it = place == str(question.id)
    return typed["changed"] if is_it and "changed" in typed else survey_form.asked_of(question)


def _part(survey: Survey) -> str:
    """Whose answers are looked at: where there was a trial, perhaps those of it alone."""
    part = request.args.get("part", results.EVERYBODY)
    return part if survey.trial and part in results.PARTS else results.EVERYBODY


def _running(survey: Survey) -> str:
    shown = _part(survey)
    unclear, late = results.unclear(survey), results.late(survey)
    names.load({answer.person.number for answer in (*unclear, *late)})
    return render_template(
        "survey.html",
        survey=survey,
        found=results.of(survey, shown),
        part=shown,
        parts=results.PARTS,
        unclear=[(answer, hearing.offered(answer.question)) for answer in unclear],
        few=FEW,
        late=late,
        reasons=results.left_out(survey),
    )


def _faults(error: GatewayError) -> dict[str, str]:
    return {error.field or "form": trouble(error)}


def _ring() -> None:
    wake.ring(office().config.appliance.runtime_dir)


@pages.app_template_global("survey_text")
def survey_text(question: SurveyQuestion) -> str:
    return wording.question(question)


@pages.app_template_global("survey_branches")
def survey_branches(question: SurveyQuestion) -> list[str]:
    return flow.branches(question.kind, wording.labels(question))


@pages.app_template_global("survey_value")
def survey_value(question: SurveyQuestion, value: str | None) -> str:
    """An answer in words: OUI, a label with its number, a score."""
    if value == states.AS_IS:
        return _("an answer, as it stands")
    if value in (states.YES, states.NO):
        return say(f"survey_branch.{value}")
    if question.kind == states.CHOICE and value:
        return f"{value} {wording.value_word(question, value)}"
    return value or ""


@pages.app_template_global("survey_branch")
def survey_branch(question: SurveyQuestion, branch: str) -> str:
    """One way on, in words."""
    return (
        survey_value(question, branch) if question.kind == states.CHOICE else say(f"survey_branch.{branch}")
    )


def shares(found: Any) -> list[tuple[str, int, float]]:
    """Each answer of a closed question with its number and its share."""
    return [(value, number, found.share(value)) for value, number in found.counts.items()]


pages.add_app_template_global(shares, "survey_shares")
