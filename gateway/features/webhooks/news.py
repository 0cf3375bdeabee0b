"""What happened becomes rows for whoever listens, behind the hot path.

A cursor for each table says up to which row everything was told; it moves in the transaction that writes the
deliveries, so that nothing is told twice or never, whatever ends the process.  Where nobody listens it just
moves on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from gateway import status
from gateway.config import Appliance
from gateway.consent import seal
from gateway.features.webhooks import deliveries, events, lives, payloads, twilio
from gateway.features.webhooks.deliveries import STANDARD, TWILIO, Listener, written_form
from gateway.features.webhooks.listeners import Listeners, callbacks, messages
from gateway.features.webhooks.listeners import now as listening
from gateway.ids import Ids
from gateway.store import database, delivering, tallying
from gateway.store.models import (
    Alarm,
    AlarmStep,
    Callback,
    Consent,
    Cursor,
    Inbound,
    InboundPart,
    Message,
)
from gateway.store.terms import fn

BATCH = 200  # rows a transaction
PATIENCE = timedelta(hours=1)  # for the missing parts of what came in
INCOMPLETE = "webhooks.incomplete"  # the last received message of which the patience is over


@dataclass(frozen=True, slots=True)
class Teller:
    """Writes events down for those who listen, inside the caller's transaction."""

    site: Appliance
    ids: Ids
    now: datetime
    listeners: Listeners = field(default_factory=listening)

    def tell(self, event: str, subject: str, data: payloads.Data, at: datetime, source: str = "") -> None:
        """To every webhook that asked for it; `source` is whose message it is about."""
        hooks = list(self.listeners.of(event, at, source))
        if hooks:
            payload = payloads.envelope(event, at, data, self.site.timezone)
            for webhook in hooks:
                self.write(Listener(webhook.url, STANDARD, webhook=webhook), event, subject, payload)

    def write(self, listener: Listener, event: str, subject: str, payload: str) -> None:
        deliveries.write(listener, event, subject, payload, self.now, self.ids)

    def own_numbers(self) -> dict[str, str]:
        """Modem → its SIM's own number, where it knows it."""
        seen = status.read(self.site.runtime_dir, self.now)
        return {modem.name: modem.number for modem in seen.modems if modem.number}


def tell(
    event: str, subject: str, data: payloads.Data, now: datetime, site: Appliance, ids: Ids, source: str = ""
) -> None:
    """Another feature has news ("campaign.done"): to all who asked for it, in the caller's transaction.

    `subject` is what the order is kept for; whatever names a person in `data` is written as E.164.
    """
    Teller(site, ids, now).tell(event, subject, data, now, source)


def begin(now: datetime) -> None:
    """Cursors that are not there yet begin at the present: nobody is told of what was before."""
    with database.transaction():
        newest = {_cursor(table): last for table, last in delivering.newest().items()}
        newest[INCOMPLETE] = Inbound.select(fn.MAX(Inbound.id)).scalar() or 0
        known = {row.name for row in Cursor.select().where(Cursor.name.in_([*newest]))}
        for name, last in newest.items():
            if name not in known:
                tallying.move(name, last)


def step(site: Appliance, ids: Ids, now: datetime) -> bool:
    """Tell the next rows, in one short transaction; True where there may be more."""
    newest = delivering.newest()
    behind = [table for table in SOURCES if newest[table] > tallying.position(_cursor(table))]
    if not behind:
        return False
    teller = Teller(site, ids, now)
    if not teller.listeners.any:
        return False  # `pass_over` moves on
    with database.transaction():
        after = tallying.position(_cursor(behind[0]))
        last, count = tallying.next_rows(behind[0], after, BATCH)
        SOURCES[behind[0]](after, last, teller)
        tallying.move(_cursor(behind[0]), last)
    return count == BATCH or len(behind) > 1


def pass_over() -> None:
    """Where nobody listens, everything up to now counts as told."""
    newest = {_cursor(table): last for table, last in delivering.newest().items()}
    behind = {name: last for name, last in newest.items() if last > tallying.position(name)}
    if not behind or listening().any:
        return
    with database.transaction():
        for name, last in behind.items():
            tallying.move(name, last)


def lose_patience(site: Appliance, ids: Ids, now: datetime) -> bool:
    """Tell the next of what is incomplete for so long; True where there may be more."""
    after = tallying.position(INCOMPLETE)
    old = Inbound.select().where(Inbound.id > after, Inbound.received_at <= now - PATIENCE)
    rows = list(old.order_by(Inbound.id).limit(BATCH))
    if not rows:
        return False
    with database.transaction():
        teller = Teller(site, ids, now)
        for row in rows:
            if not row.complete:
                _received(row, now, teller)
        tallying.move(INCOMPLETE, rows[-1].id)
    return len(rows) == BATCH


# ---- what each table tells ---------------------------------------------------------------------------


def _history(after: int, last: int, teller: Teller) -> None:
    turns = list(lives.turns(after, last))
    ids = {turn.message for turn in turns}
    known, wanted = messages(ids), callbacks(ids)
    own = teller.own_numbers() if any(row.style == TWILIO for row in wanted.values()) else {}
    zone = teller.site.timezone
    for turn in turns:
        message = known[turn.message]
        data = payloads.then(message, turn.state, turn.reason, zone)
        teller.tell(events.MESSAGE[turn.state], message.uid, data, turn.at, message.source)
        callback = wanted.get(message.id)
        if callback is not None and turn.before is not None:  # the first one is the answer of the call
            _call_back(callback, message, turn, own, teller)


def _call_back(
    callback: Callback, message: Message, turn: lives.Turn, own: Mapping[str, str], teller: Teller
) -> None:
    event, key = events.MESSAGE[turn.state], callback.key
    if callback.style == TWILIO and key is not None:
        if turn.before is not None and twilio.STATUS[turn.before] == twilio.STATUS[turn.state]:
            return
        sender = message.metadata.get("twilio_from") or own.get(message.modem or "", "")
        payload = written_form(twilio.status_form(message, turn.state, turn.reason, key.account_sid, sender))
    else:
        data = payloads.then(message, turn.state, turn.reason, teller.site.timezone)
        payload = payloads.envelope(event, turn.at, data, teller.site.timezone)
    teller.write(Listener(callback.url, callback.style, key=key), event, message.uid, payload)


def _inbound_parts(after: int, last: int, teller: Teller) -> None:
    """What became complete: by its last part, so that it is told once."""
    newest = (
        InboundPart.select(InboundPart.inbound)
        .where(InboundPart.inbound.in_(_touched(after, last)))
        .group_by(InboundPart.inbound)
        .having(fn.MAX(InboundPart.id) <= last)
    )
    done = Inbound.select().where(Inbound.id.in_(newest), Inbound.complete)
    for message in done.order_by(Inbound.id):
        _received(message, teller.now, teller)


def _touched(after: int, last: int) -> Any:
    return InboundPart.select(InboundPart.inbound).where(InboundPart.id > after, InboundPart.id <= last)


def _received(message: Inbound, at: datetime, teller: Teller) -> None:
    data = payloads.of_inbound(message, teller.site.timezone)
    teller.tell(events.RECEIVED, message.uid, data, at)
    own = teller.own_numbers().get(message.modem, "") if teller.listeners.inbound_keys else ""
    for key in teller.listeners.inbound_keys:
        payload = written_form(twilio.inbound_form(message, key.account_sid, own))
        listener = Listener(key.inbound_url, TWILIO, key=key)
        teller.write(listener, events.RECEIVED, message.uid, payload)


def _consents(after: int, last: int, teller: Teller) -> None:
    acts = Consent.select().where(Consent.id > after, Consent.id <= last)
    for act in acts.where(Consent.event.in_([*events.CONSENT])).order_by(Consent.id):
        data = payloads.of_consent(act, teller.site.timezone)
        teller.tell(events.CONSENT[act.event], seal.digest(act.number), data, act.at)


def _alarm_steps(after: int, last: int, teller: Teller) -> None:
    steps = AlarmStep.select(AlarmStep, Alarm).join(Alarm)
    for step in steps.where(AlarmStep.id > after, AlarmStep.id <= last).order_by(AlarmStep.id):
        data = payloads.of_alarm(step.alarm, step, teller.site.timezone)
        teller.tell(events.ALARM[step.event], f"alarm {step.alarm.id}", data, step.at)


def _cursor(table: str) -> str:
    return f"webhooks.{table}"


SOURCES: Mapping[str, Callable[[int, int, Teller], None]] = {
    "history": _history,
    "inbound_parts": _inbound_parts,
    "consents": _consents,
    "alarm_steps": _alarm_steps,
}
