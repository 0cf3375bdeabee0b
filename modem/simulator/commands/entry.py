"""One command of the vocabulary: what carries out each of its forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from modem.simulator.answers import Answer
from modem.simulator.device import Device

Handler = Callable[[Device, tuple[str, ...]], Answer]


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
