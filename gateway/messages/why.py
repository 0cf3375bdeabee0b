"""Why a message is where it is, and until when: every rule's answer, then the queue's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from gateway.messages.lifecycle import State
from gateway.policy import gate
from gateway.status import ModemStatus, Status
from gateway.store import claims
from gateway.store.models import Message, Part

COUNTED = 1000  # parts ahead: beyond this a person only wants to know that there are many


@dataclass(frozen=True, slots=True)
class Why:
    """One answer: `code` is the rule, `answer` allow, hold, refuse or wait; `reason` becomes words."""

    code: str
    answer: str
    reason: str | None = None
    until: datetime | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def explain(message: Message, status: Status, zone: ZoneInfo, now: datetime) -> list[Why]:
    """Each rule's answer for a message that has not left; what its state says for one that has."""
    own = Why("state", _answer(message), message.reason, message.until, message.facts)
    if message.state not in (State.SCHEDULED, State.HELD, State.QUEUED, State.SENDING):
        return [own]
    facts = gate.Facts(message.category, zone, message.send_at, message.expires_at)
    rules = [Why(v.rule, v.answer, v.reason, v.until, v.facts) for v in gate.verdicts(facts, now)]
    if message.state == State.HELD and message.reason not in {rule.reason for rule in rules}:
        rules.append(own)
    return [*rules, _modem(message, status), *_turn(message)]


def _answer(message: Message) -> str:
    if message.state in (State.REJECTED, State.FAILED, State.EXPIRED):
        return "refuse"
    return "hold" if message.state == State.UNCERTAIN else "allow"


def _modem(message: Message, status: Status) -> Why:
    if not status.alive:
        return Why("modem", "wait", "gateway_down")
    wanted = message.modem or message.wanted_modem
    usable = [modem for modem in status.modems if wanted in (None, modem.name)]
    if not usable:
        return Why("modem", "wait", "no_modem", facts={"modem": wanted or ""})
    ready = [modem for modem in usable if modem.state == "ready"]
    if any(modem.hold is None for modem in ready):
        return Why("modem", "allow")
    return _held(ready[0]) if ready else _not_ready(usable[0])


def _held(modem: ModemStatus) -> Why:
    until = datetime.fromisoformat(modem.hold_until) if modem.hold_until else None
    return Why("modem", "wait", modem.hold, until, {"modem": modem.name})


def _not_ready(modem: ModemStatus) -> Why:
    facts = {"modem": modem.name, "link_state": modem.state, "error": modem.error or ""}
    return Why("modem", "wait", "modem_not_ready", facts=facts)


def _turn(message: Message) -> list[Why]:
    """How many parts go before this message's first queued one, at the least."""
    if message.state != State.QUEUED:
        return []
    parts = Part.select().where(Part.message == message.id, Part.state == State.QUEUED)
    first = parts.order_by(Part.seq).first()
    if first is None:
        return []
    ahead = claims.ahead(first, COUNTED)
    if not ahead:
        return [Why("turn", "allow")]
    shown = f"{ahead}+" if ahead == COUNTED else ahead
    return [Why("turn", "wait", "others_first", facts={"ahead": shown})]
