"""Accounts of people."""

from __future__ import annotations

from typing import Any

import click

from gateway import audit
from gateway.access import people
from gateway.access.roles import ADMINISTERS, ROLES
from gateway.cli import tables
from gateway.cli.desk import Desk, open_desk, plainly, source
from gateway.store import database
from gateway.store.models import User

ROLE = click.Choice(ROLES)
HEADINGS = ("name", "role", "language", "password", "seen", "disabled")


@click.group()
def user() -> None:
    """People of the web page."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=ROLE, default=ADMINISTERS, show_default=True, help="What they may do.")
@click.option("--language", type=click.Choice(["fr", "en"]), help="Of the page (default: the appliance's).")
@click.pass_context
@plainly
def add(ctx: click.Context, name: str, role: str, language: str | None) -> None:
    """Add a person; prints the one-time link at which they choose a password."""
    desk = open_desk(ctx)
    with desk.ledger(), database.transaction():
        token = people.add(name, language or desk.language, desk.clock.now(), desk.ids, role)
        audit.write(source(), "user_added", desk.clock.now(), shown=name, role=role)
    click.echo(desk.say("cli.link", link=welcome(desk, token)))


@user.command("password")
@click.argument("name")
@click.pass_context
@plainly
def password(ctx: click.Context, name: str) -> None:
    """Print a new one-time link at which NAME chooses a new password."""
    desk = open_desk(ctx)
    with desk.ledger(), database.transaction():
        token = people.link(name, desk.clock.now(), desk.ids)
        audit.write(source(), "user_invited", desk.clock.now(), shown=name)
    click.echo(desk.say("cli.link", link=welcome(desk, token)))


@user.command("role")
@click.argument("name")
@click.argument("role", type=ROLE)
@click.pass_context
@plainly
def change_role(ctx: click.Context, name: str, role: str) -> None:
    """Change what NAME may do; they are signed out everywhere."""
    desk = open_desk(ctx)
    with desk.ledger(), database.transaction():
        if people.change_role(name, role):
            audit.write(source(), "user_role", desk.clock.now(), shown=name, role=role)
    click.echo(desk.say("cli.role_is", name=name, role=role))


@user.command("disable")
@click.argument("name")
@click.pass_context
@plainly
def disable(ctx: click.Context, name: str) -> None:
    """Shut NAME out, at once: sessions end, the password and the links open nothing."""
    desk = open_desk(ctx)
    with desk.ledger(), database.transaction():
        if people.disable(name, desk.clock.now()):
            audit.write(source(), "user_disabled", desk.clock.now(), shown=name)
    click.echo(desk.say("cli.disabled", name=name))


@user.command("enable")
@click.argument("name")
@click.pass_context
@plainly
def enable(ctx: click.Context, name: str) -> None:
    """Let NAME in again, with the password and the role of before."""
    desk = open_desk(ctx)
    with desk.ledger(), database.transaction():
        if people.enable(name):
            audit.write(source(), "user_enabled", desk.clock.now(), shown=name)
    click.echo(desk.say("cli.enabled", name=name))


@user.command("list")
@tables.json_option("Print the rows as JSON.")
@click.pass_context
@plainly
def list_users(ctx: click.Context, as_json: bool) -> None:
    """The people, what they may do, and whether they have chosen a password."""
    desk = open_desk(ctx)
    with desk.ledger():
        known = people.everybody()
    told, rows = [_told(desk, u) for u in known], [_row(desk, u) for u in known]
    tables.listing(desk, as_json, told, HEADINGS, rows, desk.say("cli.nobody"))


def _row(desk: Desk, person: User) -> list[str]:
    chosen = desk.say("cli.no" if person.password_hash is None else "cli.yes")
    instants = [desk.instant(at) for at in (person.seen_at, person.disabled_at)]
    return [person.name, desk.say(f"role.{person.role}"), person.language, chosen, *instants]


def _told(desk: Desk, person: User) -> dict[str, Any]:
    return {
        "name": person.name,
        "role": person.role,
        "language": person.language,
        "password": person.password_hash is not None,
        "seen_at": desk.iso(person.seen_at),
        "disabled_at": desk.iso(person.disabled_at),
    }


def welcome(desk: Desk, token: str) -> str:
    """The address of a one-time link."""
    return f"{page_address(desk)}/welcome/{token}"


def page_address(desk: Desk) -> str:
    """Where the page is found: as seen from outside where that is known."""
    web = desk.config.web
    return web.public_url or f"http://{web.host}:{web.port}"
