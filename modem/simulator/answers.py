"""What a command answers: lines at once, lines after a while, or a prompt that asks for more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modem.simulator.device import Device


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
Handler = Callable[["Device", tuple[str, ...]], Answer]


@dataclass(frozen=True, slots=True)
class Entry:
    """The forms of one command; a form that is None is refused."""

    run: Handler | None = None
    read: Handler | None = None
    test: Handler | None = None
    set: Handler | None = None


def says(*lines: str) -> Handler:
    """A handler that always answers these lines."""
    return lambda _device, _arguments: list(lines)
