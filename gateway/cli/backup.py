"""`chappe backup`, `chappe restore` and `chappe export`."""

from __future__ import annotations

from pathlib import Path

import click

from gateway import wake
from gateway.backup import archive, leave, nightly
from gateway.backup import make as making
from gateway.backup import restore as restoring
from gateway.cli import tables
from gateway.cli.desk import Desk, open_desk, plainly, source


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--nightly", "at_night", is_flag=True, help="Where [backup] says, and thin the older ones out.")
@tables.json_option("Print what it holds as JSON.")
@click.pass_context
@plainly
def backup(ctx: click.Context, file: Path | None, at_night: bool, as_json: bool) -> None:
    """Write all that the appliance remembers into FILE, also while it runs."""
    if at_night == (file is not None):
        raise click.UsageError("Give either FILE or --nightly.")
    desk = open_desk(ctx)
    if file is None:
        file = _at_night(desk)
        manifest = archive.read(file)
    else:
        manifest = making.make(desk.config.appliance, file, desk.clock.now())
    if as_json:
        tables.show_json({"file": str(file), "made_at": manifest.made_at, "rows": dict(manifest.rows)})
        return
    size = file.stat().st_size / 1_000_000
    click.echo(desk.say("cli.backup_made", path=str(file), size=f"{size:.1f}", messages=manifest.messages))


def _at_night(desk: Desk) -> Path:
    """The alarm that a failure raises is told to programs at once, if a gateway runs."""
    with desk.ledger():
        try:
            made = nightly.make(desk.config, desk.clock.now())
        finally:
            wake.ring(desk.config.appliance.runtime_dir)
    return nightly.place(desk.config) / made.name


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


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_context
@plainly
def export(ctx: click.Context, file: Path) -> None:
    """Write everything into FILE, a ZIP archive: each table as CSV and as JSON, without secrets."""
    desk = open_desk(ctx)
    with desk.ledger():
        leave.into(desk.config.appliance, file, source(), desk.clock.now())
    click.echo(desk.say("cli.everything_exported", path=file, size=f"{file.stat().st_size / 1_000_000:.1f}"))
