"""Submit and cancel: what a caller may do to a message.  Everything is decided before it is written."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from gateway import audit
from gateway.config import Appliance
from gateway.errors import Conflict, GatewayError, Invalid, NotFound
from gateway.ids import Ids
from gateway.messages import conversations, lifecycle, marketing, numbers, routing, sealing, texts
from gateway.messages.gathering import Asked, Judge
from gateway.messages.lifecycle import WAITING, Event, Step
from gateway.policy.categories import CATEGORIES
from gateway.policy.verdict import Answer, Verdict
from gateway.secret import appliance_secret
from gateway.store import database, statements
from gateway.store.models import Callback as CallbackRow
from gateway.store.models import ConcatReference, Message, Part

SHORTEST_VALIDITY = timedelta(minutes=5)  # what TP-VP can say at the least
LONGEST_VALIDITY = timedelta(days=63)
FURTHEST = timedelta(days=366)
LATE = timedelta(minutes=5)  # a send_at up to this long ago means now: clocks differ
TWINS_WITHIN = timedelta(minutes=10)
BATCH = 50  # messages a transaction, and a pause after it: SQLite's lock is not fair, and the
PAUSE = 0.01  # gateway's own writes must get their turn in between (seconds)
UNDO = "undo"  # the reason of what waits only so that it can be taken back
NOT_ASKED = ("client_ref", "hold_until", "secret")  # of a draft: what does not make it another one


@dataclass(frozen=True, slots=True)
class Draft:
    """What a caller asks for, as it was typed."""

    to: str
    text: str
    category: str = "notification"
    send_at: datetime | None = None
    validity: timedelta | None = None
    modem: str | None = None
    smart_encoding: bool = False
    metadata: dict[str, str] = field(default_factory=dict)
    client_ref: str | None = None
    hold_until: datetime | None = None  # what would leave now waits until then: it can still be taken back
    secret: str | None = field(default=None, repr=False)  # within the text; the ledger never has it
    callback: Callback | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """Where the caller wants to hear what becomes of the message; `style` is "standard" or "twilio"."""

    url: str
    style: str
    key: int | None = None  # the id of the caller's key


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and where: `source` is "page:ana", "key:shop" or "cli:root"."""

    source: str
    site: Appliance
    modems: Sequence[str]
    ids: Ids
    trusted: bool = True  # the clock


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft in which everything is known to be right."""

    draft: Draft
    recipient: str
    written: texts.Written
    expires_at: datetime
    verdict: Verdict
    digest: str
    modem: str  # the one it is meant for; "": whoever is free first


def submit(draft: Draft, caller: Caller, now: datetime) -> Message:
    """Check, write down and return one message; raises Invalid, or Conflict for a reused client_ref."""
    with database.transaction():
        return _take(draft, caller, now)


def submit_many(
    drafts: Sequence[Draft], caller: Caller, now: datetime, sleep: Callable[[float], None] = time.sleep
) -> list[Message | GatewayError]:
    """Each draft's message or its error, in order: a bad one does not spoil the others.

    Raises `database.Trouble` when nothing was written; later, the rest gets it as its error.
    """
    answers: list[Message | GatewayError] = []
    remaining = iter(drafts)
    while batch := list(islice(remaining, BATCH)):
        if answers:
            sleep(PAUSE)
        try:
            with database.transaction():
                taken = [_try(draft, caller, now) for draft in batch]
        except database.Trouble as trouble:
            if not answers:
                raise
            error = GatewayError(database.trouble_code(trouble))
            return answers + [error] * (len(drafts) - len(answers))
        answers += taken  # only now are they written down
    return answers


def twin(draft: Draft, caller: Caller, now: datetime) -> Message | None:
    """The same text to the same number a moment ago: worth a question, never a silent drop."""
    recipient = numbers.parse(draft.to, caller.site.country)
    text = _written(draft, caller).text
    recent = Message.select().where(
        Message.recipient == recipient, Message.text == text, Message.created_at > now - TWINS_WITHIN
    )
    gone = [lifecycle.State.CANCELED, lifecycle.State.FAILED, lifecycle.State.REJECTED]
    return recent.where(Message.state.not_in(gone)).order_by(Message.id.desc()).first()


def cancel(uid: str, by: str, now: datetime) -> Message:
    """Take back what has not left; raises NotFound, or Conflict with the state that forbids it."""
    with database.transaction():
        message = Message.get_or_none(Message.uid == uid)
        if message is None:
            raise NotFound("message_unknown", id=uid)
        waiting = [part for part in lifecycle.all_parts(message) if part.state in WAITING]
        if not waiting or message.state == lifecycle.State.SENDING:
            raise Conflict("not_cancelable", state=message.state)
        lifecycle.advance(message, waiting, Step(Event.CANCEL, now, "canceled_by", facts={"by": by}))
        audit.write(by, "message_canceled", now, message.recipient, id=uid)
    return message


def _try(draft: Draft, caller: Caller, now: datetime) -> Message | GatewayError:
    try:
        return _take(draft, caller, now)
    except GatewayError as error:
        return error


def _take(draft: Draft, caller: Caller, now: datetime) -> Message:
    """The message of a draft; the earlier one where the same was asked for before, whatever the hour now."""
    recipient = numbers.parse(draft.to, caller.site.country)
    digest = _digest(recipient, draft)
    return _earlier(draft, digest, caller) or _insert(
        _check(draft, recipient, digest, caller, now), caller, now
    )


def _earlier(draft: Draft, digest: str, caller: Caller) -> Message | None:
    if draft.client_ref is None:
        return None
    earlier = Message.get_or_none(Message.source == caller.source, Message.client_ref == draft.client_ref)
    if earlier is not None and earlier.content_digest != digest:
        raise Conflict("idempotency_conflict", key=draft.client_ref, id=earlier.uid)
    return earlier


# ---- checking: nothing is written before all of it has passed ----------------------------------


def look_over(draft: Draft, caller: Caller, now: datetime) -> tuple[texts.Written, datetime]:
    """The text as it leaves, and when it is given up; raises Invalid for what is wrong whoever it is for."""
    if draft.modem is not None and draft.modem not in caller.modems:
        raise Invalid("modem_unknown", field="modem", value=draft.modem, known=", ".join(caller.modems))
    written = _written(draft, caller)
    marketing.check(written.text, draft.category, caller.site)
    return written, _expiry(draft, caller.trusted, now)


def _check(draft: Draft, recipient: str, digest: str, caller: Caller, now: datetime) -> Checked:
    written, expires_at = look_over(draft, caller, now)
    asked = Asked(recipient, draft.category, draft.send_at, expires_at)
    verdict = Judge(caller.site, caller.trusted).verdict(asked, now)
    modem = _bound(draft, recipient, caller, now)
    return Checked(draft, recipient, written, expires_at, verdict, digest, modem)


def _written(draft: Draft, caller: Caller) -> texts.Written:
    """The text as it leaves: a marketing one says how to stop it."""
    if draft.category not in CATEGORIES:
        raise Invalid("category_unknown", field="category", value=draft.category, known=", ".join(CATEGORIES))
    text = marketing.complete(draft.text, draft.category, caller.site)
    return texts.write(text, draft.smart_encoding)


def _bound(draft: Draft, recipient: str, caller: Caller, now: datetime) -> str:
    """The modem that it is meant for; who is well is not looked for where there is no choice."""
    runtime_dir = caller.site.runtime_dir
    return routing.bind(recipient, draft.modem, caller.modems, lambda: routing.able(runtime_dir, now))


def _expiry(draft: Draft, trusted: bool, now: datetime) -> datetime:
    due = now
    if draft.send_at is not None:
        check_hour(draft.send_at, trusted, now)
        due = max(due, draft.send_at)
    validity = draft.validity or CATEGORIES[draft.category].validity
    if not SHORTEST_VALIDITY <= validity <= LONGEST_VALIDITY:
        raise Invalid(
            "validity_out_of_range",
            field="validity_s",
            least=int(SHORTEST_VALIDITY.total_seconds()),
            most=int(LONGEST_VALIDITY.total_seconds()),
        )
    return due + validity


def check_hour(send_at: datetime, trusted: bool, now: datetime) -> None:
    """Raises Invalid on `send_at` for an hour that is over or too far away, as far as the clock can tell."""
    if trusted and send_at < now - LATE:
        raise Invalid("send_at_past", field="send_at", value=send_at.isoformat())
    if trusted and send_at > now + FURTHEST:
        raise Invalid("send_at_far", field="send_at", days=FURTHEST.days)


def _digest(recipient: str, draft: Draft) -> str:
    """What makes two submissions the same one."""
    text = sealing.hide(draft.text, draft.secret) if draft.secret else draft.text
    asked = replace(draft, to=recipient, text=text)
    content = {name: str(getattr(asked, name)) for name in Draft.__slots__ if name not in NOT_ASKED}
    if draft.callback is None:
        content.pop("callback")  # so that the digests of before there were any stay what they are
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


# ---- writing down: one transaction, the caller's -------------------------------------------------


def _insert(checked: Checked, caller: Caller, now: datetime) -> Message:
    step = _first_step(checked.verdict, checked.draft, now)
    columns = _columns(checked, caller, step)
    if checked.draft.secret:
        columns |= _sealed(columns, checked.draft.secret, caller)
    message = Message(**columns)
    message.id = statements.insert(Message, columns)
    if callback := checked.draft.callback:
        CallbackRow.insert(
            message=message.id, key=callback.key, url=callback.url, style=callback.style
        ).execute()
    statements.insert_many(Part, [*_parts(message, checked, step)])
    lifecycle.record(message, step, message.state)
    conversations.note(message.recipient, message.text, now, inbound=False)
    return message


def _first_step(verdict: Verdict, draft: Draft, now: datetime) -> Step:
    if verdict.answer is Answer.ALLOW:
        waits = draft.hold_until is not None and draft.hold_until > now
        return Step(Event.HOLD, now, UNDO, draft.hold_until) if waits else Step(Event.ENQUEUE, now)
    if verdict.answer is Answer.REFUSE:
        return Step(Event.REJECT, now, verdict.reason, facts=verdict.facts)
    if draft.send_at is not None and verdict.until == draft.send_at:
        return Step(Event.SCHEDULE, now, verdict.reason, verdict.until, verdict.facts)
    return Step(Event.HOLD, now, verdict.reason, verdict.until, verdict.facts)


def _columns(checked: Checked, caller: Caller, step: Step) -> dict[str, Any]:
    draft, written = checked.draft, checked.written
    part_count = len(written.split.spans)
    return {
        "uid": caller.ids.uid(step.now),
        "recipient": checked.recipient,
        "text": written.text,
        "typed": written.typed,
        "category": draft.category,
        "state": lifecycle.begin(step),
        "reason": step.reason,
        "facts": step.facts,
        "until": step.until,
        "alphabet": str(written.split.alphabet),
        "part_count": part_count,
        "concat_reference": _next_reference(checked.recipient, caller.ids) if part_count > 1 else None,
        "wanted_modem": draft.modem,
        "source": caller.source,
        "client_ref": draft.client_ref,
        "content_digest": checked.digest,
        "metadata": draft.metadata,
        "send_at": draft.send_at,
        "expires_at": checked.expires_at,
        "created_at": step.now,
        "updated_at": step.now,
    }


def _sealed(columns: dict[str, Any], secret: str, caller: Caller) -> dict[str, str | None]:
    """What is written instead, so that the secret stands nowhere."""
    text, typed = columns["text"], columns["typed"]
    key = appliance_secret(caller.site.data_dir, caller.ids)
    return {
        "text": sealing.hide(text, secret),
        "typed": typed and sealing.hide(typed, secret),
        "sealed": sealing.seal(text, secret, columns["uid"], key),
    }


def _parts(message: Message, checked: Checked, step: Step) -> Iterator[dict[str, Any]]:
    for seq, (start, stop) in enumerate(checked.written.split.spans, 1):
        yield {
            "message": message.id,
            "seq": seq,
            "start": start,
            "stop": stop,
            "lane": CATEGORIES[message.category].lane,
            "source": message.source,
            "bound": checked.modem,
            "state": message.state,
            "reason": step.reason,
            "facts": step.facts,
            "until": step.until,
            "attempts": 0,
        }


def _next_reference(recipient: str, ids: Ids) -> int:
    """The next of 256 concatenation references towards this recipient; the first is drawn at random."""
    row = ConcatReference.get_or_none(ConcatReference.recipient == recipient)
    reference = ids.random(1)[0] if row is None else (row.last + 1) % 256
    ConcatReference.insert(recipient=recipient, last=reference).on_conflict(
        conflict_target=[ConcatReference.recipient], preserve=[ConcatReference.last]
    ).execute()
    return int(reference)
