"""Look: what waits and why, what came, each rule's answer for one message; and how one is shown."""

from __future__ import annotations

from typing import Any

import click

from gateway import status
from gateway.cli import sheet, tables
from gateway.cli.desk import Desk, open_desk, plainly, source
from gateway.contacts import register
from gateway.messages import lookup
from gateway.messages.lifecycle import WAITING, State
from gateway.messages.why import explain
from gateway.store.models import Inbound, Message

QUEUE_HEADINGS = ("id", "to", "category", "state", "until", "why")
INBOX_HEADINGS = ("received", "from", "text")


@click.command()
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 500))
@tables.json_option("Print the rows as JSON.")
@click.pass_context
@plainly
def queue(ctx: click.Context, limit: int, as_json: bool) -> None:
    """What has not left yet, and why; the newest first."""
    desk = open_desk(ctx)
    with desk.ledger():
        states = (*WAITING, State.SENDING, State.UNCERTAIN)
        messages = lookup.messages(states=states, limit=limit).items
    told = [for_programs(message, desk) for message in messages]
    rows = [_queue_row(message, desk) for message in messages]
    tables.listing(desk, as_json, told, QUEUE_HEADINGS, rows, desk.say("cli.nothing_waits"))


def _queue_row(message: Message, desk: Desk) -> list[str]:
    return [
        message.uid,
        message.recipient,
        desk.say(f"category.{message.category}"),
        desk.say(f"state.{message.state}"),
        desk.instant(message.until),
        because(message, desk),
    ]


@click.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 500))
@click.option("--csv", "as_csv", is_flag=True, help="Print all that ever came as CSV, the oldest first.")
@tables.json_option("Print the rows as JSON.")
@click.pass_context
@plainly
def inbox(ctx: click.Context, limit: int, as_csv: bool, as_json: bool) -> None:
    """What came, the newest first."""
    desk = open_desk(ctx)
    with desk.ledger():
        if as_csv:
            lines = register.received(desk.config.appliance, source(), desk.clock.now())
            sheet.write(lines, register.RECEIVED, None, desk, register.WORDED)
            return
        received = lookup.inbounds(limit=limit).items
    told = [_inbound_json(message, desk) for message in received]
    rows = [_inbox_row(message, desk) for message in received]
    tables.listing(desk, as_json, told, INBOX_HEADINGS, rows, desk.say("cli.nothing_came"))


def _inbox_row(message: Inbound, desk: Desk) -> list[str]:
    gap = "" if message.complete else " " + desk.say("cli.gap")
    text = message.text or desk.say("cli.no_text")
    return [desk.instant(message.received_at), message.sender, text + gap]


@click.command()
@click.argument("message_id", metavar="ID")
@tables.json_option("Print the answers as JSON.")
@click.pass_context
@plainly
def why(ctx: click.Context, message_id: str, as_json: bool) -> None:
    """Each rule's answer for one message: why it is where it is, and until when."""
    desk = open_desk(ctx)
    site, now = desk.config.appliance, desk.clock.now()
    with desk.ledger():
        message = lookup.message(message_id)
        answers = explain(message, status.read(site.runtime_dir, now), site, now)
    if as_json:
        rows = [
            {"rule": a.code, "answer": a.answer, "reason": a.reason, "until": desk.iso(a.until)}
            for a in answers
        ]
        tables.show_json({"id": message.uid, "state": message.state, "rules": rows})
        return
    click.echo(f"{message.uid}  {message.recipient}  {desk.say(f'state.{message.state}')}")
    for answer in answers:
        reason = desk.say(f"reason.{answer.reason}", **answer.facts) if answer.reason else ""
        line = f"  {desk.say(f'rule.{answer.code}')}: {desk.say(f'answer.{answer.answer}')}"
        click.echo("  ".join(part for part in (line, desk.instant(answer.until), reason) if part))


def show_one(message: Message, desk: Desk, as_json: bool) -> None:
    """Print one message: where it stands now, and why."""
    if as_json:
        tables.show_json(for_programs(message, desk))
        return
    words = (desk.say(f"state.{message.state}"), because(message, desk))
    click.echo(f"{message.uid}  {' – '.join(filter(None, words))}")


def because(message: Message, desk: Desk) -> str:
    """Its reason in words; "" where it needs none."""
    return desk.say(f"reason.{message.reason}", **message.facts) if message.reason else ""


def for_programs(message: Message, desk: Desk) -> dict[str, Any]:
    """A message for programs."""
    return {
        "id": message.uid,
        "to": message.recipient,
        "text": message.text,
        "category": message.category,
        "state": message.state,
        "reason": message.reason,
        "until": desk.iso(message.until),
        "parts": message.part_count,
        "alphabet": message.alphabet,
        "created_at": desk.iso(message.created_at),
    }


def _inbound_json(message: Inbound, desk: Desk) -> dict[str, Any]:
    return {
        "id": message.uid,
        "from": message.sender,
        "text": message.text,
        "received_at": desk.iso(message.received_at),
        "complete": message.complete,
        "modem": message.modem,
    }
