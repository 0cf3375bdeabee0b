"""What a campaign brought, from a terminal: rates with what they are of, and money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import click

from gateway import rulebook
from gateway.cli import tables
from gateway.cli.desk import Desk, open_desk, plainly
from gateway.errors import Conflict
from gateway.features.campaigns import states, verbs
from gateway.features.results import export, rates, summary
from gateway.features.results.rates import Rate
from gateway.features.results.summary import Summary
from gateway.privacy import sheets

HEADINGS = ("rate", "share", "count", "interval")


@click.command("results")
@click.argument("uid")
@tables.json_option("Print them as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a sheet: the whole, each text, tag and segment.")
@click.pass_context
@plainly
def results(ctx: click.Context, uid: str, as_json: bool, as_csv: bool) -> None:
    """What the campaign UID brought; there is no open rate, as nobody can know one."""
    desk = open_desk(ctx)
    with desk.ledger():
        campaign = verbs.find(uid)
        if campaign.state == states.DRAFT:
            raise Conflict("campaign_state")
        found = summary.of(campaign)
        lines = (
            list(export.of_one(campaign, desk.config.appliance.timezone, desk.clock.now())) if as_csv else []
        )
        price = rulebook.price()
    currency = price.currency if price else None
    if as_json:
        tables.show_json(export.told(found, currency))
    elif as_csv:
        headings = [desk.say(f"result_column.{column}") for column in export.COLUMNS]
        click.echo(export.text(headings, lines, False, sheets.cell), nl=False)
    else:
        _show(found, desk)


def _show(found: Summary, desk: Desk) -> None:
    rows = [_row(rate, desk) for rate in found.rates]
    tables.show(desk, HEADINGS, rows)
    money = found.money
    amounts: tuple[tuple[str, Decimal | int | None], ...] = (
        ("cost", money.cost),
        ("revenue", money.revenue),
        ("per_message", money.per_message),
        ("per_conversion", money.per_conversion),
    )
    click.echo()
    for name, cents in amounts:
        click.echo(f"{desk.say(f'result_column.{name}')}: {_amount(cents)}")
    roi = "–" if money.roi is None else f"{100 * money.roi:.1f} %"
    click.echo(f"{desk.say('result_column.roi')}: {roi}")
    if (uplift := rates.uplift(found.history)) is not None:
        points = {
            name: f"{100 * share:+.1f}"
            for name, share in (("apart", uplift.difference), ("low", uplift.low), ("high", uplift.high))
        }
        sides = {"bought": f"{uplift.k1}/{uplift.n1}", "without": f"{uplift.k2}/{uplift.n2}"}
        click.echo(desk.say("cli.results_uplift", **points, **sides))


def _row(rate: Rate, desk: Desk) -> tuple[str, ...]:
    name = desk.say(f"rate.{rate.name}")
    if rate.share is None:
        return name, "–", "", desk.say(f"rate_missing.{rate.why}")
    between = "{:.1f} – {:.1f} %".format(*(100 * one for one in rate.interval)) if rate.interval else ""
    return name, f"{100 * rate.share:.1f} %", f"{rate.k}/{rate.n}", between


def _amount(cents: Any) -> str:
    return "–" if cents is None else f"{Decimal(cents) / 100:.2f}"
