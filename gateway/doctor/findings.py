"""What one look found: a code, how bad it is, and the facts that its sentence tells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """The worst last."""

    UNKNOWN = "unknown"  # it could not be looked at
    GOOD = "good"
    NOTE = "note"  # worth knowing
    WARN = "warn"  # it works, and will not for ever
    BAD = "bad"  # messages do not pass, or are not safe


LEVELS = tuple(Level)


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` has a sentence in the words' table "doctor"; where something is to be done, "cure" says what."""

    code: str
    level: Level
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Examined:
    """One field, and all that was found there."""

    field: str
    findings: tuple[Finding, ...]

    @property
    def level(self) -> Level:
        return worst(finding.level for finding in self.findings)


def worst(levels: Iterable[Level]) -> Level:
    """What they come to together; UNKNOWN where nothing was found."""
    return max(levels, key=LEVELS.index, default=Level.UNKNOWN)


def good(code: str, **facts: Any) -> Finding:
    return Finding(code, Level.GOOD, facts)


def remark(code: str, **facts: Any) -> Finding:
    return Finding(code, Level.NOTE, facts)


def unsure(code: str, **facts: Any) -> Finding:
    return Finding(code, Level.UNKNOWN, facts)


def warn(code: str, **facts: Any) -> Finding:
    return Finding(code, Level.WARN, facts)


def bad(code: str, **facts: Any) -> Finding:
    return Finding(code, Level.BAD, facts)
