"""The commands that run in the foreground, and `migrate` which runs before them."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from pathlib import Path

import click

from gateway.cli.desk import open_desk, plainly
from gateway.config import load

FORMAT = "%(levelname).1s %(name)s: %(message)s"


def _log() -> None:
    logging.basicConfig(level=logging.INFO, format=FORMAT, stream=sys.stderr)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


@click.command()
@click.pass_context
@plainly
def gateway(ctx: click.Context) -> None:
    """Own the modems: send, receive, remember.  Runs until Ctrl-C."""
    from gateway.daemon.serve import serve

    _log()
    serve(load(ctx.find_root().obj))


@click.command()
@click.pass_context
@plainly
def web(ctx: click.Context) -> None:
    """Serve the page and the HTTP API.  Runs until Ctrl-C."""
    from web.serve import serve

    _log()
    serve(load(ctx.find_root().obj))


@click.command()
@click.option(
    "--link", type=click.Path(path_type=Path), required=True, help="Where to link the modem's port."
)
@click.option("--control", type=click.Path(path_type=Path), help="Where to put the control socket.")
@click.option("--network-seconds", default=2.0, show_default=True, help="The network takes a part in ...")
@click.option("--delivery-seconds", default=2.0, show_default=True, help="From there to the phone.")
@click.option("--pin", default="", help="The SIM asks for this PIN (default: for none).")
@plainly
def simulate(
    link: Path, control: Path | None, network_seconds: float, delivery_seconds: float, pin: str
) -> None:
    """Be a GSM modem on a pseudo-terminal, with a network and phones behind it.  Runs until Ctrl-C."""
    from modem.simulator.run import run

    stop = threading.Event()
    _on_signal(stop)
    run(
        link,
        control=control,
        stop=stop,
        ready=lambda: click.echo(f"modem at {link}", err=True),
        network_seconds=network_seconds,
        delivery_seconds=delivery_seconds,
        pin=pin,
    )


def _on_signal(stop: threading.Event) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())


@click.command()
@click.pass_context
@plainly
def migrate(ctx: click.Context) -> None:
    """Bring the database to this version, after a backup of the file as it was."""
    from gateway.store.upgrade import upgrade

    desk = open_desk(ctx)
    path = desk.config.appliance.database_path
    done = upgrade(path, desk.clock.now())
    click.echo(desk.say("cli.migrated", path=path, applied=len(done.applied)))
    if done.backup:
        click.echo(desk.say("cli.backed_up", path=done.backup))
