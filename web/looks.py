"""What is reckoned behind the page that waits for it, and kept until it is seen."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import Flask

from gateway.errors import GatewayError
from gateway.store import database
from web.errands import Errands
from web.memory import application

KEPT = 20  # of all people together; whoever comes back later begins again

Answer = TypeVar("Answer")
Known = TypeVar("Known", bound="Look[Any]")


@dataclass(slots=True, kw_only=True)
class Look(Generic[Answer]):
    """One that is being reckoned, or was: then `answer` or `error` is there."""

    total: int
    done: int = 0
    answer: Answer | None = None
    error: GatewayError | None = None

    @property
    def is_over(self) -> bool:
        return self.answer is not None or self.error is not None

    def note(self, done: int) -> None:
        self.done = done


class Desk(Generic[Known]):
    """The last looks, each under the key of what it is a look at."""

    def __init__(self, name: str) -> None:
        self.errands = Errands(name)
        self._looks: OrderedDict[str, Known] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, key: str, look: Known, reckon: Callable[[], None]) -> None:
        """Have `reckon` give the look its answer; the same key once more begins anew."""
        app = application()
        self._put(key, look)
        self.errands.add(lambda: _reckon(app, look, reckon))

    def find(self, key: str) -> Known | None:
        return self._looks.get(key)

    def _put(self, key: str, look: Known) -> None:
        with self._lock:
            self._looks[key] = look
            self._looks.move_to_end(key)
            while len(self._looks) > KEPT:
                self._looks.popitem(last=False)


def _reckon(app: Flask, look: Look[Any], reckon: Callable[[], None]) -> None:
    with app.app_context(), database.connection():
        try:
            reckon()
        except GatewayError as error:
            look.error = error
        except BaseException:
            look.error = GatewayError("internal")  # else whoever waits for it would wait for ever
            raise
