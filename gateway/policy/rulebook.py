"""The people's choices that the rules are asked with; what stands here holds when nobody has chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from gateway.policy.categories import CATEGORIES, Hours

DEFAULT_HOURS: Mapping[str, Hours | None] = {
    category.name: category.hours for category in CATEGORIES.values()
}


@dataclass(frozen=True, slots=True)
class Caps:
    """How many marketing messages one person gets at the most, from everybody together."""

    a_day: int = 1  # the recipient's own calendar day
    a_month: int = 10  # rolling


MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Rulebook:
    hours: Mapping[str, Hours | None] = field(default_factory=lambda: DEFAULT_HOURS)
    caps: Caps = Caps()
    alsace: bool = False  # the shop's people live where Good Friday and 26 December are holidays too
    lifted: bool = False  # an administrator lifted the marketing hours, with a reason that is kept
