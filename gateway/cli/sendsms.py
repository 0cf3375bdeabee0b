"""`sendsms NUMBER TEXT`: the command of smstools, for programs that know no other."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gateway.cli import sending
from gateway.cli.desk import open_desk, plainly
from gateway.errors import Invalid
from gateway.messages import numbers


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("number")
@click.argument("text", nargs=-1)
@click.option("--category", envvar="CHAPPE_CATEGORY", default="notification", show_default=True)
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), envvar="CHAPPE_CONFIG")
@click.pass_context
@plainly
def main(ctx: click.Context, number: str, text: tuple[str, ...], category: str, config: Path | None) -> None:
    """Send TEXT, or what stands on the standard input, to NUMBER: as `chappe send` would.

    A number may be written as smstools wants it, with its country and without a plus: 33612345678.
    """
    ctx.obj = config
    country = open_desk(ctx).config.appliance.country
    written = " ".join(text) or sys.stdin.read().rstrip("\n")
    ctx.invoke(sending.send, number=_known(number, country), text=written, category=category)


def _known(typed: str, country: str) -> str:
    """The number as it was typed, with a plus where only that makes it one."""
    try:
        numbers.parse(typed, country)
    except Invalid:
        if typed.isascii() and typed.isdigit() and not typed.startswith("0"):
            return f"+{typed}"
    return typed
