"""How codes fare: what left, what was typed back, what was refused and by which rule."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.features.verify import rules
from gateway.figures.tallies import Figures
from gateway.policy.pumping import SEEN
from gateway.store import codes
from gateway.store.models import ApiKey, CodeRefusal


@dataclass(frozen=True, slots=True)
class Braked:
    """A key or a country of which only a tenth leaves; `by` "" the watch."""

    subject: str
    name: str
    since: datetime
    by: str
    seen: int
    validated: int


@dataclass(frozen=True, slots=True)
class Shares:
    """Of a key's last codes that are over, how many were typed back."""

    subject: str
    name: str
    seen: int
    validated: int


def over(begins: Sequence[datetime]) -> Figures:
    """What left and what was typed back, in each of these slots; both by when the code left."""
    counts = {name: [0] * len(begins) for name in ("sent", "validated")}
    for name, found in zip(counts, codes.counted(begins[0]), strict=True):
        for at, count in found:
            counts[name][max(0, bisect_right(begins, at) - 1)] += count
    return Figures(begins, counts, behind=False)


def totals(since: datetime) -> tuple[int, int]:
    """How many codes left since then, and how many were typed back."""
    sent, validated = (sum(count for _, count in found) for found in codes.counted(since))
    return sent, validated


def refusals(since: datetime) -> dict[str, int]:
    """How often each rule refused a code since the hour of then, the most frequent first."""
    found: Counter[str] = Counter()
    for row in CodeRefusal.select().where(
        CodeRefusal.hour >= since.replace(minute=0, second=0, microsecond=0)
    ):
        found[row.rule] += row.count
    return dict(found.most_common())


@dataclass(frozen=True, slots=True)
class Refused:
    """How often one rule refused codes to one key in the hour that began then; `key` "" one that is gone."""

    hour: datetime
    key: str
    rule: str
    count: int


REFUSED = ("hour", "key", "rule", "words", "count")


def refused() -> list[Refused]:
    """Everything that is still kept about refusals, the newest first."""
    names = {key.id: key.name for key in ApiKey.select()}
    rows = CodeRefusal.select().order_by(CodeRefusal.hour.desc(), CodeRefusal.key_id, CodeRefusal.rule)
    return [Refused(row.hour, names.get(row.key_id, ""), row.rule, row.count) for row in rows]


def brakes() -> list[Braked]:
    """Where the brake is on, the newest first."""
    found = [
        Braked(subject, rules.named(subject), row.brake.at, row.brake.by, row.brake.seen, row.brake.validated)
        for subject, row in rules.watched().items()
        if row.brake is not None
    ]
    return sorted(found, key=lambda brake: brake.since, reverse=True)


def shares(since: datetime) -> list[Shares]:
    """Every living key by name; `seen` 0: none of its codes is over that left since then."""
    known = ApiKey.select().where(ApiKey.revoked_at.is_null()).order_by(ApiKey.name)
    return [Shares(rules.of_key(key), key.name, *codes.over("key", key.id, since, SEEN)) for key in known]
