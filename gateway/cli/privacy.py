"""What is kept about a person: a copy of it, its end; and who looked at or changed what."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gateway import audit
from gateway.cli import tables
from gateway.cli.desk import Desk, open_desk, plainly, source
from gateway.privacy import erase as erasing
from gateway.privacy import export as exporting
from gateway.privacy import sheets, spellings, traces
from gateway.store.models import Audit

HEADINGS = ("when", "who", "action", "about")


@click.group()
def person() -> None:
    """What is kept about a number: a copy of it, and its end."""


@person.command()
@click.argument("number")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--csv", "as_csv", is_flag=True, help="A ZIP archive of CSV files; needs FILE.")
@click.pass_context
@plainly
def export(ctx: click.Context, number: str, file: Path | None, as_csv: bool) -> None:
    """Everything kept about NUMBER, as JSON on the terminal or in FILE.

    In CSV a cell that a spreadsheet would take for a formula stands behind an apostrophe, a number too.
    """
    if as_csv and file is None:
        raise click.UsageError("--csv needs a FILE.")
    desk = open_desk(ctx)
    site = desk.config.appliance
    with desk.ledger():
        subject = spellings.subject(number, site.country)
        given = exporting.everything(subject, site, source(), desk.clock.now())
    if file is None:
        tables.show_json(given)
        return
    text = json.dumps(given, ensure_ascii=False, indent=2) + "\n"
    file.write_bytes(sheets.archive(given) if as_csv else text.encode())
    click.echo(desk.say("cli.exported", number=subject, path=file))


@person.command()
@click.argument("number")
@click.option("--yes", is_flag=True, required=True, help="Without it nothing is done: there is no way back.")
@click.pass_context
@plainly
def erase(ctx: click.Context, number: str, yes: bool) -> None:
    """Delete everything kept about NUMBER, but a sealed objection."""
    desk = open_desk(ctx)
    country = desk.config.appliance.country
    with desk.ledger():
        subject = spellings.subject(number, country)
        erased = erasing.erase(subject, country, source(), desk.clock.now())
    click.echo(desk.say("cli.erased", number=subject, **erased.rows))
    if erased.pending:
        click.echo(desk.say("cli.erased_pending"))


@person.command()
@click.pass_context
@plainly
def wipe(ctx: click.Context) -> None:
    """Write the database file anew, so that no trace of an erased person is left in its unused room.

    The night does it by itself, but for a file so large that the gateway would have to wait for it.
    """
    desk = open_desk(ctx)
    with desk.ledger():
        needed = traces.left()
        traces.wipe()
    click.echo(desk.say("cli.wiped" if needed else "cli.nothing_to_wipe"))


@click.command("audit")
@click.option("--number", help="Only of this number.")
@click.option("--action", default="", help="Only of this action, by its code.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 5000))
@tables.json_option("Print the rows as JSON.")
@click.pass_context
@plainly
def audit_log(ctx: click.Context, number: str | None, action: str, limit: int, as_json: bool) -> None:
    """Who looked at or changed what, the newest first."""
    desk = open_desk(ctx)
    with desk.ledger():
        subject = spellings.subject(number, desk.config.appliance.country) if number else ""
        noted = audit.recent(subject, action, limit=limit)
    told = [_as_json(one, desk) for one in noted]
    rows = [[desk.instant(n.at), n.written_by, desk.say(f"action.{n.action}"), n.shown] for n in noted]
    tables.listing(desk, as_json, told, HEADINGS, rows, desk.say("cli.nothing_noted"))


def _as_json(row: Audit, desk: Desk) -> dict[str, object]:
    return {
        "at": desk.iso(row.at),
        "by": row.written_by,
        "action": row.action,
        "about": row.shown,
        "facts": row.facts,
    }
