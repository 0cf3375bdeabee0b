"""The commands that run in the foreground, and `migrate` which runs before them."""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import click

from gateway.cli.desk import open_desk, plainly
from gateway.config import load

FAMILIES = ("generic", "sim800", "sim7600", "a7670", "ec25", "huawei", "zte")  # modem.simulator.families
FORMAT = "%(levelname).1s %(name)s: %(message)s"
LIBRARIES = ("peewee", "urllib3", "waitress", "werkzeug")
TRIAL = click.option(
    "--trial",
    is_flag=True,
    envvar="CHAPPE_TRIAL",
    help="Before an upgrade counts: no modem is opened, no port; the page answers in runtime_dir/trial.sock.",
)


def begin_log(level: str) -> None:
    """Libraries are never let down to "debug": peewee would tell texts and numbers, urllib3 addresses."""
    logging.basicConfig(level=level.upper(), format=FORMAT, stream=sys.stderr)
    chosen = logging.getLogger().level
    logging.getLogger("apscheduler").setLevel(max(logging.WARNING, chosen))
    for library in LIBRARIES:
        logging.getLogger(library).setLevel(max(logging.INFO, chosen))


@click.command()
@TRIAL
@click.pass_context
@plainly
def gateway(ctx: click.Context, trial: bool) -> None:
    """Own the modems: send, receive, remember.  Runs until Ctrl-C."""
    from gateway.daemon.serve import serve

    config = load(ctx.find_root().obj)
    begin_log(config.appliance.log_level)
    serve(config, trial=trial)


@click.command()
@TRIAL
@click.pass_context
@plainly
def web(ctx: click.Context, trial: bool) -> None:
    """Serve the page and the HTTP API.  Runs until Ctrl-C."""
    from web.serve import serve

    config = load(ctx.find_root().obj)
    begin_log(config.appliance.log_level)
    serve(config, trial=trial)


class _WithControlTable(click.Command):
    """Its help ends with what can be asked of the simulator while it runs."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from modem.simulator import control

        formatter.write(f"\nThe control socket, and --do.  {control.__doc__}")


def _orders(_ctx: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> list[dict[str, Any]]:
    try:
        return [dict(json.loads(order)) for order in given]
    except (TypeError, ValueError) as error:
        raise click.BadParameter(f"no JSON object: {error}") from None


@click.command(cls=_WithControlTable)
@click.option(
    "--link", type=click.Path(path_type=Path), required=True, help="Where to link the modem's port."
)
@click.option("--control", type=click.Path(path_type=Path), help="Where to put the control socket.")
@click.option("--family", default="generic", type=click.Choice(FAMILIES), help="Whose manners it has.")
@click.option(
    "--modems", default=1, type=click.IntRange(1, 20), help="Several: LINK, LINK-2 ... on one network."
)
@click.option("--network-seconds", default=2.0, show_default=True, help="The network takes a part in ...")
@click.option("--delivery-seconds", default=2.0, show_default=True, help="From there to the phone.")
@click.option(
    "--silence-seconds", default=15.0, show_default=True, help="The silencing number silences for ..."
)
@click.option("--boot-seconds", default=0.0, show_default=True, help="A restart takes ...")
@click.option("--pin", default="", help="The SIM asks for this PIN (default: for none).")
@click.option("--do", "orders", multiple=True, callback=_orders, help="A request (JSON) to begin with.")
@plainly
def simulate(link: Path, orders: list[dict[str, Any]], **options: Any) -> None:
    """Be a GSM modem on a pseudo-terminal, with a network and phones behind it.  Runs until Ctrl-C."""
    from modem.simulator.run import run

    stop = threading.Event()
    _on_signal(stop)
    try:
        run(link, stop=stop, ready=lambda: click.echo(f"modem at {link}", err=True), orders=orders, **options)
    except ValueError as error:
        raise click.UsageError(f"--do: {error}") from None


def _on_signal(stop: threading.Event) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())


@click.command()
@click.option(
    "--keep",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the copy goes, made even if nothing is to be changed.",
)
@click.pass_context
@plainly
def migrate(ctx: click.Context, keep: Path | None) -> None:
    """Bring the database to this version, after a backup of the file as it was."""
    from gateway.store.upgrade import upgrade

    desk = open_desk(ctx)
    path = desk.config.appliance.database_path
    done = upgrade(path, desk.clock.now(), keep)
    click.echo(desk.say("cli.migrated", path=path, applied=len(done.applied)))
    if done.backup:
        click.echo(desk.say("cli.backed_up", path=done.backup))
