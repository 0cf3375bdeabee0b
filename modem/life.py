"""A link's life: which move leads from which state to which, and the two paces it keeps.

closed → opening → sim → registering → ready, and back over silent or resetting.
"""

from __future__ import annotations

from collections import deque
from enum import StrEnum

from modem.api import LinkState

CLOSED, OPENING, SIM, REGISTERING, READY, SILENT, RESETTING = LinkState
WORKING = (OPENING, SIM, REGISTERING, READY)


class Move(StrEnum):
    """What happened to a link."""

    OPENED = "opened"  # the port is ours
    AWAKE = "awake"  # the modem answers and does as it is told
    SET_UP = "set_up"  # its SIM is ready and its stored messages were handed over
    REGISTERED = "registered"
    UNREGISTERED = "unregistered"
    REFUSED = "refused"  # the SIM or the network says no; it is asked again later
    RESTARTED = "restarted"  # its settings are gone, or were never right
    UNANSWERED = "unanswered"  # a command had no answer
    ANSWERS = "answers"  # it was found again
    HUNG = "hung"  # it was not
    LOST = "lost"  # the port went away, or does not open
    STOPPED = "stopped"  # by us


TRANSITIONS: dict[tuple[LinkState, Move], LinkState] = {
    (CLOSED, Move.OPENED): OPENING,
    (OPENING, Move.AWAKE): SIM,
    (SIM, Move.SET_UP): REGISTERING,
    (REGISTERING, Move.REGISTERED): READY,
    (READY, Move.UNREGISTERED): REGISTERING,
    (SIM, Move.REFUSED): SIM,
    (REGISTERING, Move.REFUSED): REGISTERING,
    (OPENING, Move.REFUSED): RESETTING,
    (READY, Move.REFUSED): OPENING,
    **{(state, Move.RESTARTED): OPENING for state in (SIM, REGISTERING, READY)},
    **{(state, Move.UNANSWERED): SILENT for state in WORKING},
    (SILENT, Move.ANSWERS): OPENING,
    **{(state, Move.HUNG): RESETTING for state in (*WORKING, SILENT)},
    (RESETTING, Move.OPENED): OPENING,
    **{(state, Move.LOST): CLOSED for state in LinkState},
    **{(state, Move.STOPPED): CLOSED for state in LinkState},
}


class SendDeadline:
    """How many seconds a part may take: five times the slowest of the last twenty, within bounds;
    `first` before any part was sent."""

    TIMES, KEPT = 5, 20

    def __init__(self, first: float = 60.0, least: float = 30.0, most: float = 120.0) -> None:
        self._first, self._least, self._most = first, least, most
        self._took: deque[float] = deque(maxlen=self.KEPT)

    @property
    def seconds(self) -> float:
        if not self._took:
            return self._first
        return min(self._most, max(self._least, self.TIMES * max(self._took)))

    def took(self, seconds: float) -> None:
        """A part was answered, or given up, after so long: what ran out was too short."""
        self._took.append(seconds)


class Backoff:
    """Seconds before the next try: doubling from the first to the most, for ever."""

    def __init__(self, first: float, most: float) -> None:
        self._first, self._most = first, most
        self._next = first

    def next(self) -> float:
        seconds, self._next = self._next, min(self._most, self._next * 2)
        return seconds

    def reset(self) -> None:
        self._next = self._first
