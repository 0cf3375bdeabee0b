"""`chappe webhook`: the programs that are told what happens."""

from __future__ import annotations

from typing import Any

import click

from gateway import wake
from gateway.cli import tables
from gateway.cli.desk import Desk, fail, open_desk, plainly, source
from gateway.features.webhooks import hooks, log
from gateway.features.webhooks.deliveries import DONE, STATES, WAITING
from gateway.features.webhooks.events import EVENTS, USUAL
from gateway.secret import appliance_secret
from gateway.store.models import Delivery, Webhook

PATIENCE = 15.0  # seconds for the answer to a test
LOOK = 0.2
HEADINGS = ("name", "state", "url", "events")
LOG_HEADINGS = ("id", "when", "webhook", "event", "state", "tries", "answer")

AS_JSON = tables.json_option("Print the rows as JSON.")


@click.group()
def webhook() -> None:
    """Programs that are told what happens."""


@webhook.command("list")
@AS_JSON
@click.pass_context
@plainly
def list_webhooks(ctx: click.Context, as_json: bool) -> None:
    """The webhooks, without their secrets."""
    desk = open_desk(ctx)
    with desk.ledger():
        known = [_row(desk, one) for one in hooks.everything()]
    states = {False: desk.say("cli.webhook_on"), True: desk.say("cli.webhook_off")}
    rows = [
        [one["name"], states[one["disabled_at"] is not None], one["url"], " ".join(one["events"])]
        for one in known
    ]
    tables.listing(desk, as_json, known, HEADINGS, rows, desk.say("cli.no_webhook"))


@webhook.command("add")
@click.argument("name")
@click.argument("url")
@click.option(
    "--event", "events", multiple=True, type=click.Choice(EVENTS), metavar="EVENT", help="What; may repeat."
)
@click.option("--key", help="Only messages of the API key with this name.")
@tables.json_option("Print it as JSON.")
@click.pass_context
@plainly
def add(
    ctx: click.Context, name: str, url: str, events: tuple[str, ...], key: str | None, as_json: bool
) -> None:
    """Have the program at URL told what happens; prints the secret of its signatures.

    Without --event: how messages end, what comes in, who opts out.
    """
    desk = open_desk(ctx)
    with desk.ledger():
        made = hooks.add(name, url, events or USUAL, source(), desk.clock.now(), desk.ids, key)
        shown = {**_row(desk, made), "secret": _secret(desk, made)}
    if as_json:
        tables.show_json(shown)
    else:
        click.echo(desk.say("cli.webhook_added", name=name, secret=shown["secret"]))


@webhook.command("secret")
@click.argument("name")
@click.option("--new", is_flag=True, help="Make another one first: the old one signs nothing any more.")
@click.pass_context
@plainly
def secret(ctx: click.Context, name: str, new: bool) -> None:
    """The secret with which its signatures are made."""
    desk = open_desk(ctx)
    with desk.ledger():
        found = hooks.called(name)
        if new:
            found = hooks.roll(found.uid, source(), desk.clock.now())
        click.echo(_secret(desk, found))


@webhook.command("remove")
@click.argument("name")
@click.pass_context
@plainly
def remove(ctx: click.Context, name: str) -> None:
    """Tell it nothing any more; what waits for it goes, and its log."""
    desk = open_desk(ctx)
    with desk.ledger():
        hooks.remove(hooks.called(name).uid, source(), desk.clock.now())
    click.echo(desk.say("cli.webhook_removed", name=name))


@webhook.command("enable")
@click.argument("name")
@click.pass_context
@plainly
def enable(ctx: click.Context, name: str) -> None:
    """Switch it on: it is told what happens from now on."""
    desk = open_desk(ctx)
    with desk.ledger():
        hooks.enable(hooks.called(name).uid, source(), desk.clock.now())
    click.echo(f"{name}: {desk.say('cli.webhook_on')}")


@webhook.command("disable")
@click.argument("name")
@click.pass_context
@plainly
def disable(ctx: click.Context, name: str) -> None:
    """Switch it off; what waits for it is given up, and can be replayed."""
    desk = open_desk(ctx)
    with desk.ledger():
        hooks.disable(hooks.called(name).uid, source(), desk.clock.now())
    click.echo(f"{name}: {desk.say('cli.webhook_off')}")


@webhook.command("test")
@click.argument("name")
@click.pass_context
@plainly
def try_out(ctx: click.Context, name: str) -> None:
    """Tell it `webhook.test`, and see what it answers; the gateway must run."""
    desk = open_desk(ctx)
    site = desk.config.appliance
    with desk.ledger():
        sent = hooks.try_out(hooks.called(name).uid, site, desk.clock.now(), desk.ids)
        wake.ring(site.runtime_dir)
        answered = _answered(desk, sent)
    if answered.state == DONE:
        click.echo(desk.say("cli.webhook_told", status=answered.status))
    else:
        fail(desk.say("cli.webhook_waits", error=_error(desk, answered)))


@webhook.command("replay")
@click.argument("name", required=False)
@click.option("--delivery", help="This one alone, by its id, also where it had arrived.")
@click.pass_context
@plainly
def replay(ctx: click.Context, name: str | None, delivery: str | None) -> None:
    """Tell again what was given up: of the webhook NAME, or of all, callbacks too."""
    desk = open_desk(ctx)
    with desk.ledger():
        if delivery is not None:
            log.replay(delivery, source(), desk.clock.now())
            count = 1
        else:
            of = hooks.called(name) if name else None
            count = log.replay_given_up(of, source(), desk.clock.now())
        wake.ring(desk.config.appliance.runtime_dir)
    click.echo(desk.say("cli.webhook_again", count=count))


@webhook.command("log")
@click.argument("name", required=False)
@click.option("--state", type=click.Choice(STATES), help="Only these.")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="How many.")
@AS_JSON
@click.pass_context
@plainly
def show_log(ctx: click.Context, name: str | None, state: str | None, limit: int, as_json: bool) -> None:
    """What programs were told in the last seven days, the newest first."""
    desk = open_desk(ctx)
    with desk.ledger():
        found = log.page(hooks.called(name) if name else None, state or "", limit=limit).items
        told = [_told(desk, one) for one in found]
    rows = [
        [one.uid, desk.instant(one.created_at), of["webhook"] or one.url, one.event,
         desk.say(f"delivery.{one.state}"), str(one.attempts), _error(desk, one) or str(one.status or "")]
        for one, of in zip(found, told, strict=True)
    ]  # fmt: skip
    tables.listing(desk, as_json, told, LOG_HEADINGS, rows, desk.say("cli.no_delivery"))


def _answered(desk: Desk, sent: Delivery) -> Delivery:
    """The delivery, once it was tried, or when nobody has patience left."""
    until = desk.clock.monotonic() + PATIENCE
    found = log.get(sent.uid)
    while found.state == WAITING and not found.attempts and desk.clock.monotonic() < until:
        desk.clock.sleep(LOOK)
        found = log.get(sent.uid)
    return found


def _error(desk: Desk, one: Delivery) -> str:
    return desk.say(f"untold.{one.error}") if one.error else ""


def _secret(desk: Desk, one: Webhook) -> str:
    return hooks.secret(one, appliance_secret(desk.config.appliance.data_dir, desk.ids))


def _row(desk: Desk, one: Webhook) -> dict[str, Any]:
    return {
        "id": one.uid,
        "name": one.name,
        "url": one.url,
        "events": one.events["events"],
        "key": one.key.name if one.key else None,
        "created_at": desk.iso(one.created_at),
        "disabled_at": desk.iso(one.disabled_at),
    }


def _told(desk: Desk, one: Delivery) -> dict[str, Any]:
    return {
        "id": one.uid,
        "webhook": one.webhook.name if one.webhook else None,
        "event": one.event,
        "url": one.url,
        "state": one.state,
        "attempts": one.attempts,
        "status": one.status,
        "error": one.error,
        "answer": one.answer,
        "created_at": desk.iso(one.created_at),
        "next_at": desk.iso(one.next_at),
        "answered_at": desk.iso(one.answered_at),
    }
