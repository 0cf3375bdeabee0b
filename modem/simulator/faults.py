"""What goes wrong with a command, so many times: it is refused, answered late, or its answer is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from modem.simulator.answers import Answer, Later
from modem.simulator.errors import Refused

PROMPT = ">"  # the point at which +CMGS and +CMGW ask for their message; their own name is the answer's
ASKING = {"+CMGS", "+CMGW"}
FOR_EVER = 0


@dataclass(slots=True)
class Fault:
    """`point` is a command's name or PROMPT, `times` how often it still happens (FOR_EVER: always)."""

    point: str
    times: int = 1
    refused: Refused | None = None  # instead of carrying the command out
    swallowed: bool = False  # carried out, and nothing said
    seconds: float = 0.0  # swallowed: silent for so long from there; else: answered that much later

    def spoil(self, act: Callable[[], Answer]) -> Answer:
        """What the command answers under this fault."""
        if self.refused:
            raise self.refused
        if self.seconds and not self.swallowed:
            return Later(self.seconds, act)
        return act()


SOUND = Fault("")


class Faults:
    """The faults that are to come, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def take(self, point: str) -> Fault:
        """The fault of this time; SOUND when there is none."""
        fault = next((fault for fault in self._waiting if fault.point == point), None)
        if fault is None:
            return SOUND
        if fault.times != FOR_EVER:
            fault.times -= 1
            if fault.times == 0:
                self._waiting.remove(fault)
        return fault
