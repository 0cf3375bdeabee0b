"""Why a message is where it is, and until when: every rule's answer, then the queue's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.config import Appliance
from gateway.messages import routing
from gateway.messages.gathering import Asked, Judge
from gateway.messages.lifecycle import WAITING, State
from gateway.policy.budgets import HELD
from gateway.status import BUDGET, ModemStatus, Status
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


def explain(message: Message, status: Status, site: Appliance, now: datetime) -> list[Why]:
    """Each rule's answer for a message that has not left; what its state says for one that has."""
    own = Why("state", _answer(message), message.reason, message.until, message.facts)
    if message.state not in (*WAITING, State.SENDING, State.REJECTED):
        return [own]
    verdicts = Judge(site, status.trusted).verdicts(Asked.of(message), now)
    rules = [Why(v.rule, v.answer, v.reason, v.until, v.facts) for v in verdicts]
    if message.state in (State.HELD, State.REJECTED) and message.reason not in {
        rule.reason for rule in rules
    }:
        rules.append(own)
    if message.state == State.REJECTED:
        return rules
    bound = message.modem or message.wanted_modem or _bound(message)
    return [*rules, *_route(message, bound), _modem(bound, message.category, status), *_turn(message)]


def _answer(message: Message) -> str:
    if message.state in (State.REJECTED, State.FAILED, State.EXPIRED):
        return "refuse"
    return "hold" if message.state in (State.UNCERTAIN, State.HELD) else "allow"


def _bound(message: Message) -> str:
    """The only modem that may carry what has not left; "" for any."""
    waiting = Part.select(Part.bound).where(Part.message == message.id, Part.state.in_([*WAITING]))
    first = waiting.order_by(Part.seq).first()
    return first.bound if first else ""


def _route(message: Message, bound: str) -> list[Why]:
    """Why this modem and no other; nothing where any may carry it."""
    if not bound:
        return []
    facts = {"modem": bound}
    if message.wanted_modem:
        return [Why("route", "allow", "route_wanted", facts=facts)]
    if message.modem:
        return [Why("route", "allow", "route_begun", facts=facts)]
    if routing.written_to(message.recipient) == bound:
        return [Why("route", "allow", "route_written_to", facts=facts)]
    if prefix := routing.prefix(message.recipient, bound):
        return [Why("route", "allow", "route_prefix", facts={**facts, "prefix": prefix})]
    return [Why("route", "allow", "route_others", facts=facts)]


def _modem(wanted: str, category: str, status: Status) -> Why:
    if not status.alive:
        return Why("modem", "wait", "gateway_down")
    usable = [modem for modem in status.modems if wanted in ("", modem.name)]
    if not usable:
        return Why("modem", "wait", "no_modem", facts={"modem": wanted})
    ready = [modem for modem in usable if modem.state == "ready"]
    if any(_takes(modem, category) for modem in ready):
        return Why("modem", "allow")
    return _held(ready[0]) if ready else _not_ready(usable[0])


def _takes(modem: ModemStatus, category: str) -> bool:
    """A SIM that has used up its budget still takes what must not wait."""
    return modem.hold is None or (modem.hold == BUDGET and category not in HELD)


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
