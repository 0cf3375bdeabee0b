"""Takes drafts in, inside the caller's transaction: what they have in common is worked out once, what is
asked about their recipients is one question for all, and their rows are written together.

    drafts ─▶ numbers ─▶ asked before? ─▶ text, hour, gate, modem ─▶ rows
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.errors import Conflict, GatewayError, Invalid
from gateway.ids import Ids
from gateway.messages import conversations, lifecycle, numbers, sealing, texts
from gateway.messages.drafts import Caller, Draft, Fingerprint, look_over
from gateway.messages.gathering import Asked, Judge
from gateway.messages.lifecycle import Event, Step
from gateway.messages.routing import Router
from gateway.policy.categories import CATEGORIES
from gateway.policy.verdict import Answer, Verdict
from gateway.secret import appliance_secret
from gateway.store import programs, statements
from gateway.store.models import Callback, ConcatReference, Conversation, History, Message, Part

UNDO = "undo"  # the reason of what waits only so that it can be taken back

Outcome = Message | GatewayError
Row = Mapping[str, Any]


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


class Intake:
    """The drafts of one caller in one transaction, at one instant."""

    def __init__(self, drafts: Sequence[Draft], caller: Caller, now: datetime) -> None:
        self._drafts, self._caller, self._now = drafts, caller, now
        self._recipients = [_parsed(draft, caller) for draft in drafts]
        people = [number for number in self._recipients if isinstance(number, str)]
        categories = {draft.category for draft in drafts}
        self._judge = Judge(caller.site, caller.trusted).among(people, categories)
        self._router = Router(people, caller.modems, caller.site.runtime_dir, now)
        self._earlier = _earlier(caller.source, [draft.client_ref for draft in drafts if draft.client_ref])
        self._prints: dict[tuple[object, ...], Fingerprint] = {}
        self._looked: dict[tuple[object, ...], tuple[texts.Written, datetime] | Invalid] = {}
        self._rows = Rows(caller)

    def take(self) -> list[Outcome]:
        """Each draft's message, or its error, in order: a bad one does not spoil the others."""
        outcomes = [self._outcome(*pair) for pair in zip(self._drafts, self._recipients, strict=True)]
        self._rows.write()
        return outcomes

    def _outcome(self, draft: Draft, recipient: str | Invalid) -> Outcome:
        if isinstance(recipient, Invalid):
            return recipient
        try:
            return self._one(draft, recipient)
        except GatewayError as error:
            return error

    def _one(self, draft: Draft, recipient: str) -> Message:
        """The message of a draft; the earlier one where the same was asked for before, whatever the hour."""
        alike = _sameness(draft)
        digest = (self._prints.get(alike) or self._prints.setdefault(alike, Fingerprint(draft))).of(recipient)
        earlier = self._earlier.get(draft.client_ref) if draft.client_ref else None
        if earlier is not None:
            if earlier.content_digest != digest:
                raise Conflict("idempotency_conflict", key=draft.client_ref, id=earlier.uid)
            return earlier
        message = self._rows.add(self._check(draft, recipient, digest, alike), self._now)
        if draft.client_ref:
            self._earlier[draft.client_ref] = message
        return message

    def _check(self, draft: Draft, recipient: str, digest: str, alike: tuple[object, ...]) -> Checked:
        written, expires_at = self._look_over(draft, alike)
        asked = Asked(recipient, draft.category, draft.send_at, expires_at)
        verdict = self._judge.verdict(asked, self._now)
        choose = self._router.settle if self._caller.bounded else self._router.bind
        modem = choose(recipient, draft.modem)
        return Checked(draft, recipient, written, expires_at, verdict, digest, modem)

    def _look_over(self, draft: Draft, alike: tuple[object, ...]) -> tuple[texts.Written, datetime]:
        if alike not in self._looked:
            try:
                self._looked[alike] = look_over(draft, self._caller, self._now)
            except Invalid as error:
                self._looked[alike] = error
        found = self._looked[alike]
        if isinstance(found, Invalid):
            raise found
        return found


class Rows:
    """What is to be written for one caller's drafts; one statement a table."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._next = statements.next_id(Message)
        self._messages: list[Row] = []
        self._callbacks: list[Row] = []
        self._parts: list[Row] = []
        self._steps: list[Row] = []
        self._talks: list[Row] = []

    def add(self, checked: Checked, now: datetime) -> Message:
        """The message as it will stand."""
        step = _first_step(checked.verdict, checked.draft, now)
        columns = {"id": self._next, **_columns(checked, self._caller, step)}
        if checked.draft.secret:
            columns |= _sealed(columns, checked.draft.secret, self._caller)
        message: Message = statements.row(Message, columns)
        self._next += 1
        self._messages.append(columns)
        if callback := checked.draft.callback:
            about = {"key": callback.key, "url": callback.url, "style": callback.style}
            self._callbacks.append({"message": columns["id"], **about})
        self._parts += _parts(columns, checked, step)
        self._steps.append(lifecycle.line(message, step, columns["state"]))
        self._talks.append(conversations.line(message.recipient, message.text, now, inbound=False))
        return message

    def write(self) -> None:
        for table, rows in (
            (Message, self._messages),
            (Callback, self._callbacks),
            (Part, self._parts),
            (History, self._steps),
        ):
            statements.insert_many(table, rows)
        statements.upsert_many(Conversation, self._talks, key="number", adding="unread")


def _parsed(draft: Draft, caller: Caller) -> str | Invalid:
    try:
        return numbers.parse(draft.to, caller.site.country)
    except Invalid as error:
        return error


def _earlier(source: str, references: Sequence[str]) -> dict[str, Message]:
    """What this source asked for under these names before."""
    found = programs.asked_before(source, references)
    return {str(message.client_ref): message for message in found}


def _sameness(draft: Draft) -> tuple[object, ...]:
    """Equal for drafts that say the same."""
    how = (draft.category, draft.send_at, draft.validity, draft.modem, draft.smart_encoding)
    return (draft.text, *how, (*draft.metadata.items(),), draft.secret, draft.callback)


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
        "wanted_modem": draft.modem or (checked.modem if caller.bounded else None),
        "source": caller.source,
        "client_ref": draft.client_ref,
        "content_digest": checked.digest,
        "metadata": draft.metadata,
        "send_at": draft.send_at,
        "expires_at": checked.expires_at,
        "created_at": step.now,
        "updated_at": step.now,
        "sealed": None,
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


def _parts(columns: Row, checked: Checked, step: Step) -> Iterator[dict[str, Any]]:
    for seq, (start, stop) in enumerate(checked.written.split.spans, 1):
        yield {
            "message": columns["id"],
            "seq": seq,
            "start": start,
            "stop": stop,
            "lane": CATEGORIES[columns["category"]].lane,
            "source": columns["source"],
            "bound": checked.modem,
            "state": columns["state"],
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
