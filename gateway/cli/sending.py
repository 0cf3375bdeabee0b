"""Send one message as the API would, and follow it."""

from __future__ import annotations

import re
import sys
from datetime import datetime, timedelta
from typing import Any

import click

from gateway import status, wake
from gateway.cli import tables
from gateway.cli.desk import Desk, fail, open_desk, plainly, source
from gateway.cli.messages import show_one
from gateway.errors import Invalid
from gateway.messages import lookup
from gateway.messages.lifecycle import FINAL, State
from gateway.messages.outbox import Caller, Draft, submit, twin
from gateway.store.models import Message

GLANCE = 0.2  # seconds between two looks while waiting
GOOD = (State.DELIVERED, State.SENT)
LONGEST_REF = 200  # characters, as the ledger's column
LENGTH = re.compile(r"([1-9][0-9]{0,8})([smhd])")
UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


@click.command()
@click.argument("number")
@click.argument("text")
@click.option(
    "--category", default="notification", show_default=True, help="otp, alert, notification, marketing."
)
@click.option(
    "--at", "when", help="When to leave: 2026-12-01T10:00, in the appliance's zone or with an offset."
)
@click.option("--validity", help="How long it is worth sending: 30m, 2h, 1d (default: the category's).")
@click.option("--modem", help="The modem that must carry it (default: any).")
@click.option("--smart", is_flag=True, help="Spell it so that it costs less (ç → c, ’ → ').")
@click.option("--ref", help="A name of your own for it: the same name and content are never sent twice.")
@click.option("--wait", is_flag=True, help="Follow the message to its final state.")
@click.option("--timeout", default=180.0, show_default=True, help="Seconds that --wait waits at the most.")
@tables.json_option("Print the message as JSON.")
@click.pass_context
@plainly
def send(ctx: click.Context, wait: bool, timeout: float, as_json: bool, **typed: Any) -> None:
    """Send TEXT to NUMBER: the message is in the queue when this returns."""
    desk = open_desk(ctx)
    draft = _draft(desk, **typed)
    with desk.ledger():
        message = _hand_in(draft, desk)
        if wait:
            message = _follow(message.uid, timeout, desk)
    show_one(message, desk, as_json)
    if wait and message.state not in FINAL:
        fail(desk.say("cli.timed_out", state=message.state, seconds=f"{timeout:g}"))
    sys.exit(0 if not wait or message.state in GOOD else 1)


def _draft(
    desk: Desk,
    number: str,
    text: str,
    category: str,
    when: str | None,
    validity: str | None,
    modem: str | None,
    smart: bool,
    ref: str | None,
) -> Draft:
    return Draft(
        to=number,
        text=text,
        category=category,
        send_at=None if when is None else instant(when, desk),
        validity=_length(validity),
        modem=modem,
        smart_encoding=smart,
        client_ref=_reference(ref),
    )


def instant(typed: str, desk: Desk) -> datetime:
    """The hour as it was typed, in the appliance's zone where it names none; raises Invalid on `at`."""
    try:
        at = datetime.fromisoformat(typed)
    except ValueError as error:
        raise Invalid("at_unreadable", field="at", value=typed) from error
    return at if at.tzinfo else at.replace(tzinfo=desk.config.appliance.timezone)


def _length(typed: str | None) -> timedelta | None:
    if typed is None:
        return None
    match = LENGTH.fullmatch(typed)
    if match is None:
        raise Invalid("validity_unreadable", field="validity", value=typed)
    return int(match[1]) * UNITS[match[2]]


def _reference(typed: str | None) -> str | None:
    # What a shell hands over may hold line breaks, and octets that are no text.
    if typed is not None and not (0 < len(typed) <= LONGEST_REF and typed.isprintable()):
        raise Invalid("ref_bad", field="ref", most=LONGEST_REF)
    return typed


def _hand_in(draft: Draft, desk: Desk) -> Message:
    """The message of this draft; what went before it is said on stderr and stops nobody."""
    site, now = desk.config.appliance, desk.clock.now()
    trusted = status.read(site.runtime_dir, now).trusted
    caller = Caller(source(), site, desk.config.modem_names, desk.ids, trusted)
    same = twin(draft, caller, now) if draft.client_ref is None else None
    message = submit(draft, caller, now)
    wake.ring(site.runtime_dir)
    if same is not None:
        hour = f"{same.created_at.astimezone(site.timezone):%H:%M}"
        click.echo(desk.say("cli.twin", hour=hour, id=same.uid), err=True)
    if message.created_at != now:  # this reference has its message already
        click.echo(desk.say("cli.sent_before", when=desk.instant(message.created_at)), err=True)
    return message


def _follow(uid: str, timeout: float, desk: Desk) -> Message:
    deadline = desk.clock.monotonic() + timeout
    while True:
        message = lookup.message(uid)
        if message.state in FINAL or desk.clock.monotonic() >= deadline:
            return message
        desk.clock.sleep(GLANCE)
