"""Alert routes: where Alertmanager and Grafana post, and who is told."""

from __future__ import annotations

from typing import Any

import click

from gateway import status, wake
from gateway.cli import tables
from gateway.cli.access import page_address
from gateway.cli.desk import Desk, open_desk, plainly, source
from gateway.features.alerts import routes, telling
from gateway.features.alerts.routes import Wish
from gateway.messages.drafts import Caller
from gateway.store.models import AlertRoute

MINUTE = 60
HEADINGS = ("name", "to", "disabled")


@click.group()
def alert() -> None:
    """Alerts that other programs post, told by text."""


@alert.command("list")
@tables.json_option("Print the rows as JSON.")
@click.pass_context
@plainly
def list_routes(ctx: click.Context, as_json: bool) -> None:
    """The routes, and who is told by each."""
    desk = open_desk(ctx)
    with desk.ledger():
        told = [_for_programs(route, desk) for route in routes.everything()]
    rows = [[one["name"], one["to"], one["paused_at"] or ""] for one in told]
    tables.listing(desk, as_json, told, HEADINGS, rows, desk.say("cli.no_alert_route"))


@alert.command("add")
@click.argument("name")
@click.option("--to", multiple=True, required=True, help="A number, a contact or an @group; may repeat.")
@click.option("--template", default="", help="The text: {status} {title} {summary} {labels.instance} …")
@click.option("--repeat", default=240, show_default=True, help="Minutes after which it is told again.")
@click.option("--no-resolved", is_flag=True, help="Say nothing when it is over.")
@click.option("--per-hour", default=10, show_default=True, help="Texts an hour, at most.")
@click.pass_context
@plainly
def add(ctx: click.Context, name: str, to: tuple[str, ...], template: str, repeat: int, no_resolved: bool,
        per_hour: int) -> None:  # fmt: skip
    """Make a route; programs post to the address that is printed."""
    desk = open_desk(ctx)
    wish = Wish(name, ", ".join(to), template, MINUTE * repeat, not no_resolved, per_hour)
    with desk.ledger():
        made = routes.add(wish, desk.config.appliance, source(), desk.clock.now())
    address = f"{page_address(desk)}/hooks/alertmanager/{made.name}"
    click.echo(desk.say("cli.alert_route_kept", name=made.name, address=address))


@alert.command("remove")
@click.argument("name")
@click.pass_context
@plainly
def remove(ctx: click.Context, name: str) -> None:
    """Remove a route; what was sent stays."""
    desk = open_desk(ctx)
    with desk.ledger():
        routes.remove(name, source(), desk.clock.now())
    click.echo(desk.say("cli.alert_route_removed", name=name))


@alert.command("test")
@click.argument("name")
@click.pass_context
@plainly
def test(ctx: click.Context, name: str) -> None:
    """Send a test to everybody on a route."""
    desk = open_desk(ctx)
    site, now = desk.config.appliance, desk.clock.now()
    with desk.ledger():
        trusted = status.read(site.runtime_dir, now).trusted
        caller = Caller(source(), site, desk.config.modem_names, desk.ids, trusted)
        sent = telling.test(name, caller, now)
    wake.ring(site.runtime_dir)
    click.echo(desk.say("cli.alert_tested", count=sent))


def _for_programs(route: AlertRoute, desk: Desk) -> dict[str, Any]:
    return {
        "name": route.name,
        "to": routes.typed(route),
        "template": route.template,
        "repeat_s": route.repeat_s,
        "resolved": route.resolved,
        "per_hour": route.per_hour,
        "paused_at": desk.iso(route.disabled_at),
    }
