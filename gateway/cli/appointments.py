"""Appointments from a terminal: those to come, one more, a list of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from gateway import wake
from gateway.cli import tables
from gateway.cli.desk import Desk, open_desk, plainly, source
from gateway.features.reminders import appointments, sheet
from gateway.features.reminders.appointments import Wish
from gateway.store.models import Appointment

SHOWN = 20  # lines at fault
HEADINGS = ("starts_at", "to", "name", "state", "id")


@click.group()
def appointment() -> None:
    """Appointments of which people are reminded."""


@appointment.command("list")
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 400), help="How far ahead.")
@tables.json_option("Print the rows as JSON.")
@click.pass_context
@plainly
def list_appointments(ctx: click.Context, days: int, as_json: bool) -> None:
    """Those of the next days, and what people answered."""
    desk = open_desk(ctx)
    now = desk.clock.now()
    with desk.ledger():
        told = [_told(of, desk) for of in appointments.between(now, now + timedelta(days=days))]
    rows = [[_local(one, desk), one["to"], one["name"], _state(one, desk), one["id"]] for one in told]
    tables.listing(desk, as_json, told, HEADINGS, rows, desk.say("cli.no_appointment", days=days))


@appointment.command("add")
@click.argument("to")
@click.argument("day")
@click.argument("time")
@click.option("--id", "key", default="", help="A name of your own: once more, it is the same appointment.")
@click.option("--name", default="", help="Who comes; without it, what the contacts say.")
@click.option("--place", default="", help="Where.")
@click.option("--title", default="", help="What for.")
@tables.json_option("Print it as JSON.")
@click.pass_context
@plainly
def add(
    ctx: click.Context,
    to: str,
    day: str,
    time: str,
    key: str,
    name: str,
    place: str,
    title: str,
    as_json: bool,
) -> None:
    """Write down that the number TO comes on DAY (2026-12-31) at TIME (14:30)."""
    desk = open_desk(ctx)
    site = desk.config.appliance
    wish = Wish(to, sheet.instant(day, time, site), key, name, title, place)
    with desk.ledger():
        kept = appointments.put(wish, source(), site, desk.ids, desk.clock.now())
        told = _told(kept.appointment, desk)
    wake.ring(site.runtime_dir)
    if as_json:
        tables.show_json(told)
    else:
        click.echo(desk.say("cli.appointment_kept", id=told["id"], when=_local(told, desk)))


@appointment.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
@plainly
def take_in(ctx: click.Context, file: Path) -> None:
    """Every line of the CSV file FILE: number, date, time, name, place, subject, id."""
    desk = open_desk(ctx)
    site = desk.config.appliance
    with desk.ledger():
        report = sheet.take(file, source(), site, desk.ids, desk.clock.now())
    wake.ring(site.runtime_dir)
    facts = {"new": report.new, "known": report.known, "refused": report.refused}
    click.echo(desk.say("cli.appointments_taken", **facts))
    for one in report.faults[:SHOWN]:
        why = desk.say(f"error.{one.why}", **one.facts)
        click.echo(desk.say("cli.import_line", line=one.line, fault=why))


@appointment.command("cancel")
@click.argument("key", metavar="ID")
@click.pass_context
@plainly
def cancel(ctx: click.Context, key: str) -> None:
    """The appointment ID does not take place."""
    desk = open_desk(ctx)
    site = desk.config.appliance
    with desk.ledger():
        of = appointments.cancel(appointments.by_id(key).uid, source(), site, desk.clock.now())
    wake.ring(site.runtime_dir)
    click.echo(desk.say("cli.appointment_canceled", id=of.key))


def _told(of: Appointment, desk: Desk) -> dict[str, Any]:
    return {
        "id": of.key.replace("\n", " "),
        "to": of.number,
        "name": of.name,
        "title": of.title,
        "place": of.place,
        "starts_at": desk.iso(of.starts_at),
        "ends_at": desk.iso(of.ends_at),
        "state": of.state,
        "problem": of.problem,
        "calendar": of.calendar.name,
    }


def _local(row: dict[str, Any], desk: Desk) -> str:
    return desk.instant(datetime.fromisoformat(row["starts_at"]))


def _state(row: dict[str, Any], desk: Desk) -> str:
    return desk.say(f"appointment.{row['state']}")
