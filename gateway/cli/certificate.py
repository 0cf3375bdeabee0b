"""The certificate with which the page is read by https: made here, or looked at."""

from __future__ import annotations

import socket
from pathlib import Path

import click

from gateway import certificates
from gateway.cli import tables
from gateway.cli.desk import fail, open_desk, plainly
from gateway.doctor.patient import address

FOLDER = "tls"  # in data_dir


@click.group()
def certificate() -> None:
    """The certificate with which the page is read by https."""


@certificate.command("make")
@click.option("--name", "names", multiple=True, help="By which browsers call it (default: this machine's).")
@click.option(
    "--address", "addresses", multiple=True, help="The same as an IP address (default: this machine's)."
)
@click.pass_context
@plainly
def make(ctx: click.Context, names: tuple[str, ...], addresses: tuple[str, ...]) -> None:
    """Make one for this machine's names and addresses, and the authority that browsers are to trust.

    It counts for 820 days; made anew, it must be trusted anew.
    """
    desk, host = open_desk(ctx), socket.gethostname()
    known = names or (f"{host}.local", host)
    found = addresses or ((here,) if (here := address()) else ())
    made = certificates.make(desk.config.appliance.data_dir / FOLDER, known, found)
    click.echo(
        desk.say(
            "cli.certificate_made", names=", ".join((*known, *found)), when=desk.instant(made.expires_at)
        )
    )
    click.echo(desk.say("cli.certificate_write", config=str(desk.config.path), page=str(made.page)))
    click.echo(desk.say("cli.certificate_trust", authority=str(made.authority), fingerprint=made.fingerprint))


@certificate.command("show")
@tables.json_option("Print it as JSON.")
@click.pass_context
@plainly
def show(ctx: click.Context, as_json: bool) -> None:
    """Until when the one of the configuration counts, and its fingerprint."""
    desk = open_desk(ctx)
    file: Path | None = desk.config.web.certificate
    if file is None:
        fail(desk.say("cli.certificate_none"))
    expires, mark = certificates.expires_at(file), certificates.fingerprint(file)
    if as_json:
        tables.show_json({"file": str(file), "expires_at": desk.iso(expires), "fingerprint": mark})
        return
    click.echo(
        desk.say("cli.certificate_shown", file=str(file), when=desk.instant(expires), fingerprint=mark)
    )
