"""What a person decides at the terminal: it left, send it again, send it now, take it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import click

from gateway import status, wake
from gateway.cli import sending, tables
from gateway.cli.desk import Desk, open_desk, plainly, source
from gateway.cli.messages import because, for_programs, show_one
from gateway.messages import decisions, outbox
from gateway.store.models import Message

Verb = Callable[[str, str, datetime], Message]
DECISIONS: dict[str, Verb] = {
    "left": decisions.it_left,
    "again": decisions.send_again,
    "release": decisions.release,
}
HEADINGS = ("id", "to", "state", "when", "text", "why")
START = 30  # characters of a text by which a person knows it again


@click.command()
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, decisions.MOST))
@tables.json_option("Print the rows as JSON.")
@click.pass_context
@plainly
def uncertain(ctx: click.Context, limit: int, as_json: bool) -> None:
    """What needs a person: found too late, perhaps it left, or it failed.

    First what was found long after its hour, then what may have left or not, then what failed in the last
    seven days; the newest first in each.
    """
    desk = open_desk(ctx)
    with desk.ledger():
        messages = decisions.waiting(desk.clock.now())[:limit]
    told = [for_programs(message, desk) for message in messages]
    rows = [_row(message, desk) for message in messages]
    tables.listing(desk, as_json, told, HEADINGS, rows, desk.say("cli.nothing_to_decide"))


def _row(message: Message, desk: Desk) -> list[str]:
    return [
        message.uid,
        message.recipient,
        desk.say(f"state.{message.state}"),
        desk.instant(message.created_at),
        message.text if len(message.text) <= START else message.text[: START - 1] + "…",
        because(message, desk),
    ]


@click.command()
@click.argument("message_id", metavar="ID")
@click.argument("decision", type=click.Choice(list(DECISIONS)))
@tables.json_option("Print the message as JSON.")
@click.pass_context
@plainly
def resolve(ctx: click.Context, message_id: str, decision: str, as_json: bool) -> None:
    """Decide: message ID left, is sent again, or leaves now after all.

    `left` is for an uncertain one: its report is still awaited.  `again` is also for one that did not arrive;
    it may arrive twice, and is paid again.  Parts that arrived stay as they are.  `release` is for one that
    was found too late, or waits for its hour: it leaves now, if nothing else forbids it.
    """
    _do(DECISIONS[decision], message_id, open_desk(ctx), as_json)


@click.command()
@click.argument("message_id", metavar="ID")
@click.argument("when")
@tables.json_option("Print the message as JSON.")
@click.pass_context
@plainly
def reschedule(ctx: click.Context, message_id: str, when: str, as_json: bool) -> None:
    """Message ID, which waits, leaves at another hour: 2026-12-01T10:00, as for `send --at`."""
    desk = open_desk(ctx)
    send_at = sending.instant(when, desk)
    trusted = status.read(desk.config.appliance.runtime_dir, desk.clock.now()).trusted
    _do(partial(_move, send_at, trusted), message_id, desk, as_json)


def _move(send_at: datetime, trusted: bool, uid: str, by: str, now: datetime) -> Message:
    return decisions.reschedule(uid, send_at, by, now, trusted)


@click.command()
@click.argument("message_id", metavar="ID")
@tables.json_option("Print the message as JSON.")
@click.pass_context
@plainly
def cancel(ctx: click.Context, message_id: str, as_json: bool) -> None:
    """Take back message ID, which has not left yet."""
    _do(outbox.cancel, message_id, open_desk(ctx), as_json)


def _do(verb: Verb, message_id: str, desk: Desk, as_json: bool) -> None:
    """Do it, ring, and print where the message stands now."""
    with desk.ledger():
        message = verb(message_id, source(), desk.clock.now())
        wake.ring(desk.config.appliance.runtime_dir)
    show_one(message, desk, as_json)
