"""Asks the rules against pumping (`gateway.policy.pumping`) with what the ledger counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.features.verify import rules
from gateway.features.verify.rules import Watched
from gateway.messages import numbers
from gateway.policy import pumping
from gateway.policy.pumping import DAY, HOUR, WINDOWS, Asked, Refusal, Run
from gateway.store import codes
from gateway.store.models import ApiKey, Verification


@dataclass(frozen=True, slots=True)
class End:
    """To whom a code would go, and for whom; `address` and `device` as they are kept."""

    key: ApiKey
    number: str
    address: str = ""
    device: str = ""

    @property
    def region(self) -> str:
        return numbers.region(self.number)

    @property
    def prefix(self) -> str:
        return pumping.range_of(self.number)

    def columns(self) -> dict[str, Any]:
        return {"key": self.key.id, "number": self.number, "prefix": self.prefix, "region": self.region}


def ask(end: End, before: Verification | None, home: str, now: datetime) -> Refusal | None:
    """Whether a code may leave for this end; `before` is the verification that is open there."""
    chosen, watched = rules.both()
    subjects = (rules.of_key(end.key), rules.of_region(end.region))
    key_braked, country_braked = (watched.get(one, Watched()).brake is not None for one in subjects)
    most = pumping.most(chosen.limits, key_braked, country_braked)
    asked = Asked(
        region=end.region,
        type=numbers.kind(end.number),
        allowed=rules.countries(chosen, home),
        types=chosen.types,
        barred=end.number.startswith(chosen.barred),
        number=_in_a_row(end.number, now),
        prefix=Run(*codes.run("prefix", end.prefix, now - HOUR, now)),
        sends=before.sends if before else 0,
        ends_at=before.expires_at if before else None,
        full=dict(_full(end, most, now)),
    )
    return pumping.judge(asked, most, now)


def _full(end: End, most: Mapping[str, int], now: datetime) -> Iterator[tuple[str, datetime]]:
    values = {**end.columns(), "address": end.address, "device": end.device, "": ""}
    for name, limit in most.items():
        window = WINDOWS[name]
        value = values[window.of]
        if window.of in ("address", "device") and not value:
            continue  # nobody said
        if at := codes.fills(window.of, value, now - window.span, now, limit):
            yield name, at


def _in_a_row(number: str, now: datetime) -> Run:
    """The codes to this number since one was typed back, of the last day."""
    since = now - DAY
    validated = codes.last_validated(number, since, now)
    return Run(*codes.run("number", number, max(since, validated) if validated else since, now))
