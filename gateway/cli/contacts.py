"""The contacts in and out: a file is taken in, a list is given out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from gateway.cli import sheet, tables
from gateway.cli.desk import Desk, fail, open_desk, plainly, source
from gateway.contacts import groups, listing, segments
from gateway.contacts.choosing import Choice
from gateway.contacts.imports import carrying, columns, files, jobs, preview
from gateway.contacts.imports.plans import Plan
from gateway.errors import Invalid, NotFound
from gateway.policy.consent import Ground
from gateway.store.models import ImportJob

GROUNDS = [str(ground) for ground in Ground]
COUNTS = (
    *("added", "changed", "unchanged", "duplicate", "invalid", "mended", "left_out", "nameless"),
    *("consent_given", "consent_stood", "consent_opposed", "consent_older"),
)
SHOWN = 20  # lines at fault


@click.group()
def contacts() -> None:
    """The people in the book: a file of them is taken in, or a list given out."""


@contacts.command("import")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="COLUMN=TARGET",
    help="What a column, by its heading or its place from 1, is for: number, name, postcode, tags, "
    "consent, the name of a field of your own, new:text, or none.  The others are guessed.",
)
@click.option("--tag", "tags", default="", help="Stuck on everybody in the file; several with commas.")
@click.option("--group", default="", help="Everybody in the file is put into it.")
@click.option(
    "--consent",
    type=click.Choice(["column", "everybody"]),
    help="Who agreed to offers: whom the column for it says, or all.",
)
@click.option("--ground", default="", type=click.Choice(["", *GROUNDS]), help="Why, for --consent.")
@click.option("--wording", default="", help="Exactly what the people were shown; --consent must have it.")
@click.option("--purpose", default="", help="What for: offers of the bakery.")
@click.option("--dry-run", is_flag=True, help="Only say what would be; nothing is written.")
@tables.json_option("Print the report as JSON.")
@click.pass_context
@plainly
def take_in(
    ctx: click.Context, file: Any, mapped: Sequence[str], dry_run: bool, as_json: bool, **rest: Any
) -> None:
    """Take FILE in: CSV, or an Excel workbook; "-" reads from standard input.

    Interrupted by Ctrl-C it stops, and what is in the contacts stays there; killed, it goes on by itself when
    the page is opened.
    """
    desk = open_desk(ctx)
    site, by = desk.config.appliance, source()
    with desk.ledger():
        job = jobs.take_in(file, getattr(file, "name", "-"), by, site, desk.clock.now(), desk.ids)
        try:
            plan = _plan(job, mapped, {name: value or "" for name, value in rest.items()})
            if not as_json:
                _say_how(job, plan, desk)
            report = _rehearse(job, plan, desk) if dry_run else _carry(job, plan, desk)
        except BaseException:
            _give_up(job, desk)
            raise
        _show(job, report, desk, as_json, dry_run)


@contacts.command("export")
@click.option("--tag", default="", help="Only those who have this tag.")
@click.option("--group", default="", help="Only the members of this group.")
@click.option("--segment", default="", help="Only those whom this segment finds.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Into this file.")
@click.pass_context
@plainly
def give_out(ctx: click.Context, tag: str, group: str, segment: str, output: Path | None) -> None:
    """Print the contacts as CSV: UTF-8, commas, no cell that a spreadsheet would take for a formula."""
    desk = open_desk(ctx)
    with desk.ledger():
        choice = Choice(tag=tag, group=_group(group), segment=_segment(segment))
        lines = listing.lines(choice, desk.config.appliance, source(), desk.clock.now())
        written = sheet.write(lines, listing.COLUMNS, output, desk)
    if output:
        click.echo(desk.say("cli.contacts_exported", count=written, path=output))


def _plan(job: ImportJob, mapped: Sequence[str], rest: dict[str, Any]) -> Plan:
    """The guessed plan with what was said of columns; raises Invalid."""
    plan = jobs.plan(job)
    headings = files.headings(jobs.path(job), plan.shape)
    targets = list(plan.targets)
    for entry in mapped:
        column, equals, target = entry.rpartition("=")
        if not equals or (wanted := columns.named(target)) is None:
            known = ", ".join((*columns.TARGETS, "new:text", "new:number", "new:date", "none"))
            raise Invalid("import_map_bad", value=entry, known=known)
        place = _place(column, headings)
        if columns.is_single(wanted):
            targets = [columns.SKIP if other == wanted else other for other in targets]
        targets[place] = wanted
    return replace(plan, targets=tuple(targets), **rest)


def _place(column: str, headings: Sequence[str]) -> int:
    folded = [heading.casefold() for heading in headings]
    if column.strip().casefold() in folded:
        return folded.index(column.strip().casefold())
    if column.isdigit() and 1 <= int(column) <= len(headings):
        return int(column) - 1
    raise Invalid("import_column_unknown", value=column, known=", ".join(headings))


def _say_how(job: ImportJob, plan: Plan, desk: Desk) -> None:
    """How the file is read, and what each column is for: a wrong guess is seen before it counts."""
    shape = plan.shape
    separator = "\\t" if shape.separator == "\t" else shape.separator
    facts = {"lines": shape.lines, "columns": shape.columns, "encoding": shape.encoding}
    click.echo(desk.say("cli.import_file", separator=separator, **facts), err=True)
    for heading, target in zip(files.headings(jobs.path(job), shape), plan.targets, strict=True):
        said = columns.called(target) or desk.say(f"target.{target.replace(':', '_') or 'none'}")
        click.echo(desk.say("cli.import_target", heading=heading or "–", target=said), err=True)


def _rehearse(job: ImportJob, plan: Plan, desk: Desk) -> carrying.Report:
    """What would be; the file is given up again."""
    rehearsed = preview.checked(job, plan)
    report = carrying.rehearse(rehearsed, desk.config.appliance, desk.clock.now())
    jobs.forget(job)
    return report


def _carry(job: ImportJob, plan: Plan, desk: Desk) -> carrying.Report:
    site, clock = desk.config.appliance, desk.clock
    job = jobs.start(job.uid, plan, source(), clock.now())
    bar = click.progressbar(length=job.total, file=sys.stderr)
    with carrying.Carrier(job, site, clock.now()) as carrier, bar:
        while carrier.batch(clock.now()):
            bar.update(carrying.BATCH)
            clock.sleep(carrying.PAUSE)
    ended = jobs.get(job.uid)
    if ended.state == "failed":
        fail(desk.say(f"error.{ended.report['code']}", **ended.report["facts"]))
    if ended.state == "canceled":
        fail(desk.say("cli.import_stopped", done=ended.done))
    return ended.report


def _give_up(job: ImportJob, desk: Desk) -> None:
    """What was never begun leaves no trace; what was is stopped."""
    state = jobs.get(job.uid).state
    if state == "mapping":
        jobs.forget(job)
    elif state == "running":
        jobs.cancel(job.uid, source(), desk.clock.now())


def _show(job: ImportJob, report: carrying.Report, desk: Desk, as_json: bool, dry_run: bool) -> None:
    counted = {name: report.get(name, 0) for name in COUNTS}
    if as_json:
        tables.show_json({"lines": job.total, **counted, "id": job.uid})
        return
    if dry_run:
        click.echo(desk.say("cli.import_rehearsed"))
    for name, count in counted.items():
        if count or name in ("added", "changed", "unchanged"):
            click.echo(f"{count:>8}  {desk.say(f'import.{name}')}")
    wrong = jobs.faults(job, limit=SHOWN)
    for fault in wrong:
        said = desk.say(f"error.{fault.code}", **fault.facts)
        click.echo(desk.say("cli.import_line", line=fault.line, fault=said))
    if (more := report.get("invalid", 0) + report.get("left_out", 0) - len(wrong)) > 0 and wrong:
        click.echo(desk.say("cli.import_more", count=more, place=f"/imports/{job.uid}/lines"))


def _group(name: str) -> int | None:
    if not name:
        return None
    if (found := groups.called(name)) is None:
        raise NotFound("group_unknown", name=name)
    return int(found.id)


def _segment(name: str) -> int | None:
    if not name:
        return None
    if (found := segments.called(name)) is None:
        raise NotFound("segment_unknown", name=name)
    return int(found.id)
