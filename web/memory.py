"""What the process of the page keeps in memory: nothing that must survive it.

Each thing is made when it is first asked for, once for an application in its installation.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from flask import Flask, current_app

T = TypeVar("T")

PLACE = "memory"  # where the application keeps it


class Kept(Generic[T]):
    """`kept()` inside a request, `kept.of(app)` elsewhere; `make` makes it."""

    def __init__(self, make: Callable[[Flask], T]) -> None:
        self._make = make

    def __call__(self) -> T:
        return self.of(application())

    def of(self, app: Flask) -> T:
        memory: Memory = app.extensions[PLACE]
        found: T = memory.find(self, lambda: self._make(app))
        return found


class Memory:
    def __init__(self) -> None:
        self._lock = Lock()
        self._things: dict[object, object] = {}

    def find(self, key: object, make: Callable[[], T]) -> T:
        with self._lock:
            if key not in self._things:
                self._things[key] = make()
            found: T = self._things[key]  # type: ignore[assignment]
            return found


def forget_all(app: Flask) -> None:
    """As when the process begins."""
    app.extensions[PLACE] = Memory()


def application() -> Flask:
    """The application itself that answers this request."""
    found: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return found
