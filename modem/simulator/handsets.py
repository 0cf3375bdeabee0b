"""The phones of the simulated network: what each received, whole, and what its owner answers.

Numbers that mean something are the table `MANNERS`; every other phone receives and says nothing.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from modem.simulator.tpdu import Deliver, Submit

DELIVERED, TRYING, UNREACHABLE = 0x00, 0x22, 0x43  # TP-ST

SHOWN = 1000  # messages on one phone; the oldest go first

CHOICE = re.compile(r"(?<![\w.,])([1-9])\s*[).:=\- ]\s*(?=\w)")


def stop(_text: str) -> str:
    """Somebody who wants no more of it."""
    return "STOP"


def yes_or_first(text: str) -> str:
    """`1` to a text that numbers at least two choices, `OUI` to any other."""
    return "1" if {"1", "2"} <= set(CHOICE.findall(text)) else "OUI"


@dataclass(frozen=True, slots=True)
class Manner:
    """How the network and one phone treat a part: each stage is (option that says the delay, TP-ST)."""

    stages: tuple[tuple[str, int], ...] = (("delivery_seconds", DELIVERED),)
    reports: bool = True
    refusals: int = 0  # times the same part is refused before it is taken
    silences: bool = False
    answer: Callable[[str], str] | None = None


MANNERS = {
    "+33639980001": Manner(stages=(("", DELIVERED),)),
    "+33639980002": Manner(stages=(("delivery_seconds", UNREACHABLE),)),
    "+33639980003": Manner(stages=(("delivery_seconds", TRYING), ("retry_seconds", DELIVERED))),
    "+33639980004": Manner(refusals=2),
    "+33639980005": Manner(silences=True),
    "+33639980006": Manner(answer=stop),
    "+33639980007": Manner(answer=yes_or_first),
    "+33639980008": Manner(reports=False),
}


def manner_of(number: str) -> Manner:
    """How `number` is treated, however it was dialled."""
    return MANNERS.get(full_number(number), Manner())


def full_number(dialled: str) -> str:
    """The phone a dialled number reaches: a French national or 00 number in its international form."""
    if dialled.startswith("00"):
        return "+" + dialled[2:]
    if len(dialled) == 10 and dialled.startswith("0"):
        return "+33" + dialled[1:]
    return dialled


@dataclass(slots=True)
class Handset:
    """One phone: its screen, and the parts of what is not whole yet by (reference, wide, total)."""

    number: str
    messages: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=SHOWN))
    missing: dict[tuple[int, bool, int], dict[int, str]] = field(default_factory=dict)


class Handsets:
    """All phones that ever received or wrote something, in that order."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.modems: dict[str, Callable[[Deliver], None]] = {}  # numbers at which a modem receives
        self._phones: dict[str, Handset] = {}
        self._last_id = 0

    def receive(self, submit: Submit) -> str | None:
        """A part arrived; the whole text once nothing is missing, else None."""
        phone = self._phone(submit.recipient)
        concat, text = submit.content.concat, submit.content.text
        if concat:
            key = (concat.reference, concat.wide, concat.total)
            parts = phone.missing.setdefault(key, {})
            parts[concat.seq] = text
            if len(parts) < concat.total:
                return None
            del phone.missing[key]
            text = "".join(parts[seq] for seq in sorted(parts))
        self._show(phone, text, from_phone=False)
        return text

    def write(self, number: str, text: str) -> None:
        """The owner of a phone wrote something to the appliance."""
        self._show(self._phone(number), text, from_phone=True)

    def shown(self) -> list[dict[str, Any]]:
        """`[{"number", "messages": [{"id", "from_phone", "text", "at"}]}]`; `at` is RFC 3339 text."""
        return [
            {"number": p.number, "messages": [dict(m) for m in p.messages]} for p in self._phones.values()
        ]

    def _phone(self, number: str) -> Handset:
        number = full_number(number)
        return self._phones.setdefault(number, Handset(number))

    def _show(self, phone: Handset, text: str, *, from_phone: bool) -> None:
        self._last_id += 1
        at = self._clock().isoformat(timespec="seconds")
        phone.messages.append({"id": self._last_id, "from_phone": from_phone, "text": text, "at": at})
