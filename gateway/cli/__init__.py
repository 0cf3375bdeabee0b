"""The `chappe` command.  Sub-commands are imported only when called: `chappe send` never waits for Flask."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

COMMANDS = {
    "gateway": "gateway.cli.serving:gateway",
    "web": "gateway.cli.serving:web",
    "simulate": "gateway.cli.serving:simulate",
    "migrate": "gateway.cli.serving:migrate",
    "setup": "gateway.cli.setup:setup_command",
    "certificate": "gateway.cli.certificate:certificate",
    "demo": "gateway.cli.demo:demo",
    "send": "gateway.cli.sending:send",
    "queue": "gateway.cli.messages:queue",
    "inbox": "gateway.cli.messages:inbox",
    "why": "gateway.cli.messages:why",
    "uncertain": "gateway.cli.deciding:uncertain",
    "resolve": "gateway.cli.deciding:resolve",
    "reschedule": "gateway.cli.deciding:reschedule",
    "cancel": "gateway.cli.deciding:cancel",
    "clock": "gateway.cli.clock:clock",
    "doctor": "gateway.cli.doctor:doctor",
    "modem": "gateway.cli.modem:modem",
    "contacts": "gateway.cli.contacts:contacts",
    "consent": "gateway.cli.consent:consent",
    "campaign": "gateway.cli.campaigns:campaign",
    "survey": "gateway.cli.surveys:survey",
    "automation": "gateway.cli.automations:automation",
    "keyword": "gateway.cli.keywords:keyword",
    "conversion": "gateway.cli.conversions:conversion",
    "person": "gateway.cli.privacy:person",
    "audit": "gateway.cli.privacy:audit_log",
    "backup": "gateway.cli.backup:backup",
    "restore": "gateway.cli.backup:restore",
    "export": "gateway.cli.backup:export",
    "verify": "gateway.cli.codes:verify",
    "lookup": "gateway.cli.codes:lookup",
    "appointment": "gateway.cli.appointments:appointment",
    "alert": "gateway.cli.alerts:alert",
    "key": "gateway.cli.keys:key",
    "webhook": "gateway.cli.webhooks:webhook",
    "user": "gateway.cli.access:user",
}


class LazyGroup(click.Group):
    """A group whose commands are named in COMMANDS and imported on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=LazyGroup)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="CHAPPE_CONFIG",
    help="The installation's gateway.toml (default: /etc/chappe/gateway.toml).",
)
@click.version_option(package_name="chappe")
@click.pass_context
def main(ctx: click.Context, config: Path | None) -> None:
    """Chappe: an SMS gateway appliance."""
    ctx.obj = config
