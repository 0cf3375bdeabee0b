"""Keys of programs and accounts of people."""

from __future__ import annotations

import click

from gateway.access import keys, people
from gateway.cli import tables
from gateway.cli.desk import Desk, open_desk, plainly


@click.group()
def key() -> None:
    """API keys of local applications."""


@key.command("create")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, help="send, read or admin; may repeat (default: send, read)."
)
@click.option("--quiet", is_flag=True, help="Print only the key.")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
@click.pass_context
@plainly
def create(ctx: click.Context, name: str, scopes: tuple[str, ...], quiet: bool, as_json: bool) -> None:
    """Make a key; it is shown once."""
    desk = open_desk(ctx)
    with desk.ledger():
        secret = keys.appliance_secret(desk.config.appliance.data_dir, desk.ids)
        new = keys.create(name, scopes, desk.clock.now(), desk.ids, secret)
    if as_json:
        tables.show_json(new.as_json())
    elif quiet:
        click.echo(new.key)
    else:
        click.echo(desk.say("cli.key_once", key=new.key))
        click.echo(desk.say("cli.key_account", account_sid=new.account_sid, auth_token=new.auth_token))


@key.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
@click.pass_context
@plainly
def list_keys(ctx: click.Context, as_json: bool) -> None:
    """The keys, without their secrets."""
    desk = open_desk(ctx)
    with desk.ledger():
        known = keys.everything()
    if as_json:
        tables.show_json(
            [{"name": k.name, "account_sid": k.account_sid, "scopes": k.scopes.split(),
              "created_at": k.created_at.isoformat(), "revoked": k.revoked_at is not None} for k in known]
        )  # fmt: skip
    elif not known:
        click.echo(desk.say("cli.no_key"))
    else:
        headings = [desk.say(f"column.{name}") for name in ("name", "scopes", "created", "revoked")]
        rows = [[k.name, k.scopes, desk.instant(k.created_at), desk.instant(k.revoked_at)] for k in known]
        tables.show(headings, rows)


@key.command("revoke")
@click.argument("name")
@click.pass_context
@plainly
def revoke(ctx: click.Context, name: str) -> None:
    """Make a key useless, at once and for good."""
    desk = open_desk(ctx)
    with desk.ledger():
        keys.revoke(name, desk.clock.now())
    click.echo(desk.say("cli.revoked", name=name))


@click.group()
def user() -> None:
    """People of the web page."""


@user.command("add")
@click.argument("name")
@click.option("--language", type=click.Choice(["fr", "en"]), help="Of the page (default: the appliance's).")
@click.pass_context
@plainly
def add(ctx: click.Context, name: str, language: str | None) -> None:
    """Add a person; prints the one-time link at which they choose a password."""
    desk = open_desk(ctx)
    with desk.ledger():
        token = people.add(name, language or desk.language, desk.clock.now(), desk.ids)
    click.echo(desk.say("cli.link", link=welcome(desk, token)))


@user.command("password")
@click.argument("name")
@click.pass_context
@plainly
def password(ctx: click.Context, name: str) -> None:
    """Print a new one-time link at which NAME chooses a new password."""
    desk = open_desk(ctx)
    with desk.ledger():
        token = people.link(name, desk.clock.now(), desk.ids)
    click.echo(desk.say("cli.link", link=welcome(desk, token)))


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
@click.pass_context
@plainly
def list_users(ctx: click.Context, as_json: bool) -> None:
    """The people, and whether they have chosen a password."""
    desk = open_desk(ctx)
    with desk.ledger():
        known = people.everybody()
    if as_json:
        tables.show_json(
            [{"name": u.name, "language": u.language, "password": u.password_hash is not None} for u in known]
        )
    elif not known:
        click.echo(desk.say("cli.nobody"))
    else:
        headings = [desk.say(f"column.{name}") for name in ("name", "language", "password")]
        chosen = {True: desk.say("cli.yes"), False: desk.say("cli.no")}
        tables.show(headings, [[u.name, u.language, chosen[u.password_hash is not None]] for u in known])


def welcome(desk: Desk, token: str) -> str:
    """The address of a one-time link."""
    return f"{page_address(desk)}/welcome/{token}"


def page_address(desk: Desk) -> str:
    """Where the page is found: as seen from outside where that is known."""
    web = desk.config.web
    return web.public_url or f"http://{web.host}:{web.port}"
