"""`chappe backup` and `chappe restore`."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.backup import make as making
from gateway.backup import restore as restoring
from gateway.cli import tables
from gateway.cli.desk import open_desk, plainly


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print what it holds as JSON.")
@click.pass_context
@plainly
def backup(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Write all that the appliance remembers into FILE, also while it runs."""
    desk = open_desk(ctx)
    manifest = making.make(desk.config.appliance, file, desk.clock.now())
    if as_json:
        tables.show_json({"file": str(file), "made_at": manifest.made_at, "rows": dict(manifest.rows)})
        return
    size = file.stat().st_size / 1_000_000
    click.echo(desk.say("cli.backup_made", path=str(file), size=f"{size:.1f}", messages=manifest.messages))


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
@plainly
def restore(ctx: click.Context, file: Path, yes: bool) -> None:
    """Put the backup in FILE in place of what the appliance remembers; gateway and web must be stopped."""
    desk = open_desk(ctx)
    site = desk.config.appliance
    if not yes and site.database_path.exists():
        click.confirm(desk.say("cli.restore_sure", path=str(site.database_path)), abort=True, err=True)
    done = restoring.restore(site, file, desk.clock.now())
    click.echo(desk.say("cli.restored", made_at=done.manifest.made_at, messages=done.manifest.messages))
    if done.aside:
        click.echo(desk.say("cli.restored_aside", path=str(done.aside)))
