"""A link's life: which move leads from which state to which, and the paces it keeps.

closed → opening → sim → registering → ready, and back over silent or resetting.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from modem import usb
from modem.api import LinkState
from modem.finder import ROOTS
from modem.ladder import Budget
from modem.session import Timings

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
    RESET_ASKED = "reset_asked"  # by a person
    STOPPED = "stopped"  # by us


TRANSITIONS: dict[tuple[LinkState, Move], LinkState] = {
    (CLOSED, Move.OPENED): OPENING,
    (OPENING, Move.AWAKE): SIM,
    (SIM, Move.SET_UP): REGISTERING,
    (REGISTERING, Move.REGISTERED): READY,
    (READY, Move.UNREGISTERED): REGISTERING,
    **{(state, Move.REFUSED): state for state in (CLOSED, SIM, REGISTERING)},
    **{(state, Move.REFUSED): RESETTING for state in (OPENING, SILENT, RESETTING)},
    (READY, Move.REFUSED): OPENING,
    **{(state, Move.RESTARTED): OPENING for state in (SIM, REGISTERING, READY)},
    **{(state, Move.UNANSWERED): SILENT for state in WORKING},
    **{(state, Move.UNANSWERED): RESETTING for state in (SILENT, RESETTING)},
    (SILENT, Move.ANSWERS): OPENING,
    **{(state, Move.HUNG): RESETTING for state in (*WORKING, SILENT, RESETTING)},
    **{(CLOSED, move): CLOSED for move in (Move.UNANSWERED, Move.HUNG)},
    (RESETTING, Move.OPENED): OPENING,
    **{(state, Move.LOST): CLOSED for state in LinkState},
    **{(state, Move.RESET_ASKED): RESETTING for state in LinkState},
    **{(state, Move.STOPPED): CLOSED for state in LinkState},
}


@dataclass(frozen=True, slots=True)
class Options:
    """How patient a link is, in seconds, and where it looks."""

    sweep_every: float = 60.0  # storages and health, beside the URCs
    sweep_again: float = 0.5  # after a URC named an empty slot: some modems announce too early
    register_every: float = 2.0
    sim_every: float = 5.0  # after the SIM said no
    sim_patience: float = 20.0  # while it is starting
    look_for_port: float = 0.5  # while it is not there
    reopen_first: float = 0.25
    reopen_most: float = 5.0
    send_first: float = 30.0  # for the network's answer to a part, while none was sent yet
    send_least: float = 30.0
    send_most: float = 120.0
    useful_within: float = 90.0  # a ready modem that gave no useful answer for so long is silent
    calm: float = 60.0  # ready for so long: what was before is another trouble
    restart_rest: float = 3.0  # a modem that was told to restart still answers for a moment
    boot: float | None = None  # until a modem answers after a reset; None: as its family says
    clock_every: float = 3600.0
    budget: Budget = field(default_factory=Budget)
    timings: Timings = field(default_factory=Timings)
    roots: tuple[str, ...] = ROOTS  # of the ttys among which a modem is looked for
    system: Path = usb.SYSTEM


class SendDeadline:
    """How many seconds a part may take: five times the slowest of the last twenty, within bounds;
    `first` before any part was sent.

    A deadline that ran out makes the next one twice as long, until a part is answered: the modem may
    have hung, or the network needs longer than was thought.
    """

    TIMES, KEPT = 5, 20

    def __init__(self, first: float = 30.0, least: float = 30.0, most: float = 120.0) -> None:
        self._first, self._least, self._most = first, least, most
        self._took: deque[float] = deque(maxlen=self.KEPT)
        self._stretch = 1

    @property
    def seconds(self) -> float:
        usual = max(self._least, self.TIMES * max(self._took)) if self._took else self._first
        return min(self._most, usual * self._stretch)

    def took(self, seconds: float) -> None:
        """A part was answered after so long, in time or late."""
        self._took.append(seconds)
        self._stretch = 1

    def ran_out(self) -> None:
        """A part had no answer within the deadline."""
        if self.seconds < self._most:
            self._stretch *= 2


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
