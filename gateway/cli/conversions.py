"""Codes that came back, from a terminal: one, or a list of a till."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from gateway.cli import tables
from gateway.cli.desk import Desk, open_desk, plainly, source
from gateway.features.conversions import amounts, sheet, verbs
from gateway.features.conversions.sheet import Report
from gateway.messages import numbers
from gateway.store.models import Conversion

SHOWN = 20  # lines at fault


@click.group()
def conversion() -> None:
    """What a campaign brought, told by its codes."""


@conversion.command("add")
@click.argument("code", default="")
@click.option("--number", default="", help="Whose sale it is, where there is no code: only to compare.")
@click.option(
    "--amount", default="", help="As 12.50 or 12,50; without it, what the campaign says it is worth."
)
@click.option("--at", "typed_at", default="", help="When it was: a day, with or without its hour; or now.")
@click.option(
    "--reference", default=None, help="The number of the receipt: once more is the same conversion."
)
@click.option("--campaign", default=None, help="The id of the campaign, where several have the code.")
@click.option("--again", is_flag=True, help="The code of one person counts though it was used before.")
@tables.json_option("Print it as JSON.")
@click.pass_context
@plainly
def add(
    ctx: click.Context,
    code: str,
    number: str,
    amount: str,
    typed_at: str,
    reference: str | None,
    campaign: str | None,
    again: bool,
    as_json: bool,
) -> None:
    """Somebody came back with CODE, or bought without one."""
    desk = open_desk(ctx)
    now = desk.clock.now()
    cents, at = amounts.cents(amount), amounts.instant(typed_at, desk.config.appliance.timezone)
    with desk.ledger():
        whose = numbers.parse(number, desk.config.appliance.country) if number else ""
        by = source()
        found = verbs.record(code, cents, at or now, "till", by, now, reference, campaign, again, whose)
        told = _told(found, desk)
    if as_json:
        tables.show_json(told)
    else:
        click.echo(desk.say("cli.conversion_added", **told))


@conversion.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--again", is_flag=True, help="A person's code that was used before counts once more.")
@tables.json_option("Print the report as JSON.")
@click.pass_context
@plainly
def take_in(ctx: click.Context, file: Path, again: bool, as_json: bool) -> None:
    """Every line of the CSV file FILE: code or telephone, amount, date, receipt."""
    desk = open_desk(ctx)
    with desk.ledger():
        site, now = desk.config.appliance, desk.clock.now()
        report = sheet.take(file, source(), site.timezone, now, again, site.country)
    if as_json:
        tables.show_json(asdict(report))
    else:
        _say(report, desk)


def _say(report: Report, desk: Desk) -> None:
    amount = f"{report.cents / 100:.2f}"
    counts = {name: getattr(report, name) for name in ("recorded", "known", "strangers", "refused")}
    facts = {"amount": amount, **counts}
    click.echo(desk.say("cli.conversions_taken", **facts))
    for one in report.faults[:SHOWN]:
        why = desk.say(f"error.{one.why}", **one.facts)
        click.echo(desk.say("cli.import_line", line=one.line, fault=why))


def _told(one: Conversion, desk: Desk) -> dict[str, Any]:
    return {
        "id": one.id,
        "campaign": one.campaign.name,
        "code": verbs.shown(one),
        "amount": f"{one.amount_cents / 100:.2f}",
        "at": desk.iso(one.at),
        "reference": one.reference,
    }
