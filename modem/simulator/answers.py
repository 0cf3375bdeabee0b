"""What a command answers: lines at once, lines after a while, or a prompt that asks for more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Later:
    """The modem is busy for `seconds`; then `finish` answers."""

    seconds: float
    finish: Callable[[], Answer]


@dataclass(frozen=True, slots=True)
class Prompt:
    """The modem asks with "> "; what is typed up to Ctrl-Z goes to `finish`."""

    finish: Callable[[str], Answer]


Answer = list[str] | Later | Prompt
