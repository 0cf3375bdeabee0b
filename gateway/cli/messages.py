"""Send, and look: what waits and why, what came, each rule's answer for one message."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

import click

from gateway import status, wake
from gateway.cli import tables
from gateway.cli.desk import Desk, fail, open_desk, plainly, source
from gateway.errors import Invalid
from gateway.messages import lookup
from gateway.messages.lifecycle import FINAL, WAITING, State
from gateway.messages.outbox import Caller, Draft, submit
from gateway.messages.why import explain
from gateway.store.models import Inbound, Message

GLANCE = 0.2  # seconds between two looks while waiting
GOOD = (State.DELIVERED, State.SENT)


@click.command()
@click.argument("number")
@click.argument("text")
@click.option(
    "--category", default="notification", show_default=True, help="otp, alert, notification, marketing."
)
@click.option(
    "--at", "when", help="When to leave: 2026-12-01T10:00, in the appliance's zone or with an offset."
)
@click.option("--smart", is_flag=True, help="Spell it so that it costs less (ç → c, ’ → ').")
@click.option("--wait", is_flag=True, help="Follow the message to its final state.")
@click.option("--timeout", default=180.0, show_default=True, help="Seconds that --wait waits at the most.")
@click.option("--json", "as_json", is_flag=True, help="Print the message as JSON.")
@click.pass_context
@plainly
def send(
    ctx: click.Context,
    number: str,
    text: str,
    category: str,
    when: str | None,
    smart: bool,
    wait: bool,
    timeout: float,
    as_json: bool,
) -> None:
    """Send TEXT to NUMBER: the message is in the queue when this returns."""
    desk = open_desk(ctx)
    site = desk.config.appliance
    draft = Draft(number, text, category, _instant(when, desk), smart_encoding=smart)
    with desk.ledger():
        message = submit(draft, Caller(source(), site, desk.config.modem_names, desk.ids), desk.clock.now())
        wake.ring(site.runtime_dir)
        if wait:
            message = _follow(message.uid, timeout, desk)
    _show_sent(message, desk, as_json)
    if wait and message.state not in FINAL:
        fail(desk.say("cli.timed_out", state=message.state, seconds=f"{timeout:g}"))
    sys.exit(0 if not wait or message.state in GOOD else 1)


def _instant(typed: str | None, desk: Desk) -> datetime | None:
    if typed is None:
        return None
    try:
        at = datetime.fromisoformat(typed)
    except ValueError as error:
        raise Invalid("at_unreadable", field="at", value=typed) from error
    return at if at.tzinfo else at.replace(tzinfo=desk.config.appliance.timezone)


def _follow(uid: str, timeout: float, desk: Desk) -> Message:
    deadline = desk.clock.monotonic() + timeout
    while True:
        message = lookup.message(uid)
        if message.state in FINAL or desk.clock.monotonic() >= deadline:
            return message
        desk.clock.sleep(GLANCE)


def _show_sent(message: Message, desk: Desk, as_json: bool) -> None:
    if as_json:
        tables.show_json(_as_json(message, desk))
        return
    click.echo(f"{message.uid}  {desk.say(f'state.{message.state}')}{_why(message, desk, ' – ')}")


@click.command()
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 500))
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
@click.pass_context
@plainly
def queue(ctx: click.Context, limit: int, as_json: bool) -> None:
    """What has not left yet, and why; the newest first."""
    desk = open_desk(ctx)
    with desk.ledger():
        states = (*WAITING, State.SENDING, State.UNCERTAIN)
        messages = lookup.messages(states=states, limit=limit).items
    if as_json:
        tables.show_json([_as_json(message, desk) for message in messages])
    elif not messages:
        click.echo(desk.say("cli.nothing_waits"))
    else:
        headings = [desk.say(f"column.{name}") for name in ("id", "to", "category", "state", "until", "why")]
        tables.show(headings, [_queue_row(message, desk) for message in messages])


def _queue_row(message: Message, desk: Desk) -> list[str]:
    return [
        message.uid,
        message.recipient,
        desk.say(f"category.{message.category}"),
        desk.say(f"state.{message.state}"),
        desk.instant(message.until),
        _why(message, desk),
    ]


@click.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 500))
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
@click.pass_context
@plainly
def inbox(ctx: click.Context, limit: int, as_json: bool) -> None:
    """What came, the newest first."""
    desk = open_desk(ctx)
    with desk.ledger():
        received = lookup.inbounds(limit=limit).items
    if as_json:
        tables.show_json([_inbound_json(message, desk) for message in received])
    elif not received:
        click.echo(desk.say("cli.nothing_came"))
    else:
        headings = [desk.say(f"column.{name}") for name in ("received", "from", "text")]
        tables.show(headings, [_inbox_row(message, desk) for message in received])


def _inbox_row(message: Inbound, desk: Desk) -> list[str]:
    gap = "" if message.complete else " " + desk.say("cli.gap")
    return [desk.instant(message.received_at), message.sender, message.text + gap]


@click.command()
@click.argument("message_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print the answers as JSON.")
@click.pass_context
@plainly
def why(ctx: click.Context, message_id: str, as_json: bool) -> None:
    """Each rule's answer for one message: why it is where it is, and until when."""
    desk = open_desk(ctx)
    site, now = desk.config.appliance, desk.clock.now()
    with desk.ledger():
        message = lookup.message(message_id)
        answers = explain(message, status.read(site.runtime_dir, now), site.timezone, now)
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


def _why(message: Message, desk: Desk, before: str = "") -> str:
    return before + desk.say(f"reason.{message.reason}", **message.facts) if message.reason else ""


def _as_json(message: Message, desk: Desk) -> dict[str, Any]:
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
