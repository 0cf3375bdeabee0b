"""A table for the terminal: columns as wide as what is in them, the last one takes the rest."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from gateway.cli.desk import Desk


def json_option(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option --json of a command, its argument `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help=what)


def listing(
    desk: Desk,
    as_json: bool,
    told: Sequence[Any],
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    none: str,
) -> None:
    """Print what is `told` as JSON, or the `rows` under their columns; where there are none, say `none`."""
    if as_json:
        show_json(told)
    elif not rows:
        click.echo(none)
    else:
        show(desk, columns, rows)


def show(desk: Desk, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print the rows under the names of their columns."""
    headings = [desk.say(f"column.{name}") for name in columns]
    flat = [[" ".join(str(cell).split()) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(headings, *flat, strict=True)]
    room = _columns() - sum(width + 2 for width in widths[:-1])
    for row in [headings, *flat]:
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)]
        click.echo("  ".join([*cells, _cut(row[-1], room)]).rstrip())


def show_json(items: Any) -> None:
    click.echo(json.dumps(items, ensure_ascii=False, indent=2))


def _columns() -> int:
    """As wide as the terminal; whoever reads through a pipe gets all of it."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize


def _cut(text: str, room: int) -> str:
    """Cut only where it would wrap into something unreadable."""
    room = max(room, 20)
    return text if len(text) <= room else text[: room - 1] + "…"
