"""The budget of a SIM: look at it, choose it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import click

from gateway import wake
from gateway.cli import tables
from gateway.cli.desk import Desk, open_desk, plainly, source
from gateway.errors import Invalid
from gateway.modems import budgets
from gateway.modems.budgets import LEAST, MOST
from gateway.policy.budgets import Limits
from gateway.store import database

AT_LEAST_ONE = click.IntRange(LEAST, MOST)


def uses_of(desk: Desk, name: str) -> list[dict[str, Any]]:
    """Every count of this modem's SIM, with its limit."""
    zone = desk.config.appliance.timezone
    return [asdict(use) for use in budgets.uses(name, zone, desk.clock.now())]


@click.command("budget")
@click.argument("name")
@click.option("--preset", type=click.Choice([*budgets.PRESETS]), help="Begin with these limits.")
@click.option("--parts-per-minute", "minute", type=AT_LEAST_ONE, help="In any 60 seconds.")
@click.option("--parts-per-hour", "hour", type=AT_LEAST_ONE, help="In any 60 minutes.")
@click.option("--parts-per-day", "day", type=AT_LEAST_ONE, help="In the appliance's day.")
@click.option("--parts-per-month", "month", type=AT_LEAST_ONE, help="In the calendar month.")
@click.option("--recipients-per-day", "recipients_day", type=AT_LEAST_ONE, help="Different people.")
@click.option(
    "--recipients-per-month",
    "recipients_month",
    type=AT_LEAST_ONE,
    help="Different people, in any thirty days.",
)
@click.option(
    "--above-received",
    "ratio",
    type=click.IntRange(0, MOST),
    help="Messages sent above those received in thirty days, in per cent.",
)
@tables.json_option("Print the counts as JSON.")
@click.pass_context
@plainly
def budget(ctx: click.Context, name: str, preset: str | None, as_json: bool, **typed: int | None) -> None:
    """Say how much the SIM may send; without an option, tell what is used.

    Notifications and marketing wait for room, or leave through another SIM that has some; codes and alerts
    always leave, and are counted.  A limit that is not named stays as it is, or as the preset says.
    """
    desk = open_desk(ctx)
    known = desk.config.modem_names
    if name not in known:
        raise Invalid("modem_unknown", field="modem", value=name, known=", ".join(known))
    named = {limit: most for limit, most in typed.items() if most is not None}
    with desk.ledger():
        if preset or named:
            _choose(desk, name, preset, named)
        uses, choice = uses_of(desk, name), budgets.of(name)
    if as_json:
        tables.show_json({"preset": choice.preset, "budgets": uses})
    else:
        _show(desk, name, choice.preset, uses)


def _choose(desk: Desk, name: str, preset: str | None, named: dict[str, int]) -> None:
    with database.transaction():
        begin = budgets.PRESETS[preset] if preset else budgets.of(name).limits
        limits: Limits = replace(begin, **named)
        budgets.choose(name, limits, source(), desk.clock.now())
    wake.ring(desk.config.appliance.runtime_dir)


def _show(desk: Desk, name: str, preset: str | None, uses: list[dict[str, Any]]) -> None:
    click.echo(desk.say(f"preset.{preset}") if preset else desk.say("cli.no_budget", modem=name))
    tables.show(desk, ("limit", "used", "most"), [_row(desk, use) for use in uses])


def _row(desk: Desk, use: dict[str, Any]) -> list[str]:
    most = desk.say("cli.no_limit") if use["most"] is None else str(use["most"])
    return [desk.say(f"limit.{use['limit']}"), str(use["used"]), most]
