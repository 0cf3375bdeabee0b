"""`chappe doctor`: everything between the wall plug and the network, and what to do where it is not well."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from gateway.cli import tables
from gateway.cli.desk import Desk, open_desk, plainly
from gateway.doctor import bundle, spoken
from gateway.doctor.examine import examine
from gateway.doctor.findings import Examined, Level
from gateway.doctor.patient import Patient

COLOURS = {
    Level.GOOD: "green",
    Level.NOTE: "cyan",
    Level.UNKNOWN: "bright_black",
    Level.WARN: "yellow",
    Level.BAD: "red",
}


@click.command()
@tables.json_option("Print what was found as JSON.")
@click.option(
    "--bundle",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write all that helps to understand it into FILE (.tar.gz), without numbers, texts and secrets.",
    metavar="FILE",
)
@click.pass_context
@plainly
def doctor(ctx: click.Context, as_json: bool, target: Path | None) -> None:
    """Look at everything between the wall plug and the network, and say what to do.

    Ends with 1 where something has to be mended.  What this user may not see is told as unknown.
    """
    desk = open_desk(ctx)
    sys.exit(1 if look(desk, Patient(desk.config, desk.clock.now()), as_json, target) else 0)


def look(desk: Desk, patient: Patient, as_json: bool = False, target: Path | None = None) -> int:
    """Tell each field as soon as it was looked at; returns how many things have to be mended."""
    examined: list[Examined] = []
    for one in examine(patient, desk.clock):
        examined.append(one)
        if not as_json:
            click.echo("\n".join(spoken.lines(one, desk.say, _marks())))
    if as_json:
        tables.show_json([_as_json(one, desk) for one in examined])
    if target is not None:
        bundle.save(patient, examined, spoken.text(examined, desk.say), target)
        click.echo(desk.say("cli.doctor_saved", path=str(target)), err=as_json)
    wrong = sum(finding.level is Level.BAD for one in examined for finding in one.findings)
    if not as_json:
        click.echo(desk.say("cli.doctor_bad", count=wrong) if wrong else desk.say("cli.doctor_well"))
    return wrong


def _marks() -> dict[Level, str]:
    """In colours, where the terminal has them."""
    return {level: click.style(mark, fg=COLOURS[level], bold=True) for level, mark in spoken.MARKS.items()}


def _as_json(one: Examined, desk: Desk) -> dict[str, Any]:
    return {
        "field": one.field,
        "level": one.level,
        "findings": [
            {
                **asdict(finding),
                "sentence": spoken.sentence(finding, desk.say),
                "cure": spoken.cure(finding, desk.say),
            }
            for finding in one.findings
        ],
    }
