"""The gateway on trial: everything turns but the modems, so that nothing can be sent or received."""

from __future__ import annotations

from dataclasses import dataclass

from modem import api


@dataclass(slots=True)
class Absent:
    """A modem that is never there: the loop knows its name, and gives it nothing."""

    name: str

    def start(self, tell: api.Tell) -> None:
        """It says nothing, and is never ready."""

    def stop(self, timeout: float = 5.0) -> None:
        """Nothing was begun."""

    def send(self, job: int, part: api.OutboundPart) -> None:
        """Never asked: only what is ready is given parts."""

    def forget(self, place: api.Place) -> None:
        """Never asked: nothing came from it."""

    def sweep(self) -> None:
        """There is nothing to read."""

    def ussd(self, job: int, code: str) -> None:
        """Not answered: people's requests wait for a modem that is ready."""

    def reset(self) -> None:
        """There is nothing to restart."""
