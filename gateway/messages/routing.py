"""Which SIM carries what: the rule of `policy.route`, asked with what the ledger and the gateway know."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from gateway import settings, status
from gateway.policy import route
from gateway.policy.budgets import SHORT
from gateway.status import BUDGET, ModemStatus
from gateway.store import claims

COUNTED = 1000  # parts that wait for a modem: whoever has more is as busy as can be


def bind(
    recipient: str, wanted: str | None, modems: Sequence[str], able: Callable[[], Collection[str]]
) -> str:
    """The modem that is to carry a message, "" for any; `able` is asked only where there is a choice."""
    if wanted is not None or len(modems) < 2:
        return wanted or ""
    return _chosen(recipient, written_to(recipient), settings.routes(modems), able)


class Router:
    """The same for the recipients of one transaction: what is common to them is asked once."""

    def __init__(
        self, recipients: Sequence[str], modems: Sequence[str], runtime_dir: Path, now: datetime
    ) -> None:
        self._modems = modems
        self._able = cache(lambda: able(runtime_dir, now))
        choice = len(modems) > 1
        self._routes = settings.routes(modems) if choice else {}
        self._talks = claims.written_to(recipients) if choice else {}

    def bind(self, recipient: str, wanted: str | None) -> str:
        if wanted is not None or len(self._modems) < 2:
            return wanted or ""
        return _chosen(recipient, self._talks.get(recipient), self._routes, self._able)

    def settle(self, recipient: str, wanted: str | None) -> str:
        """The same, but always one of the modems: for whoever may use no other."""
        if chosen := self.bind(recipient, wanted):
            return chosen
        healthy = self._able() if len(self._modems) > 1 else ()
        among = [modem for modem in self._modems if modem in healthy] or list(self._modems)
        return route.least(among, recipient, _load)


def _chosen(
    recipient: str, conversation: str | None, routes: route.Routes, able: Callable[[], Collection[str]]
) -> str:
    if conversation is None and not any(routes.values()):
        return ""
    return route.choose(recipient, conversation, routes, able(), _load)


def _load(modem: str) -> int:
    return claims.queued(modem, COUNTED)


def able(runtime_dir: Path, now: datetime) -> list[str]:
    """The modems that may send, as the gateway last said; [] while it does not run."""
    seen = status.read(runtime_dir, now)
    return [modem.name for modem in seen.modems if _may_send(modem, now)] if seen.alive else []


def ready(runtime_dir: Path, now: datetime) -> list[str]:
    """The same with those whose SIM rests until its budget has room again, however long."""
    seen = status.read(runtime_dir, now)
    found = [modem for modem in seen.modems if modem.state == "ready" and modem.hold in (None, BUDGET)]
    return [modem.name for modem in found] if seen.alive else []


def _may_send(modem: ModemStatus, now: datetime) -> bool:
    """A SIM that rests for a moment, because of its budget, is worth waiting for."""
    until = datetime.fromisoformat(modem.hold_until) if modem.hold_until else None
    soon = modem.hold == BUDGET and until is not None and until - now <= SHORT
    return modem.state == "ready" and (modem.hold is None or soon)


def hand_over(modem: str, modems: Sequence[str], able: Collection[str], lane: int = 0) -> None:
    """What is bound to a modem that is away, and not begun by it, goes to those that would be chosen now;
    from `lane` on."""
    claims.hand_over(modem, route.heirs(settings.routes(modems), able), lane)


def written_to(recipient: str) -> str | None:
    """The modem at which this person's last message came in."""
    return claims.written_to([recipient]).get(recipient)


def prefix(recipient: str, modem: str) -> str:
    """The longest beginning of this number that the modem's SIM is for; "" when there is none."""
    return recipient[: max(0, route.fit(recipient, settings.route(modem).prefixes))]
