"""What one person agreed to or refused: look at it, and write it down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gateway.cli import sheet, tables
from gateway.cli.desk import Desk, open_desk, plainly, source
from gateway.consent import ledger
from gateway.consent.ledger import CATEGORIES, CHANNELS
from gateway.contacts import book, consents, register
from gateway.contacts.consents import Answer, Recorded
from gateway.policy.consent import Ground
from gateway.store.models import Consent

HEADINGS = ("when", "act", "channel", "by", "proof", "wording")
GROUNDS = [str(ground) for ground in Ground]

HOW = click.option("--channel", required=True, type=click.Choice(CHANNELS), help="How it came about.")
CATEGORY = click.option(
    "--category", default="marketing", show_default=True, type=click.Choice(CATEGORIES), help="To what."
)
SAID = click.option("--wording", default="", help="What the person said.")
PROOF = click.option("--proof", default="", help="Where the proof is kept.")
AS_JSON = tables.json_option("Print what stands, and every act, as JSON.")


@click.group()
def consent() -> None:
    """What one person agreed to or refused: every act stays, with its words and its proof."""


@consent.command("show")
@click.argument("number")
@AS_JSON
@click.pass_context
@plainly
def show(ctx: click.Context, number: str, as_json: bool) -> None:
    """Whether NUMBER may get marketing, and every act behind it, the newest first."""
    desk = open_desk(ctx)
    with desk.ledger():
        known = book.parse(number, desk.config.appliance.country)
        _show(known, desk, as_json, acts=True)


@consent.command("give")
@click.argument("number")
@click.option("--ground", required=True, type=click.Choice(GROUNDS), help="Why marketing is allowed.")
@HOW
@click.option("--wording", default="", help="Exactly what the person was shown; opt_in must have it.")
@PROOF
@click.option("--purpose", default="", help="What for: offers of the bakery.")
@click.option("--newer", is_flag=True, help="It is newer than the person's no, which it ends; needs --proof.")
@AS_JSON
@click.pass_context
@plainly
def give(ctx: click.Context, number: str, as_json: bool, **said: Any) -> None:
    """NUMBER may get marketing.

    opt_in: a positive act of the person, before.  customer: the number was given at a sale, for similar
    things, with the choice to refuse.  b2b: at work, about work, informed and free to refuse.
    """
    _record(ctx, number, as_json, event="given", **said)


@consent.command("withdraw")
@click.argument("number")
@HOW
@SAID
@PROOF
@AS_JSON
@click.pass_context
@plainly
def withdraw(ctx: click.Context, number: str, as_json: bool, **said: Any) -> None:
    """NUMBER took the consent back; they may be asked again."""
    _record(ctx, number, as_json, event="withdrawn", **said)


@consent.command("oppose")
@click.argument("number")
@CATEGORY
@HOW
@SAID
@PROOF
@AS_JSON
@click.pass_context
@plainly
def oppose(ctx: click.Context, number: str, as_json: bool, **said: Any) -> None:
    """NUMBER said no, for good: as if they had texted STOP."""
    _record(ctx, number, as_json, event="opposed", **said)


@consent.command("resume")
@click.argument("number")
@CATEGORY
@HOW
@click.option("--reason", "wording", default="", help="What the person asked for, and when; needed.")
@click.option("--proof", default="", help="Where the proof is kept; needed.")
@AS_JSON
@click.pass_context
@plainly
def resume(ctx: click.Context, number: str, as_json: bool, **said: Any) -> None:
    """NUMBER took the no back.  Only they can; by texting START they do it themselves."""
    _record(ctx, number, as_json, event="resumed", **said)


@consent.command("export")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Into this file.")
@click.pass_context
@plainly
def give_out(ctx: click.Context, output: Path | None) -> None:
    """Print the register as CSV, a line for everybody who ever agreed, refused or was asked."""
    desk = open_desk(ctx)
    with desk.ledger():
        lines = register.consents(desk.config.appliance, source(), desk.clock.now())
        count = sheet.write(lines, register.CONSENTS, output, desk, register.WORDED)
    if output:
        click.echo(desk.say("cli.consents_exported", count=count, path=output))


def _record(ctx: click.Context, number: str, as_json: bool, **said: Any) -> None:
    """Write it down and print what stands now."""
    desk = open_desk(ctx)
    with desk.ledger():
        known = book.parse(number, desk.config.appliance.country)
        if not consents.record(known, Recorded(**said), source(), desk.clock.now()):
            click.echo(desk.say("cli.act_stood"), err=True)
        _show(known, desk, as_json)


def _show(number: str, desk: Desk, as_json: bool, acts: bool = False) -> None:
    answer, history = consents.answer(number), ledger.history(number)
    if as_json:
        tables.show_json(_as_json(number, answer, history, desk))
        return
    called = book.names([number]).get(number)
    click.echo(f"{number}  {called}" if called else number)
    for line in _sentences(number, answer, desk):
        click.echo(line)
    if acts and history:
        tables.show(desk, HEADINGS, [_row(act, desk) for act in history])
    elif acts:
        click.echo(desk.say("cli.no_act"))


def _sentences(number: str, answer: Answer, desk: Desk) -> list[str]:
    facts = {"when": desk.instant(answer.since)}
    if answer.act and answer.act.ground:
        facts["ground"] = desk.say(f"ground.{answer.act.ground}")
        facts["channel"] = desk.say(f"channel.{answer.act.channel}")
    said = [desk.say(f"consent.{answer.code}", **facts)]
    if since := consents.opposed(number).get("notification"):
        said.append(desk.say("consent.opposed_notification", when=desk.instant(since)))
    return said


def _row(act: Consent, desk: Desk) -> list[str]:
    what = desk.say(f"act.{act.event}")
    if act.ground:
        what = f"{what}: {desk.say(f'ground.{act.ground}')}"
    elif act.event in ("opposed", "resumed"):
        what = f"{what}: {desk.say(f'category.{act.purpose}')}"
    channel = desk.say(f"channel.{act.channel}")
    return [desk.instant(act.at), what, channel, act.written_by, act.proof, act.wording]


def _as_json(number: str, answer: Answer, history: list[Consent], desk: Desk) -> dict[str, Any]:
    names = ("event", "ground", "purpose", "channel", "wording", "proof")
    return {
        "number": number,
        "marketing": answer.may,
        "answer": answer.code,
        "since": desk.iso(answer.since),
        "opposed": list(consents.opposed(number)),
        "history": [
            {"at": desk.iso(act.at), **{name: getattr(act, name) for name in names}, "by": act.written_by}
            for act in history
        ],
    }
