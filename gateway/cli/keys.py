"""Keys of programs: made, looked at, changed, made useless."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import click

from gateway import audit
from gateway.access import allowances, keys
from gateway.access.keys import Rules
from gateway.cli import tables
from gateway.cli.desk import Desk, open_desk, plainly, source
from gateway.features.webhooks import permits, targets
from gateway.policy.categories import CATEGORIES
from gateway.secret import appliance_secret
from gateway.store import database
from gateway.store.models import ApiKey

ALL = "all"  # of an option that repeats: no restriction any more
HEADINGS = ("name", "scopes", "categories", "limits", "used_today", "created", "last_used", "revoked")

Command = Callable[..., Any]


def with_rules(command: Command) -> Command:
    """The options that say what a key may send; one that is not given leaves things as they are."""
    for option in reversed(
        (
            click.option(
                "--category", "categories", multiple=True, help="It may send these only; repeat it. all: any."
            ),
            click.option("--default-category", "category", help="Of a call that names none."),
            click.option(
                "--modem", "modems", multiple=True, help="Only through this modem; repeat it. all: any."
            ),
            click.option("--per-minute", type=int, help="Messages a minute at most; 0: no limit."),
            click.option("--per-day", type=int, help="Messages a day at most; 0: no limit."),
            click.option("--inbound-url", help="Is told what comes in, in Twilio's way; '': nobody."),
        )
    ):
        command = option(command)
    return command


@click.group()
def key() -> None:
    """API keys of local applications."""


@key.command("create")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, help="send, read or admin; may repeat (default: send, read)."
)
@with_rules
@click.option("--quiet", is_flag=True, help="Print only the key.")
@tables.json_option("Print all of it as JSON.")
@click.pass_context
@plainly
def create(
    ctx: click.Context, name: str, scopes: tuple[str, ...], quiet: bool, as_json: bool, **given: Any
) -> None:
    """Make a key; it is shown once."""
    desk = open_desk(ctx)
    with desk.ledger():
        secret = appliance_secret(desk.config.appliance.data_dir, desk.ids)
        with database.transaction():
            rules = _mended(desk, Rules(), given)
            new = keys.create(name, scopes, desk.clock.now(), desk.ids, secret, rules)
            audit.write(source(), "key_created", desk.clock.now(), shown=name, scopes=" ".join(new.scopes))
    if as_json:
        tables.show_json(new.as_json())
    elif quiet:
        click.echo(new.key)
    else:
        click.echo(desk.say("cli.key_once", key=new.key))
        click.echo(desk.say("cli.key_account", account_sid=new.account_sid, auth_token=new.auth_token))


@key.command("change")
@click.argument("name")
@with_rules
@click.pass_context
@plainly
def change(ctx: click.Context, name: str, **given: Any) -> None:
    """Change what a key may send; what is not given stays as it is."""
    desk = open_desk(ctx)
    with desk.ledger(), database.transaction():
        rules = _mended(desk, Rules.of(keys.get(name)), given)
        if changed := keys.change(name, rules):
            audit.write(source(), "key_changed", desk.clock.now(), shown=name, rules=", ".join(changed))
    click.echo(desk.say("cli.key_changed" if changed else "cli.key_as_it_was", name=name))


@key.command("list")
@tables.json_option("Print the rows as JSON.")
@click.pass_context
@plainly
def list_keys(ctx: click.Context, as_json: bool) -> None:
    """The keys, without their secrets."""
    desk = open_desk(ctx)
    with desk.ledger():
        known = keys.everything()
        zone, now = desk.config.appliance.timezone, desk.clock.now()
        used = {k.id: allowances.used_today(k, now, zone) for k in known}
    told = [_told(desk, k, used[k.id]) for k in known]
    rows = [_row(desk, k, used[k.id]) for k in known]
    tables.listing(desk, as_json, told, HEADINGS, rows, desk.say("cli.no_key"))


@key.command("revoke")
@click.argument("name")
@click.pass_context
@plainly
def revoke(ctx: click.Context, name: str) -> None:
    """Make a key useless, at once and for good."""
    desk = open_desk(ctx)
    with desk.ledger(), database.transaction():
        keys.revoke(name, desk.clock.now())
        audit.write(source(), "key_revoked", desk.clock.now(), shown=name)
    click.echo(desk.say("cli.revoked", name=name))


def _mended(desk: Desk, before: Rules, given: dict[str, Any]) -> Rules:
    """The rules as they were, with what the options say; raises Invalid."""
    wanted: dict[str, Any] = {}
    for name in ("categories", "modems"):
        if given[name]:
            wanted[name] = () if given[name] == (ALL,) else given[name]
    for name in ("per_minute", "per_day"):
        if given[name] is not None:
            wanted[name] = given[name] or None
    for name in ("category", "inbound_url"):
        if given[name] is not None:
            wanted[name] = given[name]
    if url := wanted.get("inbound_url"):
        targets.check(url, permits.read(), "inbound_url")
    if "categories" in wanted and "category" not in wanted and before.category not in wanted["categories"]:
        wanted["category"] = ""  # the usual one, or the first that is left
    return keys.mended(replace(before, **wanted), list(CATEGORIES), desk.config.modem_names)


def _told(desk: Desk, known: ApiKey, used: int) -> dict[str, Any]:
    return {
        "name": known.name,
        "account_sid": known.account_sid,
        "scopes": known.scopes.split(),
        **asdict(Rules.of(known)),
        "used_today": used,
        "created_at": known.created_at.isoformat(),
        "last_used_at": desk.iso(known.last_used_at),
        "revoked": known.revoked_at is not None,
    }


def _row(desk: Desk, known: ApiKey, used: int) -> list[str]:
    limits = [
        desk.say(f"cli.{name}", most=most)
        for name in ("per_minute", "per_day")
        if (most := getattr(known, name)) is not None
    ]
    rules = [known.categories or desk.say("cli.every_category"), ", ".join(limits), str(used)]
    instants = map(desk.instant, (known.created_at, known.last_used_at, known.revoked_at))
    return [known.name, known.scopes, *rules, *instants]
