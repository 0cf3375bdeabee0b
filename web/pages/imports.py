"""A file of contacts: given, mapped, previewed, taken in behind the page, reported on, mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from gateway import digits
from gateway.consent.ledger import LONGEST
from gateway.contacts import consents, fields, groups, tags
from gateway.contacts.imports import columns, files, jobs, mending, preview
from gateway.contacts.imports.plans import Plan
from gateway.errors import GatewayError, Invalid
from gateway.policy.consent import Ground
from gateway.store.models import ImportFault, ImportJob
from web import outflow, porter, sign_in
from web.language import say, trouble
from web.office import office
from web.pages import uploads

pages = Blueprint("import_pages", __name__)

A_PAGE = 30
COUNTS = (
    *("added", "changed", "unchanged", "duplicate", "invalid", "mended", "left_out", "nameless"),
    *("consent_given", "consent_stood", "consent_opposed", "consent_older"),
)
KINDS = ("new:text", "new:number", "new:date")

Page = str | tuple[str, int]


@pages.get("/imports")
def listing() -> str:
    return _listing()


@pages.post("/imports")
def upload() -> Page | Answer:
    """Keep the file and go on to its columns; nothing is in the contacts yet."""
    here = office()
    if (file := uploads.given("file")) is None:
        return _listing({"file": _("Choose a file first.")}), 422
    try:
        job = jobs.take_in(
            file.stream,
            file.filename or "",
            sign_in.caller().source,
            here.config.appliance,
            here.clock.now(),
            here.ids,
        )
    except GatewayError as error:
        return _listing({"file": trouble(error)}), 422
    return redirect(url_for(".show", uid=job.uid))


@pages.get("/imports/<uid>")
def show(uid: str) -> str:
    """What the columns are for; while it runs, how far it is; then the report."""
    job = jobs.get(uid)
    if job.state == "mapping":
        return _mapping(job, jobs.plan(job), {})
    if job.state == "running":
        porter.call()  # whoever carried it may have been killed
    return _progress(job)


@pages.post("/imports/<uid>")
def start(uid: str) -> Page | Answer:
    """Look again at the first lines by what is chosen, or begin."""
    job = jobs.get(uid)
    if job.state != "mapping":
        return redirect(url_for(".show", uid=uid))
    chosen = _chosen(job)
    if "look" in request.form:
        return _mapping(job, chosen, {})
    try:
        jobs.start(uid, chosen, sign_in.caller().source, office().clock.now())
    except Invalid as error:
        return _mapping(job, chosen, {error.field or "form": trouble(error)}), 422
    porter.call()
    return redirect(url_for(".show", uid=uid))


@pages.post("/imports/<uid>/cancel")
def cancel(uid: str) -> Answer:
    """Throw a waiting file away, or stop where it stands."""
    job = jobs.get(uid)
    if job.state == "mapping":
        jobs.forget(job)
        flash(_("The file is thrown away; nothing was taken in."), "good")
        return redirect(url_for(".listing"))
    jobs.cancel(uid, sign_in.caller().source, office().clock.now())
    flash(_("Stopped. What is in the contacts already stays there."), "good")
    return redirect(url_for(".show", uid=uid))


@pages.get("/imports/<uid>/lines")
def lines(uid: str) -> str:
    """The lines in which something is wrong, a form each."""
    return _lines(jobs.get(uid), {}, {})


@pages.post("/imports/<uid>/lines/<int:fault>")
def mend(uid: str, fault: int) -> Page | Answer:
    """Take one line in with what was typed, or leave it out."""
    here, by = office(), sign_in.caller().source
    back = redirect(url_for(".lines", uid=uid, after=request.form.get("after") or None))
    if "leave" in request.form:
        mending.leave_out(uid, fault)
        flash(_("Left out."), "good")
        return back
    typed = {
        column: value
        for name, value in request.form.items()
        if name.startswith("cell-") and (column := digits.number(name.removeprefix("cell-"))) is not None
    }
    try:
        outcome = mending.mend(uid, fault, typed, by, here.config.appliance, here.clock.now())
    except Invalid as error:
        place = f"{fault}-{error.field}"
        kept = {f"{fault}-cell-{column}": value for column, value in typed.items()}
        return _lines(jobs.get(uid), {place: trouble(error)}, kept), 422
    flash(MENDED[outcome](), "good")
    return back


@pages.get("/imports/<uid>/lines.csv")
def faulty(uid: str) -> Response:
    """All of these lines as a file, with what is wrong: to be mended in a spreadsheet and given anew."""
    return outflow.sheet(_sheet(jobs.get(uid)), "lines.csv")


MENDED = {
    "added": lambda: _("Taken in: a new contact."),
    "changed": lambda: _("Taken in: the contact is changed."),
    "unchanged": lambda: _("This person was in the contacts already, nothing was new."),
}


def _listing(faults: dict[str, str] | None = None) -> str:
    most = jobs.MOST_OCTETS // 1024 // 1024
    return render_template("imports.html", imports=jobs.recent(), most=most, faults=faults or {})


def _chosen(job: ImportJob) -> Plan:
    """The plan as the form says it."""
    plan, form = jobs.plan(job), request.form
    shape = plan.shape
    heading = "heading" in form
    if heading != shape.heading:
        shape = replace(shape, heading=heading, lines=shape.lines + (1 if shape.heading else -1))
    targets = tuple(form.get(f"column-{place}", "") for place in range(shape.columns))
    names = ("tags", "group", "consent", "ground", "wording", "purpose")
    rest: dict[str, Any] = {name: form.get(name, "").strip() for name in names}
    return replace(plan, shape=shape, targets=targets, **rest)


def _mapping(job: ImportJob, plan: Plan, faults: dict[str, str]) -> str:
    here = office()
    try:
        first = preview.first_lines(job, plan, here.config.appliance, here.clock.now())
    except GatewayError as error:  # a target that is none, or the file is unreadable
        first, faults = [], {**faults, "form": trouble(error)}
    return render_template(
        "import_columns.html",
        job=job,
        plan=plan,
        headings=files.headings(jobs.path(job), plan.shape),
        samples=preview.samples(job, plan),
        first=first,
        targets=columns.TARGETS,
        own=fields.everything(),
        new=KINDS,
        groups=groups.everything(),
        tags=tags.everything(),
        grounds=tuple(Ground),
        last=consents.last_given(),
        longest=LONGEST,
        faults=faults,
    )


def _progress(job: ImportJob) -> str:
    return render_template(
        "import.html",
        job=job,
        counts=[(name, job.report[name]) for name in COUNTS if job.report.get(name)],
        left=_seconds_left(job, office().clock.now()),
        wrong=bool(jobs.faults(job, limit=1)),
        failed=say(f"error.{job.report['code']}", **job.report["facts"]) if job.state == "failed" else "",
    )


def _seconds_left(job: ImportJob, now: datetime) -> int | None:
    """At the pace so far; None while nobody can tell."""
    if job.state != "running" or not job.done:
        return None
    spent = (now - datetime.fromisoformat(job.report["begun"])).total_seconds()
    return max(1, round(spent * (job.total - job.done) / job.done))


def _lines(job: ImportJob, faults: dict[str, str], typed: dict[str, str]) -> str:
    after = digits.number(request.values.get("after", "")) or 0
    rows = jobs.faults(job, after, A_PAGE + 1)
    plan = jobs.plan(job)
    return render_template(
        "import_lines.html",
        job=job,
        rows=rows[:A_PAGE],
        next=rows[A_PAGE - 1].id if len(rows) > A_PAGE else None,
        after=after or "",
        names=[columns.called(target) or _target(target) for target in plan.targets],
        faults=faults,
        typed=typed,
    )


def _target(target: str) -> str:
    return say(f"target.{target.replace(':', '_') or 'none'}")


def _sheet(job: ImportJob) -> Iterator[list[str]]:
    plan = jobs.plan(job)
    names = [columns.called(target) or (_target(target) if target else "") for target in plan.targets]
    yield [say("column.line"), *names, say("column.fault")]
    last = 0
    while rows := jobs.faults(job, last, 200):
        last = rows[-1].id
        yield from (_cells(row, plan) for row in rows)


def _cells(row: ImportFault, plan: Plan) -> list[str]:
    cells = [row.cells.get(str(place), "") for place in range(plan.shape.columns)]
    return [str(row.line), *cells, say(f"error.{row.code}", **row.facts)]
