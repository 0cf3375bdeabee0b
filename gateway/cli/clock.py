"""The clock: who vouches for it, and a person's word where nobody else does."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click

from gateway import status, trust, wake
from gateway.cli import tables
from gateway.cli.desk import Desk, fail, open_desk, plainly, source
from gateway.clock import boot_id
from gateway.status import Status


@click.group()
def clock() -> None:
    """The clock: who vouches for it, and a person's word for it."""


@clock.command("show")
@tables.json_option("Print it as JSON.")
@click.pass_context
@plainly
def show(ctx: click.Context, as_json: bool) -> None:
    """The hour, who vouches for it, and what waits when nobody does."""
    desk = open_desk(ctx)
    seen, now = _seen(desk), desk.clock.now()
    if as_json:
        tables.show_json({"now": desk.iso(now), **asdict(seen.clock)})
        return
    click.echo(f"{now.astimezone(desk.config.appliance.timezone):%Y-%m-%d %H:%M:%S %Z}")
    click.echo(desk.say(f"clock.{seen.clock.doubt or seen.clock.source}"))
    if seen.clock.stepped_at:
        at = datetime.fromisoformat(seen.clock.stepped_at)
        click.echo(desk.say("cli.clock_set", when=desk.instant(at)))


@clock.command("confirm")
@click.pass_context
@plainly
def confirm(ctx: click.Context) -> None:
    """Say that the clock is right: worth until it is set again, or the machine starts anew.

    Look at `chappe clock show` first: the hour that it prints is the one you vouch for.
    """
    desk = open_desk(ctx)
    seen, now = _seen(desk), desk.clock.now()
    with desk.ledger():
        trust.confirm(source(), boot_id(), now, desk.clock.monotonic(), seen.clock)
        wake.ring(desk.config.appliance.runtime_dir)
    click.echo(desk.say("cli.clock_confirmed", when=desk.instant(now)))


def _seen(desk: Desk) -> Status:
    """What the gateway last said; nothing is known of the clock while it does not run."""
    seen = status.read(desk.config.appliance.runtime_dir, desk.clock.now())
    if not seen.alive and seen.trusted:  # silent, not left behind by a clock that was set back
        fail(desk.say("reason.gateway_down"))
    return seen
